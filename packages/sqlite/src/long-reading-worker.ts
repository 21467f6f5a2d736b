import { parentPort, workerData } from 'node:worker_threads';
import { messageOf } from '@isthmus/kernel';
import { DatabaseSync } from '@photostructure/sqlite';
import type { LongAnswer, LongAnswerMessage, LongReading } from './long-reading.js';
import { ThreadGate } from './thread-gate.js';
import type { SqliteThreadData } from './threads.js';

interface Work {
  readonly gate: SqliteThreadData;
  readonly path: string;
  readonly reading: LongReading;
}

const cacheKilobytes = 16 * 1024;
const firstSize = 1024;

const { gate, path, reading }: Work = workerData;
try {
  const answer = new ThreadGate(gate).pass(read);
  tell(answer, [answer.numbers.buffer]);
} catch (error) {
  tell({ error: messageOf(error) });
}

function read(): LongAnswer {
  const connection = new DatabaseSync(path, { readOnly: true });
  try {
    connection.exec(`PRAGMA busy_timeout = 5000; PRAGMA temp_store = FILE; PRAGMA cache_size = -${cacheKilobytes}`);
    connection.exec('BEGIN');
    const mark = Number(Object.values(connection.prepare(reading.markSql).get() ?? {})[0] ?? 0);
    let numbers = new Float64Array(firstSize);
    let count = 0;
    const statement = connection.prepare(reading.sql);
    statement.setReturnArrays(true);
    for (const [value] of statement.iterate(...reading.parameters)) {
      if (count === numbers.length) numbers = grown(numbers);
      numbers[count] = Number(value);
      count += 1;
    }
    connection.exec('COMMIT');
    return { numbers: numbers.slice(0, count), mark };
  } finally {
    connection.close();
  }
}

function grown(numbers: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(numbers.length * 2);
  larger.set(numbers);
  return larger;
}

function tell(message: LongAnswerMessage, transfer: readonly ArrayBufferLike[] = []): void {
  parentPort?.postMessage(
    message,
    transfer.filter((buffer) => buffer instanceof ArrayBuffer),
  );
}
