import { ManualClock, settle } from '@isthmus/connector-testing';
import { IsthmusError, silentLogger } from '@isthmus/kernel';
import type { ChangePage, MetadataChange } from '@isthmus/model';
import { describe, expect, it } from '@jest/globals';
import { FleetBench, registration } from '../fleet/testing/fleet-bench.js';
import { ElementFeed } from './element-feed.js';
import { ListenerHub, type Listening } from './listener-hub.js';
import { OwnChanges } from './own-changes.js';

const minute = 60_000;

function change(sequence: number, typeName: string, more: Partial<MetadataChange> = {}): MetadataChange {
  return {
    sequence,
    guid: `guid-${sequence}`,
    typeName,
    superTypeNames: [],
    eventType: 'UPDATED_ELEMENT_EVENT',
    ...more,
  };
}

describe('own changes', () => {
  it('are known by connector and number, also when ranges are many', () => {
    const own = new OwnChanges();
    own.note('a', 10, 12);
    own.note('a', 12, 13);
    own.note('a', 20, 20);
    expect([10, 11, 13, 14, 20].map((sequence) => own.has('a', sequence))).toEqual([false, true, true, false, false]);
    expect(own.has('b', 11)).toBe(false);
    for (let at = 0; at < 500; at += 1) own.note('a', 100 + 2 * at, 101 + 2 * at);
    expect([own.has('a', 11), own.has('a', 1_099)]).toEqual([false, true]);
  });
});

const silent: Listening = {
  connectorGuid: 'silent',
  instance: {
    capabilities: {
      refresh: true,
      engage: false,
      reconfigure: false,
      probe: false,
      targets: false,
      listens: { elements: [], lineage: false },
    },
    notify: () => undefined,
  },
};

