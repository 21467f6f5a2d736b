import { describe, expect, it } from '@jest/globals';
import { TimeSlicer, type Urgency } from './time-slicer.js';

/** Real turns of the loop, processor time of our own. */
class Bench {
  now = 0;
  /** What ran, turn by turn of the loop. */
  readonly turns: string[][] = [[]];
  idle = 0;
  readonly slicer = new TimeSlicer(
    () => this.now,
    () => this.idle,
  );
  #loop: NodeJS.Immediate | undefined;

  constructor() {
    const count = () => {
      this.turns.push([]);
      this.#loop = setImmediate(count);
    };
    this.#loop = setImmediate(count);
  }

  /** Works through `items`, each of which takes `ms`. */
  async work(name: string, items: number, ms: number, urgency?: Urgency): Promise<void> {
    for (let item = 0; item < items; item += 1) {
      await this.slicer.turn(urgency);
      this.now += ms;
      this.turns.at(-1)?.push(name);
    }
  }

  /** Milliseconds of work in the longest turn. */
  longest(ms: number): number {
    return Math.max(...this.turns.map((turn) => turn.length * ms));
  }

  end(): void {
    clearImmediate(this.#loop);
  }
}

describe('TimeSlicer', () => {
  it('lets work go on as long as its slice lasts', async () => {
    const bench = new Bench();
    expect(bench.slicer.turn()).toBeUndefined();
    bench.now += 4;
    expect(bench.slicer.isUsedUp).toBe(false);
    bench.now += 1;
    expect(bench.slicer.isUsedUp).toBe(true);
    await bench.slicer.turn();
    expect(bench.slicer.isUsedUp).toBe(false);
    bench.end();
  });

  it('gives all who are busy one slice together, so that a turn of the loop is short however many there are', async () => {
    const bench = new Bench();
    await Promise.all(['a', 'b', 'c', 'd'].map((name) => bench.work(name, 20, 1)));
    bench.end();
    expect(bench.turns.flat()).toHaveLength(80);
    // the slice, and what each had begun when it was over
    expect(bench.longest(1)).toBeLessThanOrEqual(5 + 3);
  });

  it('serves several that need little in one turn', async () => {
    const bench = new Bench();
    bench.now = 5;
    bench.idle = 5;
    await Promise.all(Array.from({ length: 100 }, (_, index) => bench.work(`${index}`, 1, 0.1)));
    bench.end();
    expect(bench.turns.filter((turn) => turn.length > 0)).toHaveLength(2);
  });

  it('takes off what else the turn did, but for a moment that everybody gets, and not what the loop waited', async () => {
    const bench = new Bench();
    bench.now = 40;
    bench.idle = 37;
    await bench.slicer.turn();
    // three of five are gone
    bench.now += 1;
    expect(bench.slicer.isUsedUp).toBe(false);
    bench.now += 1;
    expect(bench.slicer.isUsedUp).toBe(true);
    await new Promise((resolve) => setImmediate(resolve));
    bench.now += 30;
    await bench.slicer.turn();
    bench.now += 1;
    expect(bench.slicer.isUsedUp).toBe(false);
    bench.now += 1;
    expect(bench.slicer.isUsedUp).toBe(true);
    bench.end();
  });

  it('serves those who are waited for before others, and everybody in the end', async () => {
    const bench = new Bench();
    bench.now = 5;
    const order: string[] = [];
    await Promise.all([
      bench.work('long', 3, 5).then(() => order.push('long')),
      bench.work('new', 2, 5, 'request').then(() => order.push('new')),
      bench.work('page', 3, 5, 'answer').then(() => order.push('page')),
    ]);
    bench.end();
    expect(order).toEqual(['page', 'new', 'long']);
  });
});
