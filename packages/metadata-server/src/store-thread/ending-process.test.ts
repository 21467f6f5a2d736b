import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { storePath } from '../store/test-store.js';

const module = (path: string) => JSON.stringify(new URL(path, import.meta.url).href);
/** Writes until the process is told to end, which it does with a code of its own. */
const script = `
  import { silentLogger, systemClock } from ${JSON.stringify(import.meta.resolve('@isthmus/kernel'))};
  import { ThreadedElementStore } from ${module('./threaded-element-store.js')};
  const options = { path: process.argv[1], collectionName: 'ending', clock: systemClock, logger: silentLogger };
  const store = await ThreadedElementStore.open(options);
  const write = async (writer) => {
    for (let round = 0; ; round += 1) {
      const id = writer + '-' + round;
      const upsert = (_, at) => ({ op: 'upsert', typeName: 'DataFile', qualifiedName: id + '-' + at, properties: {} });
      await store.writeBatch({ userId: 'alice' }, { id, operations: Array.from({ length: 500 }, upsert) });
    }
  };
  for (const writer of ['a', 'b', 'c']) void write(writer);
  setTimeout(() => process.exit(7), Number(process.argv[2]));
`;

describe('a process whose store is writing', () => {
  it.each([100, 150, 200, 250, 300])('ends as it was told to, after %d ms too', async (afterMs) => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', script, storePath(), String(afterMs)]);
    const [code, signal] = await once(child, 'exit');
    expect({ code, signal }).toEqual({ code: 7, signal: null });
  });
});