describe('the hub of listeners', () => {
  function bench(...listensTo: readonly (readonly string[])[]) {
    const clock = new ManualClock();
    const own = new OwnChanges();
    const hub = new ListenerHub(clock, own);
    const told: string[] = [];
    const listen = (elements: readonly string[], index: number): Listening => ({
      connectorGuid: `c${index}`,
      ...(index === 1 && {
        targets: { guids: new Set(['endpoint']), types: ['Topic'], look: () => told.push(`c${index} targets`) },
      }),
      instance: {
        capabilities: {
          refresh: true,
          engage: false,
          reconfigure: false,
          probe: false,
          targets: index === 1,
          listens: { elements, lineage: true },
        },
        notify: (notice) => {
          if (notice.type === 'lineage') told.push(`c${index} lineage ${JSON.stringify(notice.event)}`);
          if (notice.type === 'elements')
            told.push(
              `c${index} ${notice.missed} ${notice.elements.map(({ guid, isOwn }) => `${guid} ${isOwn}`).join()}`,
            );
        },
      },
    });
    const ends = listensTo.map((elements, index) => hub.attach(listen(elements, index)));
    return { clock, own, hub, told, ends };
  }

  it('tells each of the changes of its types, subtypes included, and which were its own', async () => {
    const { clock, own, hub, told } = bench(['Asset'], [], ['Glossary']);
    hub.changed([change(1, 'CSVFile', { superTypeNames: ['DataFile', 'Asset'] }), change(2, 'Glossary')], false);
    own.note('c0', 0, 1);
    await clock.advance(300);
    expect(told).toEqual(['c0 false guid-1 true', 'c2 false guid-2 false']);
    expect(hub.types()).toEqual([
      'Asset',
      'AssetConnection',
      'CatalogTarget',
      'ConnectToEndpoint',
      'Connection',
      'Endpoint',
      'Glossary',
      'Topic',
    ]);
  });

  it('tells who takes over what others change that there is something, but not of its own changes', async () => {
    const { clock, own, hub, told } = bench([]);
    const end = hub.attach({
      connectorGuid: 'pusher',
      pushes: ['Glossary'],
      pushable: () => told.push('there is something'),
      instance: {
        capabilities: {
          refresh: true,
          engage: false,
          reconfigure: false,
          probe: false,
          targets: false,
          listens: { elements: [], lineage: false },
        },
        notify: () => undefined,
      },
    });
    expect(hub.types()).toContain('Glossary');
    hub.changed([change(1, 'Glossary'), change(2, 'Asset')], false);
    own.note('pusher', 0, 1);
    await clock.advance(300);
    expect(told).toEqual([]);
    hub.changed([change(3, 'Glossary')], false);
    await clock.advance(300);
    expect(told).toEqual(['there is something']);
    end();
  });

  it('tells those that listen when changes were lost, and nobody after the end', async () => {
    const { clock, hub, told, ends } = bench(['Asset'], [], ['Glossary']);
    ends[2]?.();
    hub.changed([], true);
    await clock.advance(300);
    expect(told).toEqual(['c0 true ', 'c1 targets']);
    hub.changed([], true);
    hub.close();
    await clock.advance(300);
    expect(told).toHaveLength(2);
  });

  it('tells a connector that its catalog targets may have changed', async () => {
    const { clock, hub, told } = bench([], []);
    hub.changed(
      [change(1, 'CatalogTarget', { end1Guid: 'c1' }), change(2, 'CatalogTarget', { end1Guid: 'c0' })],
      false,
    );
    await clock.advance(300);
    expect(told).toEqual(['c1 targets']);
    hub.changed([change(3, 'Endpoint', { guid: 'endpoint' }), change(4, 'Endpoint', { guid: 'another' })], false);
    await clock.advance(300);
    hub.changed([change(5, 'Endpoint', { guid: 'another' })], false);
    await clock.advance(300);
    expect(told).toEqual(['c1 targets', 'c1 targets']);
  });

  it('wishes for nothing else when one that listens to no elements comes and goes', () => {
    const { hub, ends } = bench(['Asset'], []);
    let wishes = 0;
    hub.onWish = () => {
      wishes += 1;
    };
    hub.attach(silent)();
    expect(wishes).toBe(0);
    for (const end of ends) end();
    expect(wishes).toBe(2);
  });

  it('asks each what it listens to when somebody comes, goes, or says that this has changed, and not each time', () => {
    const { hub } = bench();
    let asked = 0;
    let elements: readonly string[] = ['Asset'];
    const capabilities = () => {
      asked += 1;
      return { ...silent.instance.capabilities, listens: { elements, lineage: false } };
    };
    const listening = {
      ...silent,
      instance: {
        notify: () => undefined,
        get capabilities() {
          return capabilities();
        },
      },
    };
    const end = hub.attach(listening);
    expect([hub.types(), hub.types(), hub.types()]).toEqual([['Asset'], ['Asset'], ['Asset']]);
    expect(asked).toBe(2);
    elements = ['Glossary'];
    hub.wish();
    expect(hub.types()).toEqual(['Glossary']);
    end();
    expect(hub.types()).toEqual([]);
  });

  it('gives lineage events to all but their publisher', () => {
    const { hub, told } = bench([], []);
    expect([hub.publishLineage({ a: 1 }), hub.publishLineage({ b: 1 }, 'c0')]).toEqual([2, 1]);
    expect(told).toEqual(['c0 lineage {"a":1}', 'c1 lineage {"a":1}', 'c1 lineage {"b":1}']);
  });
});

