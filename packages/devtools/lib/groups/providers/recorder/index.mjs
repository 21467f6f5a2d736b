// A provider whose connectors tell the stage what happens to them and behave as the name of their registration says.
import { defineConnector, Type } from '@isthmus/connector-sdk';

/** Who watches; one history at a time. */
export const stage = { watcher: undefined, clock: undefined };

const configuration = Type.Object({
  root: Type.Optional(Type.String()),
  size: Type.Integer({ minimum: 0, default: 0 }),
  /** A behaviour. */
  behaviour: Type.String(),
});

/**
 * Behaviours: `plain`; `slow-refresh` (3 s); `slow-start` (300 ms, and 200 ms to stop); `restarts` instead of taking a
 * configuration over; `rigid` (no reconfigure at all); `listener` (engages).
 */
export const behaviours = ['plain', 'slow-refresh', 'slow-start', 'restarts', 'rigid', 'listener'];

export const connector = recorderOf('recorder');

export function recorderOf(provider) {
  return defineConnector({
    kind: 'files',
    provider,
    version: 1,
    configuration,
    fromConnection: ({ networkAddress, configurationProperties }) => ({
      ...(networkAddress === undefined ? {} : { root: networkAddress }),
      size: configurationProperties.size,
      behaviour: configurationProperties.behaviour,
    }),
    create: (context, made) => hooksOf(provider, context, made),
  });
}

function hooksOf(provider, context, made) {
  const { behaviour } = made;
  const { watcher, clock } = stage;
  const instance = watcher.created({
    name: context.connectorName,
    source: context.source,
    provider,
    configuration: made,
  });
  const isSlow = behaviour === 'slow-start';
  const hooks = {
    async start(signal) {
      watcher.told(instance, 'start');
      if (isSlow) await pass(clock, 300, signal);
      watcher.told(instance, 'started');
    },
    async stop() {
      watcher.told(instance, 'stop');
      if (isSlow) await pass(clock, 200);
      watcher.told(instance, 'stopped');
    },
  };
  if (behaviour !== 'rigid')
    hooks.reconfigure = async (next) => {
      if (behaviour === 'restarts') return 'restart';
      watcher.told(instance, 'reconfigured', next);
      return 'applied';
    };
  const work = async (ms, signal) => {
    watcher.told(instance, 'begin');
    try {
      await pass(clock, ms, signal);
    } finally {
      watcher.told(instance, signal.aborted ? 'cancelled' : 'end');
    }
  };
  if (behaviour === 'listener') hooks.engage = (signal) => work(Number.POSITIVE_INFINITY, signal);
  else hooks.refresh = (run) => work(behaviour === 'slow-refresh' ? 3_000 : 0, run.signal);
  return hooks;
}

/** Lets the clock of the history pass; an abort ends it as the connector's own. */
function pass(clock, ms, signal) {
  if (ms === 0) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      timer?.cancel();
      reject(new DOMException('aborted', 'AbortError'));
    };
    const timer = Number.isFinite(ms)
      ? clock.schedule(ms, () => {
          signal?.removeEventListener('abort', onAbort);
          resolve();
        })
      : undefined;
    if (signal?.aborted) onAbort();
    else signal?.addEventListener('abort', onAbort, { once: true });
  });
}
