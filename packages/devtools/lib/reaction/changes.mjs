// Random changes of running connectors, one after the other: how long until each is effective, and whom else it moved.
import { configurationMap } from '../registration-rest.mjs';
import { until } from '../report.mjs';
import { long } from '../store-rest.mjs';
import { intervalMinutes, registerOne } from './registrations.mjs';

/** Of a hundred changes. Every other verb resumes what the one before it paused. */
export const mix = { hot: 20, cold: 15, schedule: 15, cosmetic: 10, verb: 20, add: 10, remove: 10 };
const longestMs = 20_000;
const farOffMs = 3_600_000;

/** @returns kinds of `count` changes in the proportions of the mix, in random order */
export function drawKinds(count, random) {
  const kinds = Object.entries(mix).flatMap(([kind, share]) => new Array(Math.round((share * count) / 100)).fill(kind));
  for (let index = kinds.length - 1; index > 0; index -= 1) {
    const other = Math.floor(random() * (index + 1));
    [kinds[index], kinds[other]] = [kinds[other], kinds[index]];
  }
  return kinds;
}

/**
 * @param site { store, admin, record, groupGuid, groupName, made, random }; `made` is kept up to date
 * @returns a line per change: { kind, tookMs, disturbed }; `tookMs` is infinite for one that never became effective
 */
export async function makeChanges(site, kinds) {
  const results = [];
  let rows = await calmRows(site);
  let paused;
  for (const [index, drawn] of kinds.entries()) {
    const kind = drawn !== 'verb' ? drawn : paused === undefined ? 'pause' : 'resume';
    const subject = kind === 'resume' ? paused : pick(site, paused);
    if (drawn === 'verb') paused = kind === 'pause' ? subject : undefined;
    const witnessed = site.record().length;
    const change = changes[kind](site, subject, index, rows);
    const changed = await change.act();
    const answeredAt = Date.now();
    const effectiveAt = await until(change.effectiveAt, longestMs, 4);
    if (effectiveAt === undefined) await tellWhy(site, kind, changed, witnessed);
    const after = await calmRows(site, changed.connector);
    const moved = site
      .record()
      .slice(witnessed)
      .filter(({ source }) => source !== changed.unique);
    const disturbed = new Set([...differing(rows, after, changed.connector), ...moved.map(({ source }) => source)]);
    results.push({
      kind,
      tookMs: effectiveAt === undefined ? Number.POSITIVE_INFINITY : Math.max(0, effectiveAt - answeredAt),
      disturbed: disturbed.size,
      who: [...disturbed].map((guid) => [guid, calmPart(rows.get(guid)), calmPart(after.get(guid))].join(' ')),
    });
    rows = after;
  }
  return results;
}

/** What is known of a change that never became effective. */
async function tellWhy(site, kind, { connector, unique }, witnessed) {
  const row = await site.admin.get(`/connectors/${connector}`);
  const seen = site
    .record()
    .slice(witnessed)
    .filter(({ source }) => source === unique);
  console.log(`     not effective: ${kind}: ${JSON.stringify({ row, seen }).slice(0, 2_000)}`);
}

