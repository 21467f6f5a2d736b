// The changes of the soak, each with the look that says that it is effective. They come in a fixed order, so that a short
// run has one of each kind too; what each is made to is seeded.
import { randomUUID } from 'node:crypto';
import { group, registration, writeBatch } from './register-many.mjs';
import { until } from './report.mjs';
import { cron } from './soak-connectors.mjs';
import { adminToken, api } from './two-processes.mjs';

export function makeChanges({ store, daemon, groupName, connectors, diary, random, say, effectiveWithinMs }) {
  const subjects = connectors
    .filter(({ kind }) => kind === 'subject')
    .map((connector) => ({ ...connector, shown: connector.name }));
  const failed = [];
  const kinds = {};
  let done = 0;
  let slowestMs = 0;
  const post = (path, body = {}) => api(daemon.url, path, { method: 'POST', body });
  const show = async (name) => {
    const { status, body } = await api(daemon.url, `/connectors/${encodeURIComponent(name)}`);
    return status === 200 ? body : undefined;
  };
  const write = (...operations) => writeBatch(store.url, adminToken, operations);
  const link = (subject, op = 'link', properties = {}) => ({
    op,
    typeName: 'RegisteredIntegrationConnector',
    end1: groupName,
    end2: `IntegrationConnector::${subject.name}`,
    ...(op === 'link'
      ? {
          properties: {
            connectorName: subject.shown,
            refreshTimeInterval: 60,
            permittedSynchronization: 'BOTH_DIRECTIONS',
            ...properties,
          },
        }
      : {}),
  });
  const configure = (subject, configuration) => ({
    op: 'upsert',
    typeName: 'Connection',
    qualifiedName: `Connection::${subject.name}`,
    properties: { configurationProperties: configuration },
  });
  const isUp = (row) => row?.instanceId !== undefined;

  /** Each changes something and gives the look that is to become true. */
  const acts = {
    async rename(subject) {
      subject.shown = `${subject.name}-${Math.floor(random() * 1e6)}`;
      await write(link(subject));
      return async () => isUp(await show(subject.shown));
    },
    async reschedule(subject) {
      const schedule = cron([15, 20, 30][Math.floor(random() * 3)], Math.floor(random() * 15));
      await write(configure(subject, { 'isthmus.schedule': schedule }));
      return async () => (await show(subject.shown))?.schedule.includes(schedule);
    },
    async reconfigure(subject) {
      const { instanceId } = await show(subject.shown);
      await write(configure(subject, { note: `changed ${random()}` }));
      return async () => {
        const row = await show(subject.shown);
        return isUp(row) && row.instanceId !== instanceId;
      };
    },
    async removeAndAdd(subject) {
      const { connectorId } = await show(subject.shown);
      await write(link(subject, 'unlink'));
      const isGone = await until(async () => (await show(subject.shown)) === undefined, effectiveWithinMs, 100);
      await write(link(subject));
      return async () => {
        const row = await show(subject.shown);
        return isGone === true && isUp(row) && row.connectorId !== connectorId;
      };
    },
    async pauseAndResume(subject) {
      await post(`/connectors/${subject.shown}/pause`, { reason: 'soak' });
      const isPaused = await until(
        async () => (await show(subject.shown))?.paused !== undefined,
        effectiveWithinMs,
        100,
      );
      await post(`/connectors/${subject.shown}/resume`);
      return async () => isPaused === true && (await show(subject.shown))?.paused === undefined;
    },
    async restart(subject) {
      const { instanceId } = await show(subject.shown);
      await post(`/connectors/${subject.shown}/restart`);
      return async () => {
        const row = await show(subject.shown);
        return isUp(row) && row.instanceId !== instanceId;
      };
    },
    async refresh(subject) {
      const { runCount } = await show(subject.shown);
      await post(`/connectors/${subject.shown}/refresh`);
      return async () => (await show(subject.shown))?.runCount > runCount;
    },
    async groupComesAndGoes() {
      const name = `IntegrationGroup::Passing-${randomUUID()}`;
      const connector = `passing-${randomUUID()}`;
      const configuration = { diary, name: connector };
      await write(group(name), ...registration(name, { name: connector, provider: 'diary', configuration }));
      const isThere = await until(async () => isUp(await show(connector)), effectiveWithinMs, 100);
      await write({ op: 'delete', qualifiedName: `IntegrationConnector::${connector}` });
      await until(async () => (await show(connector)) === undefined, effectiveWithinMs, 100);
      await write({ op: 'delete', qualifiedName: name });
      return async () =>
        isThere === true && (await api(daemon.url, `/groups/${encodeURIComponent(name)}`)).status === 404;
    },
  };
  const order = Object.keys(acts);

  return {
    kindCount: order.length,
    done: () => done,
    failed: () => failed,
    kinds: () => kinds,
    slowestMs: () => slowestMs,
    async next() {
      const kind = order[done % order.length];
      const subject = subjects[Math.floor(random() * subjects.length)];
      const began = performance.now();
      done += 1;
      kinds[kind] = (kinds[kind] ?? 0) + 1;
      try {
        const isEffective = await acts[kind](subject);
        if ((await until(isEffective, effectiveWithinMs, 100)) === undefined) throw new Error('no effect in time');
      } catch (error) {
        failed.push(`${kind} of ${subject.shown}: ${error.message}`);
        say(`change failed: ${kind} of ${subject.shown}: ${error.message}`);
      }
      slowestMs = Math.max(slowestMs, performance.now() - began);
    },
  };
}
