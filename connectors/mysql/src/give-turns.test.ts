import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { giveTurns } from './give-turns.js';

describe('a large answer', () => {
  it('that is there already is taken up in several turns, whole and in its order', async () => {
    const chunks = Array.from({ length: 40 }, (_, index) => Buffer.alloc(32 * 1024, index));
    const answer = new Readable({ read: () => undefined, highWaterMark: 4 * 1024 * 1024 });
    for (const chunk of [...chunks, null]) answer.push(chunk);
    const taken: Buffer[] = [];
    let turn = 0;
    const turns = new Map<number, number>();
    answer.on('data', (chunk: Buffer) => {
      taken.push(chunk);
      turns.set(turn, (turns.get(turn) ?? 0) + chunk.length);
    });
    giveTurns(answer);
    const ended = new Promise<void>((resolve) => answer.once('end', resolve));
    let isEnded = false;
    const next = (): void => {
      turn += 1;
      if (!isEnded) setImmediate(next);
    };
    setImmediate(next);
    await ended;
    isEnded = true;
    expect(Buffer.concat(taken).equals(Buffer.concat(chunks))).toBe(true);
    expect(Math.max(...turns.values())).toBeLessThanOrEqual(256 * 1024);
    expect(turns.size).toBeGreaterThanOrEqual(5);
  });
});
