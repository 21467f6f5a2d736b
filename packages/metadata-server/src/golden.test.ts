import { describe, expect, it } from '@jest/globals';
import { type ElementStoreOptions, SqliteElementStore } from './store/index.js';
import { ThreadedElementStore } from './store-thread/threaded-element-store.js';
import { divergences } from './testing/golden-divergences.js';
import { type Compared, readRecording, replay } from './testing/golden-replay.js';
import { startTestServer } from './testing/test-server.js';

const recordings = [
  { release: '6.1', name: 'store.jsonl', sent: 227, compared: 137 },
  { release: '6.1', name: 'groups.jsonl', sent: 73, compared: 54 },
  { release: '6.1', name: 'daemon-calls.jsonl', sent: 15, compared: 12 },
  { release: '4.3', name: '4.3-groups.jsonl', sent: 96, compared: 60 },
  { release: '4.3', name: '4.3-store.jsonl', sent: 80, compared: 43 },
  { release: '4.3', name: '4.3-types.jsonl', sent: 6, compared: 6 },
] as const;

/** Hundreds of calls one after the other, each write on disk before its answer. */
const replayTimeoutMs = 60_000;

const places = [
  { place: 'this thread', openStore: async (options: ElementStoreOptions) => new SqliteElementStore(options) },
  { place: 'its own thread', openStore: (options: ElementStoreOptions) => ThreadedElementStore.open(options) },
] as const;

describe.each(recordings)('a recording of a real $release, $name', ({ release, name, sent, compared }) => {
  it.each(places)(
    'is answered alike, but for what diverges on purpose, with the store in $place',
    async ({ openStore }) => {
      const exchanges = readRecording(new URL(`../golden/${name}`, import.meta.url));
      expect(exchanges).toHaveLength(sent);
      await using server = await startTestServer({ release, openStore });
      const results = await replay(server.base, 'mds1', exchanges);
      expect(results).toHaveLength(compared);
      expect(results.flatMap(unexpected)).toEqual([]);
      expect(results.flatMap(outdated)).toEqual([]);
    },
    replayTimeoutMs,
  );
});

it('every divergence names a line that is compared, once, and says why', () => {
  const ids = divergences.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(divergences.filter(({ reason }) => reason.length < 20)).toEqual([]);
});

function unexpected({ id, differences }: Compared): string[] {
  const divergence = divergences.find((known) => known.id === id);
  return differences
    .filter(({ pointer }) => divergence === undefined || !covers(divergence.pointers, pointer))
    .map(({ pointer, text }) => `${id} ${pointer}: ${text}`);
}

/** A divergence that no longer shows hides the next one: it has to go. */
function outdated({ id, differences }: Compared): string[] {
  return divergences.some((known) => known.id === id) && differences.length === 0 ? [id] : [];
}

function covers(pointers: readonly string[] | undefined, pointer: string): boolean {
  if (pointers === undefined) return true;
  return pointers.some((known) => new RegExp(`^${known.replaceAll('*', '[^/]+')}(/|$)`).test(pointer));
}
