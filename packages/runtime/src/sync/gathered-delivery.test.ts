import { ManualClock } from '@isthmus/connector-testing';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { SqliteJournal } from '../journal/sqlite-journal.js';
import { GatheredDelivery } from './gathered-delivery.js';
import { ScopeLedger } from './scope-ledger.js';
import type { SyncRun } from './sync-engine.js';
import { digestOf } from './testing/fake-source.js';
import { SyncBench } from './testing/sync-bench.js';
import { syncTold, type Told, toldItem } from './testing/told-items.js';
import type { DeliveredItem } from './work-parts.js';

const keys = ['a', 'b', 'c', 'd'];
const tell = (key: string, text: string): Told => ({ key, name: key, text });
const delivered = (key: string): DeliveredItem => {
  const body = toldItem(tell(key, 'text'));
  return { digest: digestOf(body), body };
};

/** What is worked on, delivery by delivery. */
async function gathering(fails: (key: string) => boolean = () => false) {
  const worked: string[] = [];
  const clock = new ManualClock();
  const ledger = await ScopeLedger.of('all', []);
  const delivery = {
    async deliver(_: ScopeLedger, items: readonly DeliveredItem[]) {
      for (const { digest } of items) if (fails(digest.key)) throw new Error(`${digest.key} cannot be read`);
      worked.push(items.map(({ digest: { key } }) => key).join());
    },
  };
  return { worked, clock, ledger, gathered: new GatheredDelivery({ delivery, clock, lingerMs: 500 }) };
}

describe('GatheredDelivery', () => {
  it('works on what comes in several deliveries together, once more is done with it or enough has come', async () => {
    const { worked, ledger, gathered } = await gathering();
    for (const key of ['a', 'b', 'c']) await gathered.deliver(ledger, [delivered(key)]);
    expect(worked).toEqual([]);
    await gathered.flush();
    expect(worked).toEqual(['a,b,c']);
    for (let number = 0; number < 40; number += 1) await gathered.deliver(ledger, [delivered(`n${number}`)]);
    expect(worked).toHaveLength(2);
  });

  it('keeps the order of items over scopes', async () => {
    const { worked, ledger, gathered } = await gathering();
    const other = await ScopeLedger.of('other', []);
    await gathered.deliver(ledger, [delivered('a')]);
    await gathered.deliver(other, [delivered('b')]);
    await gathered.deliver(ledger, [delivered('c')]);
    await gathered.flush();
    expect(worked).toEqual(['a', 'b', 'c']);
  });

  it('lets nothing wait that opens a scope, nor what came before it', async () => {
    const { worked, ledger, gathered } = await gathering();
    await gathered.deliver(ledger, [delivered('a')]);
    const folder = delivered('folder');
    await gathered.deliver(ledger, [{ ...folder, digest: { ...folder.digest, opens: 'below' } }]);
    expect(worked).toEqual(['a,folder']);
  });

  it('lets nothing wait for long where no more comes', async () => {
    const { worked, clock, ledger, gathered } = await gathering();
    await gathered.deliver(ledger, [delivered('a')]);
    await clock.advance(500);
    await gathered.flush();
    expect(worked).toEqual(['a']);
  });

  it('tells whoever comes next what ended the work on what waited, and goes on with nothing', async () => {
    const { worked, clock, ledger, gathered } = await gathering((key) => key === 'bad');
    await gathered.deliver(ledger, [delivered('bad')]);
    await clock.advance(500);
    await expect(gathered.deliver(ledger, [delivered('a')])).rejects.toThrow('bad cannot be read');
    await expect(gathered.flush()).rejects.toThrow('bad cannot be read');
    await gathered.drop();
    expect(worked).toEqual([]);
  });
});

describe('a run whose deliveries are gathered', () => {
  it('asks once what is known of items that changed in several deliveries', async () => {
    using bench = new SyncBench();
    await syncTold(
      bench,
      keys.map((key) => tell(key, '1')),
    );
    const asked: (readonly string[])[] = [];
    const journal = new Proxy(bench.journal, {
      get(target: SqliteJournal, name) {
        if (name === 'knownItems')
          return (...[owner, scope, some]: Parameters<SqliteJournal['knownItems']>) => {
            asked.push(some);
            return target.knownItems(owner, scope, some);
          };
        const value: unknown = Reflect.get(target, name);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    const { counts } = await syncTold(
      bench,
      keys.map((key) => tell(key, '2')),
      { journal },
    );
    expect(counts).toMatchObject({ updated: keys.length });
    expect(asked).toEqual([keys]);
  });

  it('ends as one whose deliveries are worked on one by one, in whatever order, how often and under what names of their own items come', async () => {
    const told = fc.record({
      key: fc.constantFrom(...keys),
      isRenamed: fc.boolean(),
      text: fc.constantFrom('1', '2', '3'),
      isKept: fc.boolean(),
      isGone: fc.nat(9).map((number) => number === 0),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(told, { maxLength: 12 }), async (all) => {
        const outcomes: unknown[] = [];
        for (const isGathered of [true, false]) {
          using bench = new SyncBench();
          for (const text of ['0', '1'])
            await syncTold(
              bench,
              keys.map((key) => tell(key, text)),
            );
          const run = await bench.open();
          for (const { isKept, isGone, isRenamed, key, text } of all) {
            if (isGone) await run.gone('all', key);
            else await tellOne(run, { key, name: isRenamed ? `${key} renamed` : key, text }, isKept);
            // which begins with working on what was delivered
            if (!isGathered) await run.missing('all', 0);
          }
          await run.complete('all');
          const { counts, findings } = await run.finish('completed');
          outcomes.push({ counts, findings: findings.map(({ message }) => message).sort(), store: bench.inStore() });
        }
        expect(outcomes[0]).toEqual(outcomes[1]);
      }),
      { numRuns: 60 },
    );
  }, 120_000);
});

async function tellOne(run: SyncRun, told: Told, isKept: boolean): Promise<void> {
  const body = toldItem(told);
  const digest = digestOf(body);
  const { key, sourceVersion = '' } = digest;
  if (isKept && (await run.keep('all', [{ key, sourceVersion }])).length === 0) return;
  if ((await run.offer('all', [digest])).length > 0) await run.deliver('all', [{ digest, body }]);
}
