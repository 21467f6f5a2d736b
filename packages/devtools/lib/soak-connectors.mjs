// The connectors of the soak: what they are, and what each says of itself. Every refresh of a `diary` connector is a
// line that its own code writes, so that whether it was refreshed on time is not asked of the daemon.
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeProvider } from './provider-folder.mjs';

/** Its parts that go wrong on purpose show that the checks of the soak see it. */
const code = `
import { appendFileSync } from 'node:fs';
const leaked = [];
const write = (diary, name, what) => appendFileSync(diary, Date.now() + ' ' + name + ' ' + what + '\\n');
export const provider = {
  kind: 'files', provider: 'diary', version: 1,
  configuration: {
    type: 'object', required: ['diary', 'name'],
    properties: {
      diary: { type: 'string' }, name: { type: 'string' }, note: { type: 'string', default: '' },
      failEvery: { type: 'integer', default: 0 }, breaks: { type: 'string', default: '' },
    },
  },
  create: (context, { diary, name, failEvery, breaks }) => {
    let count = 0;
    // three of eight changes make an instance: one timer a change
    if (breaks === 'handle') for (let left = 0; left < 3; left += 1) setInterval(() => {}, 1e9);
    return {
      start: async () => write(diary, name, 'start'),
      refresh: async (run) => {
        count += 1;
        write(diary, name, 'begin');
        if (breaks === 'memory') leaked.push(Buffer.alloc(1_000_000 / 3, 1));
        if (breaks === 'rejection' && count === 2) void Promise.reject(new Error('nobody looks'));
        const root = run.scope('root');
        await root.folder({ key: '/', sourceVersion: '1', path: '/', name, pathName: '/' + name, folder: undefined, opens: 'folder:/' });
        await root.complete();
        const failed = failEvery > 0 && count % failEvery === 0;
        write(diary, name, failed ? 'failed' : 'end');
        if (failed) throw new Error('fails now and then');
        const folder = run.scope('folder:/');
        for (const file of ['a.txt', 'b-' + (count % 3) + '.txt'])
          if (!(await folder.keep(file, String(count % 3))))
            await folder.file({ key: file, sourceVersion: String(count % 3), path: '/' + file, name: file, pathName: '/' + name + '/' + file, folder: '/', typeName: 'DataFile', sizeInBytes: count % 3 });
        await folder.complete();
      },
      stop: async () => write(diary, name, 'stop'),
    };
  },
};
`;

export function makeProviders(directory) {
  writeProvider(directory, 'diary', code);
}

/**
 * 200 connectors: cron of every 20, 30 and 60 s at several seconds and in several zones, intervals of 1 and 2 minutes, ten that fail now and then, twenty of the files provider on small folders, and thirty that the changes are
 * made to.
 *
 * @returns {{ name: string, kind: 'cron' | 'interval' | 'failing' | 'files' | 'subject', everyMs: number, offsetMs?: number,
 *   provider: string, minutes: number, address: string, configuration: object }[]}
 */
export function soakConnectors({ folder, diary, breaks }) {
  const zones = ['UTC', 'Europe/Berlin', 'Asia/Kolkata', 'America/New_York'];
  const list = [];
  const add = (kind, seconds, index, more = {}) => {
    const name = `${kind}-${seconds}-${String(list.length).padStart(3, '0')}`;
    const offset = index % seconds;
    const isCron = kind !== 'interval';
    list.push({
      name,
      kind,
      provider: 'diary',
      everyMs: seconds * 1000,
      ...(isCron ? { offsetMs: offset * 1000 } : {}),
      minutes: isCron ? 60 : seconds / 60,
      address: `/soak/${name}`,
      configuration: {
        diary,
        name,
        ...(isCron
          ? { 'isthmus.schedule': cron(seconds, offset), 'isthmus.timeZone': zones[index % zones.length] }
          : {}),
        ...more,
      },
    });
  };
  const many = (kind, seconds, number, more = () => ({})) => {
    for (let index = 0; index < number; index += 1) add(kind, seconds, index * 7, more(index));
  };
  many('cron', 20, 20, (index) => (index === 0 ? { breaks } : {}));
  many('cron', 30, 30);
  many('cron', 60, 50);
  many('interval', 60, 25);
  many('interval', 120, 15);
  many('failing', 30, 10, (index) => ({ failEvery: 4 + index }));
  many('subject', 60, 30, () => (breaks === 'handle' ? { breaks } : {}));
  for (let index = 0; index < 20; index += 1) {
    const root = join(folder, `files-${index}`);
    mkdirSync(root, { recursive: true });
    for (let file = 0; file < 5; file += 1) writeFileSync(join(root, `first-${file}.csv`), `id,name\n${file},x\n`);
    list.push({
      name: `files-${index}`,
      kind: 'files',
      provider: 'files',
      everyMs: 60_000,
      minutes: 1,
      address: root,
      configuration: {},
    });
  }
  return list;
}