describe('the feed of elements', () => {
  class Server {
    readonly asked: string[] = [];
    sequence = 5;
    incarnation = 'one';
    changeFeed = true;
    fault: unknown;
    isAway = false;
    looks = 0;
    /** Holds up what the server can do. */
    gate: Promise<void> | undefined;
    #open: ((page: ChangePage) => void) | undefined;

    store() {
      return {
        capabilities: async () => {
          this.looks += 1;
          await this.gate;
          if (this.isAway) throw new IsthmusError('STORE_UNREACHABLE', 'away');
          return { writeBatch: true, changeFeed: this.changeFeed, fencing: true, groupETag: true };
        },
        identity: async () => ({
          metadataCollectionId: 'c',
          incarnation: this.incarnation,
          changeSequence: this.sequence,
        }),
        changes: (after: number, { types = [] }: { readonly types?: readonly string[] }, signal: AbortSignal) => {
          this.asked.push(`${after} ${types.join()}`);
          if (this.fault !== undefined) return Promise.reject(this.fault);
          return new Promise<ChangePage>((resolve, reject) => {
            this.#open = resolve;
            signal.addEventListener('abort', () => reject(signal.reason), { once: true });
          });
        },
      };
    }

    answer(...changes: readonly MetadataChange[]): void {
      const next = changes.at(-1)?.sequence ?? this.sequence;
      this.#open?.({ changes, next });
    }
  }

  function bench() {
    const server = new Server();
    const clock = new ManualClock();
    const told: string[] = [];
    let types: readonly string[] = [];
    const feed = new ElementFeed({
      store: server.store(),
      types: () => types,
      onChanges: (changes, missed) => told.push(`${missed} ${changes.map(({ guid }) => guid).join()}`),
      clock,
      logger: silentLogger,
    });
    const pass = async (durationMs: number) => {
      await clock.advance(durationMs);
      for (let turn = 0; turn < 5; turn += 1) await settle();
    };
    const listen = (...wanted: readonly string[]) => {
      types = wanted;
      feed.wish();
    };
    return { server, feed, told, pass, listen };
  }

  it('asks for nothing while nobody listens, and from then on where the server was', async () => {
    const { server, feed, told, pass, listen } = bench();
    feed.start();
    await pass(minute);
    expect(server.asked).toEqual([]);
    listen('Asset');
    await pass(100);
    server.answer(change(6, 'Asset'), change(7, 'Asset'));
    await pass(100);
    expect([server.asked, told]).toEqual([['5 Asset', '7 Asset'], ['false guid-6,guid-7']]);
    await feed.close();
  });

  it('does not keep a new wish waiting for the answer to the old one, and loses nothing between', async () => {
    const { server, feed, pass, listen } = bench();
    listen('Asset');
    feed.start();
    await pass(100);
    listen('Asset', 'Glossary');
    await pass(100);
    expect(server.asked).toEqual(['5 Asset', '5 Asset,Glossary']);
    await feed.close();
  });

  it('hears of a wish that comes while it still finds out what the server can do', async () => {
    const { server, feed, pass, listen } = bench();
    let open = () => {};
    server.gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    listen('Asset');
    feed.start();
    await pass(10);
    listen('Asset', 'Glossary');
    open();
    await pass(200);
    expect(server.asked.at(-1)).toBe('5 Asset,Glossary');
    await feed.close();
  });

  it('asks a server that is away less and less often, also after a wish that came meanwhile', async () => {
    const { server, feed, pass, listen } = bench();
    server.isAway = true;
    feed.start();
    await pass(10);
    listen('Asset');
    for (let second = 0; second < 60; second += 1) await pass(1_000);
    expect(server.looks).toBeGreaterThan(3);
    expect(server.looks).toBeLessThan(15);
    await feed.close();
  });

  it('says that changes were lost when the server knows them no longer, or is another one', async () => {
    const { server, feed, told, pass, listen } = bench();
    listen('Asset');
    server.fault = new IsthmusError('CHANGES_TOO_OLD', 'too old');
    feed.start();
    await pass(60);
    server.fault = undefined;
    await pass(200);
    expect(told).toContain('true ');
    told.length = 0;
    server.fault = new IsthmusError('STORE_UNREACHABLE', 'away');
    server.answer();
    await pass(100);
    server.fault = undefined;
    server.incarnation = 'two';
    await pass(minute);
    expect(told).toEqual(['true ']);
    await feed.close();
  });

  it('waits for a server without a feed', async () => {
    const { server, feed, pass, listen } = bench();
    server.changeFeed = false;
    listen('Asset');
    feed.start();
    await pass(minute / 2);
    expect(server.asked).toEqual([]);
    await feed.close();
  });
});

describe('a fleet', () => {
  it('gives lineage events of clients and of connectors to those that run and listen', async () => {
    const bench = new FleetBench();
    bench.host.behaviours.set('listens', { lineage: true });
    await bench.set('group', [registration('listens'), registration('publishes')]);
    expect(bench.fleet.publishOpenLineage({ job: 'a' })).toBe(1);
    bench.host.of('publishes')[0]?.publishes({ job: 'b' });
    const [instance] = bench.host.of('listens');
    expect(instance?.notices).toEqual([
      { type: 'lineage', event: { job: 'a' } },
      { type: 'lineage', event: { job: 'b' } },
    ]);
    await bench.set('group', [registration('publishes')]);
    expect(bench.fleet.publishOpenLineage({ job: 'c' })).toBe(0);
    expect(instance?.notices).toHaveLength(2);
  });
});
