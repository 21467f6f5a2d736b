import { EventEmitter } from 'node:events';
import { ManualClock } from '@isthmus/connector-testing';
import { describe, expect, it } from '@jest/globals';
import { listenForStop } from './stop-signals.js';

function setUp() {
  const source = new EventEmitter();
  const clock = new ManualClock();
  const ends: string[] = [];
  const signals = listenForStop(source, clock, 9000, (reason, code) => ends.push(`${reason} ${code}`));
  return { source, clock, ends, signals };
}

describe('listenForStop', () => {
  it('asks for a clean stop at the first signal', () => {
    const { source, ends, signals } = setUp();
    source.emit('SIGINT', 'SIGINT');
    expect(signals.stop.aborted).toBe(true);
    expect(ends).toEqual([]);
  });

  it('counts what comes within a second as the same signal, as npm and the terminal both send it', async () => {
    const { source, clock, ends } = setUp();
    source.emit('SIGINT', 'SIGINT');
    await clock.advance(900);
    source.emit('SIGINT', 'SIGINT');
    source.emit('SIGTERM', 'SIGTERM');
    expect(ends).toEqual([]);
  });

  it('ends at once when asked again later', async () => {
    const { source, clock, ends } = setUp();
    source.emit('SIGINT', 'SIGINT');
    await clock.advance(1001);
    source.emit('SIGINT', 'SIGINT');
    expect(ends).toEqual(['again 130']);
  });

  it('ends after the grace when the clean stop hangs', async () => {
    const { source, clock, ends } = setUp();
    source.emit('SIGTERM', 'SIGTERM');
    await clock.advance(9000);
    expect(ends).toEqual(['grace 143']);
  });

  it('leaves nothing behind', async () => {
    const { source, clock, ends, signals } = setUp();
    source.emit('SIGTERM', 'SIGTERM');
    signals[Symbol.dispose]();
    await clock.advance(20_000);
    expect(ends).toEqual([]);
    expect(source.listenerCount('SIGINT')).toBe(0);
  });
});
