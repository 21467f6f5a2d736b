import { EventEmitter } from 'node:events';
import { Writable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { TurnWriter } from './turn-writer.js';

describe('what is written', () => {
  it('in one turn of the loop goes out in one piece and in order', async () => {
    const { sink, writer, pieces } = setUp();
    writer.collect(() => sink.write('a'), true);
    writer.collect(() => sink.write('b'), true);
    expect(pieces).toEqual([]);
    await nextTurn();
    expect(pieces).toEqual([['a', 'b']]);
    writer.collect(() => sink.write('c'), true);
    await nextTurn();
    expect(pieces).toEqual([['a', 'b'], ['c']]);
  });

  it('goes out at once when it may not wait, with what was held before it', () => {
    const { sink, writer, pieces } = setUp();
    writer.collect(() => sink.write('a'), true);
    writer.collect(() => sink.write('urgent'), false);
    expect(pieces).toEqual([['a', 'urgent']]);
  });

  it('is not lost when the process ends within the turn', () => {
    const { sink, writer, pieces, ending } = setUp();
    writer.collect(() => sink.write('last words'), true);
    ending.emit('exit');
    expect(pieces).toEqual([['last words']]);
  });
});

function setUp() {
  const pieces: string[][] = [];
  const sink = new Writable({
    decodeStrings: false,
    write(chunk: string, _encoding, done) {
      pieces.push([chunk]);
      done();
    },
    writev(chunks, done) {
      pieces.push(chunks.map(({ chunk }) => String(chunk)));
      done();
    },
  });
  const ending = new EventEmitter();
  return { sink, ending, pieces, writer: new TurnWriter(sink, ending) };
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