/** Every `seconds` seconds, `offset` seconds after the full minute or a multiple. */
export function cron(seconds, offset) {
  return seconds === 60 ? `${offset} * * * * *` : `${offset}-59/${seconds} * * * * *`;
}

/** What the connectors wrote: by name, the instants of each kind of line. */
export function readDiary(file) {
  const byName = new Map();
  if (!existsSync(file)) return byName;
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const [at, name, what] = line.split(' ');
    if (what === undefined) continue;
    const entries = byName.get(name) ?? [];
    byName.set(name, entries);
    entries.push({ at: Number(at), what });
  }
  return byName;
}

export function newDiary(folder) {
  const file = join(folder, 'diary');
  closeSync(openSync(file, 'w'));
  return file;
}

/**
 * Holds each connector's own record against its schedule, from its first refresh until `to`.
 *
 * A cron due time is missed when no refresh begins before the next one is due; an interval, counted from the end of one
 * refresh, when none begins before it is over twice. How late the others were is told apart. After a failure the retry
 * comes instead of the schedule (half of 5 s to 60 s later): the next begin is due within `retryMs`. On a machine that is
 * `slowness` times slower than a quiet one each may be so much later.
 *
 * @returns {{ due: number, missed: string[], lateMs: number[] }} `missed` names connector and due time
 */
export function ticks(connector, entries, to, { retryMs, slowness }) {
  const begins = entries.filter(({ what }) => what === 'begin').map(({ at }) => at);
  const ends = entries.filter(({ what }) => what === 'end' || what === 'failed');
  const missed = [];
  const lateMs = [];
  const expect = (dueAt, quietLatestAt, what) => {
    const latestAt = dueAt + (quietLatestAt - dueAt) * slowness;
    // a due time that may still be met decides nothing
    if (latestAt > to) return;
    // the clock that fires may be a millisecond before the one that is read
    const met = begins.find((at) => at >= dueAt - 5);
    if (met === undefined || met > latestAt)
      missed.push(
        `${connector.name} ${what} ${new Date(dueAt).toISOString()}${met === undefined ? '' : ` +${met - dueAt} ms`}`,
      );
    else lateMs.push(Math.max(0, met - dueAt));
  };
  const [first] = begins;
  if (first === undefined) return { due: 1, missed: [`${connector.name} was never refreshed`], lateMs };
  const { everyMs, offsetMs, kind } = connector;
  if (kind === 'failing') {
    for (const { at, what } of ends)
      expect(at, at + (what === 'failed' ? Math.max(retryMs, 2 * everyMs) : 2 * everyMs), what);
  } else if (offsetMs === undefined) {
    for (const { at } of ends) expect(at + everyMs, at + 2 * everyMs, 'interval');
  } else {
    let due = Math.ceil((first + 1 - offsetMs) / everyMs) * everyMs + offsetMs;
    for (; due < to; due += everyMs) expect(due, due + everyMs - 1, 'cron');
  }
  return { due: lateMs.length + missed.length, missed, lateMs };
}