const changes = {
  hot(site, subject, index) {
    const tone = `tone ${index} ${site.record().length}`;
    const configurationProperties = configurationMap({ 'isthmus.source': subject.unique, tone });
    return {
      act: () => site.store.update(subject.connection, { configurationProperties }).then(() => subject),
      effectiveAt: witnessed(site, subject, 'reconfigured', { tone }),
    };
  },
  cold(site, subject, index) {
    const networkAddress = `/moved/${index}/${site.record().length}`;
    return {
      act: () => site.store.update(subject.endpoint, { networkAddress }).then(() => subject),
      effectiveAt: witnessed(site, subject, 'started', { address: networkAddress }),
    };
  },
  schedule(site, subject, index, rows) {
    const dueBefore = rows.get(subject.connector)?.nextDueAt;
    const refreshTimeInterval = long(intervalMinutes + 60 + index);
    return {
      act: () => site.store.updateRelationship(subject.registration, { refreshTimeInterval }).then(() => subject),
      effectiveAt: shown(site, subject, ({ nextDueAt }) => nextDueAt !== undefined && nextDueAt !== dueBefore),
    };
  },
  cosmetic(site, subject, index) {
    const connectorName = `renamed ${index}`;
    return {
      act: () => site.store.updateRelationship(subject.registration, { connectorName }).then(() => subject),
      effectiveAt: shown(site, subject, ({ name }) => name === connectorName),
    };
  },
  pause(site, subject) {
    return {
      act: () => site.admin.post(`/connectors/${subject.connector}/pause`, { reason: 'bench' }).then(() => subject),
      effectiveAt: shown(site, subject, ({ state }) => state === 'paused'),
    };
  },
  resume(site, subject) {
    return {
      act: () => site.admin.post(`/connectors/${subject.connector}/resume`, {}).then(() => subject),
      effectiveAt: shown(site, subject, ({ state, nextDueAt }) => state === 'waiting' && nextDueAt !== undefined),
    };
  },
  add(site, _subject, index) {
    let added;
    const from = site.record().length;
    return {
      // counted from the last answer, the registration's: before it there is nothing to run
      async act() {
        added = await registerOne(site.store, site.groupGuid, `added ${index}`, `/added/${index}`);
        site.made.push(added);
        return added;
      },
      effectiveAt: () => witnessed(site, added, 'started', { address: `/added/${index}` }, from)(),
    };
  },
  remove(site, subject) {
    return {
      async act() {
        await site.store.unrelate(subject.registration);
        site.made.splice(site.made.indexOf(subject), 1);
        return subject;
      },
      effectiveAt: witnessed(site, subject, 'stopped', {}),
    };
  },
};

/** The connector wrote the time itself, with the configuration that it had then. */
function witnessed(site, subject, event, configuration, from = site.record().length) {
  return () => {
    const entries = site.record();
    for (let index = from; index < entries.length; index += 1) {
      const entry = entries[index];
      const fits = Object.entries(configuration).every(([name, value]) => entry[name] === value);
      if (entry.source === subject.unique && entry.event === event && fits) return entry.at;
    }
    return undefined;
  };
}

/** The status of this one connector shows it; asked every few milliseconds, so the time is at most that much late. */
function shown(site, subject, isThere) {
  return async () => {
    const row = await site.admin.get(`/connectors/${subject.connector}`);
    return row !== undefined && isThere(row) ? Date.now() : undefined;
  };
}

function pick({ made, random }, paused) {
  for (;;) {
    const subject = made[Math.floor(random() * made.length)];
    if (subject !== paused) return subject;
  }
}

/** All rows of the group, once the one that was changed has come to rest. */
export async function calmRows(site, changedGuid) {
  const calm = await until(
    async () => {
      const rows = await allRows(site);
      const row = rows.get(changedGuid);
      return changedGuid === undefined || row === undefined || isCalm(row) ? rows : undefined;
    },
    longestMs,
    50,
  );
  return calm ?? allRows(site);
}

/** Nothing runs and nothing is about to: what was changed is tried out by a run of its own. */
export function isCalm({ state, nextDueAt, runCount }) {
  if (state === 'paused') return true;
  const isFarOff = nextDueAt !== undefined && Date.parse(nextDueAt) - Date.now() > farOffMs;
  return state === 'waiting' && isFarOff && runCount > 0;
}

export async function allRows({ admin, groupName }) {
  const rows = new Map();
  const path = `/connectors?limit=500&group=${encodeURIComponent(groupName)}`;
  for (let cursor = ''; cursor !== undefined; ) {
    const page = await admin.get(`${path}${cursor === '' ? '' : `&cursor=${cursor}`}`);
    for (const row of page?.items ?? []) rows.set(row.connectorGuid, row);
    cursor = page?.nextCursor;
  }
  return rows;
}

/** GUIDs of connectors, but for the changed one, that are not what they were. */
function differing(before, after, changedGuid) {
  const guids = new Set([...before.keys(), ...after.keys()]);
  guids.delete(changedGuid);
  return [...guids].filter((guid) => calmPart(before.get(guid)) !== calmPart(after.get(guid)));
}

function calmPart(row) {
  if (row === undefined) return 'absent';
  const { instanceId, instanceStartedAt, nextDueAt, runCount, restartCount, state, name, schedule } = row;
  return JSON.stringify([instanceId, instanceStartedAt, nextDueAt, runCount, restartCount, state, name, schedule]);
}
