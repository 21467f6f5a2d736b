import type { CatalogTarget, TargetChanges } from './catalog-target.js';
import type { DirectedConnector, IntegrationConnector, ProbeStep, SupportedKind } from './connector.js';
import type { JsonValue } from './host-port.js';
import type { KindContext } from './kind-context.js';
import type { ElementChanges, OpenLineageEvent } from './listeners.js';
import type { PushAnswer, PushedElement } from './push.js';

/**
 * What crosses from a host to a connector, as plain messages: the hooks by their names with plain arguments. Only the
 * signal is none; whoever carries messages elsewhere carries its abort as a message of its own.
 */
export interface HookPort {
  /** Hooks that the connector has. */
  readonly hooks: readonly HookName[];
  call(message: HookMessage, signal: AbortSignal): Promise<unknown>;
}

export type HookMessage =
  | { readonly hook: 'start' | 'engage' | 'probe' | 'stop' }
  | { readonly hook: 'refresh'; readonly run: RunMessage }
  | { readonly hook: 'reconfigure'; readonly next: unknown }
  | { readonly hook: 'push'; readonly elements: readonly PushedElement[] }
  | { readonly hook: 'targetsChanged'; readonly changes: TargetChanges }
  | { readonly hook: 'elementsChanged'; readonly changes: ElementChanges }
  | { readonly hook: 'openLineageEvent'; readonly told: OpenLineageEvent }
  | { readonly hook: 'foldersChanged'; readonly folders: readonly string[] };
export type HookName = HookMessage['hook'];

/** A run as it is told to the connector; its scopes it makes itself, on its port. */
export interface RunMessage {
  readonly id: string;
  readonly mode: 'preview' | 'apply';
  /** Absent: everything. */
  readonly requested?: readonly string[];
  readonly cursor?: JsonValue;
  readonly target?: CatalogTarget;
}

const hookNames: readonly HookName[] = [
  'start',
  'engage',
  'probe',
  'stop',
  'refresh',
  'reconfigure',
  'push',
  'targetsChanged',
  'elementsChanged',
  'openLineageEvent',
  'foldersChanged',
];

/** A connector behind messages: the end that is near its code. For hosts and test kits. */
export function hookPort<K extends SupportedKind>(
  connector: DirectedConnector<K>,
  runOf: KindContext<K>['run'],
): HookPort {
  return {
    hooks: hookNames.filter((name) => typeof connector[name] === 'function'),
    async call(message, signal) {
      switch (message.hook) {
        case 'refresh': {
          const { requested, target, ...run } = message.run;
          const facts = { ...run, signal, target, requested: requested === undefined ? undefined : new Set(requested) };
          return await connector.refresh?.(runOf(facts));
        }
        case 'reconfigure':
          return await connector.reconfigure?.(message.next, signal);
        case 'push':
          return await connector.push?.(message.elements, signal);
        case 'targetsChanged':
          return await connector.targetsChanged?.(message.changes, signal);
        case 'elementsChanged':
          return await connector.elementsChanged?.(message.changes, signal);
        case 'openLineageEvent':
          return await connector.openLineageEvent?.(message.told, signal);
        case 'foldersChanged':
          return await connector.foldersChanged?.(message.folders, signal);
        case 'stop':
          return await connector.stop?.();
        default:
          return await connector[message.hook]?.(signal);
      }
    },
  };
}

/**
 * The other end: a connector as hosts know it, whose hooks are messages. Those that the connector does not have are not
 * there. Answers are looked at, as they may come from elsewhere.
 */
export function connectorOver<K extends SupportedKind>(port: HookPort): IntegrationConnector<K> {
  const never = new AbortController().signal;
  const has = new Set(port.hooks);
  const tell = async (message: HookMessage, signal: AbortSignal): Promise<void> => {
    await port.call(message, signal);
  };
  return {
    ...(has.has('start') && { start: (signal) => tell({ hook: 'start' }, signal) }),
    ...(has.has('engage') && { engage: (signal) => tell({ hook: 'engage' }, signal) }),
    ...(has.has('stop') && { stop: () => tell({ hook: 'stop' }, never) }),
    ...(has.has('probe') && { probe: async (signal) => probeSteps(await port.call({ hook: 'probe' }, signal)) }),
    ...(has.has('refresh') && {
      refresh: ({ id, mode, requested, cursor, target, signal }) => {
        const run: RunMessage = {
          id,
          mode,
          ...(requested === undefined ? {} : { requested: [...requested] }),
          ...(cursor === undefined ? {} : { cursor }),
          ...(target === undefined ? {} : { target }),
        };
        return tell({ hook: 'refresh', run }, signal);
      },
    }),
    ...(has.has('reconfigure') && {
      reconfigure: async (next, signal) => outcomeOf(await port.call({ hook: 'reconfigure', next }, signal)),
    }),
    ...(has.has('push') && {
      push: async (elements, signal) => pushAnswers(await port.call({ hook: 'push', elements }, signal)),
    }),
    ...(has.has('targetsChanged') && {
      targetsChanged: (changes, signal) => tell({ hook: 'targetsChanged', changes }, signal),
    }),
    ...(has.has('elementsChanged') && {
      elementsChanged: (changes, signal) => tell({ hook: 'elementsChanged', changes }, signal),
    }),
    ...(has.has('openLineageEvent') && {
      openLineageEvent: (told, signal) => tell({ hook: 'openLineageEvent', told }, signal),
    }),
    ...(has.has('foldersChanged') && {
      foldersChanged: (folders, signal) => tell({ hook: 'foldersChanged', folders }, signal),
    }),
  };
}

function outcomeOf(answer: unknown): 'applied' | 'restart' {
  if (answer === 'applied' || answer === 'restart') return answer;
  throw new TypeError('reconfigure answered neither applied nor restart');
}

function pushAnswers(answer: unknown): readonly PushAnswer[] {
  if (Array.isArray(answer) && answer.every(isPushAnswer)) return answer;
  throw new TypeError('push answered no list of outcomes');
}

function isPushAnswer(value: unknown): value is PushAnswer {
  return typeof value === 'object' && value !== null && 'outcome' in value;
}

function probeSteps(answer: unknown): readonly ProbeStep[] {
  if (Array.isArray(answer) && answer.every(isProbeStep)) return answer;
  throw new TypeError('probe answered no list of steps');
}

function isProbeStep(value: unknown): value is ProbeStep {
  return typeof value === 'object' && value !== null && 'name' in value && 'ok' in value && 'message' in value;
}
