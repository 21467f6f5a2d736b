import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import {
  type ItemElement,
  mostPushedAtOnce,
  type PushAnswer,
  type PushedElement,
  type SourceItem,
} from '@isthmus/connector-sdk';
import type { Properties, PropertyValue } from '@isthmus/model';
import {
  abortDeadlineMs,
  assertSame,
  type ContractBench,
  type ContractCheck,
  contents,
  refreshed,
  use,
} from '../bench.js';
import { within } from '../hook-deadlines.js';

const pushDeadlineMs = 30_000;

const leftOut: NonNullable<ContractCheck['leftOut']> = ({ pushes = [] }) =>
  pushes.length === 0 ? 'its definition pushes nothing' : undefined;

/** How a connector writes to its source what people changed. */
export const pushChecks: readonly ContractCheck[] = [
  {
    name: 'writes what it is pushed, and answers the item as a refresh says it',
    needs: ['pushed'],
    leftOut,
    async body(bench) {
      const host = await refreshed(bench);
      const element = await toPush(bench, host);
      const answer = await pushed(host, element);
      assert.ok(answer.outcome === 'written', `it answers ${answer.outcome} although nothing stands against it`);
      const shown = itemOf(await refreshed(bench), answer);
      assert.deepEqual(plain(answer.item), plain(shown), 'it answers another item than refresh says');
      const told = shown?.elements.find(({ qualifiedName }) => qualifiedName === element.qualifiedName);
      for (const [name, value] of Object.entries(element.changes))
        assert.deepEqual(shownAs(told, name), value, `it says written, and the source does not show ${name}`);
    },
  },
  {
    name: 'says written of nothing that its source cannot hold',
    needs: ['pushed'],
    leftOut,
    async body(bench) {
      const host = await refreshed(bench);
      const element = await toPush(bench, host);
      const name = `additionalProperties.${unheardOf}`;
      const answer = await pushed(host, { ...element, changes: { [name]: 'by people' } });
      if (answer.outcome !== 'written') return;
      const shown = (await refreshed(bench)).elements().get(element.qualifiedName);
      assert.equal(
        shownAs(shown, name),
        'by people',
        'it says written of a change of which the source keeps nothing: answer `refused` with what it cannot hold',
      );
    },
  },
  {
    name: 'answers each of many elements, also what it has not, what is deleted and what it is told again',
    needs: ['pushed'],
    leftOut,
    async body(bench) {
      const host = await refreshed(bench);
      const { item: _item, ...element } = await toPush(bench, host);
      const strangers = Array.from({ length: mostPushedAtOnce - 2 }, (_, number) => ({
        ...element,
        guid: `${element.guid}-${number}`,
        qualifiedName: `${element.qualifiedName} ${number}`,
      }));
      const known = await toPush(bench, host);
      await answersTo(host, [...strangers, known]);
      // After a crash it may be asked again for what it has written.
      await answersTo(host, [known]);
      const [answer] = await answersTo(host, [{ ...known, state: 'deleted', properties: {}, changes: {} }]);
      const fresh = await refreshed(bench);
      assert.ok(
        answer?.outcome !== 'gone' || !fresh.elements().has(known.qualifiedName),
        'it answers `gone` for an element that people deleted, and its source still has it: it would come back with the next refresh',
      );
    },
  },
  {
    name: 'writes nothing over a newer state of its source',
    needs: ['pushed', 'change'],
    leftOut,
    async body(bench) {
      const host = await refreshed(bench);
      const element = await toPush(bench, host);
      await use(bench, 'change');
      const changed = await refreshed(bench);
      const answer = await pushed(host, element);
      assertSame(contents(await refreshed(bench)), contents(changed), 'it wrote over what it had not seen');
      assert.ok(answer.outcome === 'conflict', `it answers ${answer.outcome}, not conflict`);
      assert.deepEqual(plain(answer.item), plain(itemOf(changed, answer)), 'it answers another item than refresh says');
    },
  },
  {
    name: 'ends a push that is aborted while the source is slow',
    needs: ['pushed', 'delay'],
    leftOut,
    async body(bench) {
      const host = await refreshed(bench);
      const element = await toPush(bench, host);
      await use(bench, 'delay', 60_000);
      const abort = new AbortController();
      const pushing = host.connector.push?.([element], abort.signal).catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, 100));
      abort.abort();
      await within(abortDeadlineMs, Promise.resolve(pushing), 'push waits for the source although it was aborted');
      await use(bench, 'delay', 0);
      // What had left for the source may arrive there, whole; and nothing else.
      const shown = (await refreshed(bench)).elements();
      const told = shown.get(element.qualifiedName);
      const arrived = Object.entries(element.changes).every(([name, value]) =>
        isDeepStrictEqual(shownAs(told, name), value),
      );
      const others = (elements: ReadonlyMap<string, unknown>): string =>
        JSON.stringify([...elements].filter(([name]) => !arrived || name !== element.qualifiedName).sort(byText));
      assertSame(others(shown), others(host.elements()), 'a push that was aborted wrote half of it, or something else');
    },
  },
];

type Host = ReturnType<ContractBench['host']>;

function byText([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one < other ? -1 : 1;
}

/** What people would have changed, as a daemon hands it over. */
async function toPush(bench: ContractBench, host: Host): Promise<PushedElement> {
  const told = await bench.source.pushed?.();
  assert.ok(told !== undefined);
  const { qualifiedName, changes } = told;
  for (const scope of host.scopeNames()) {
    for (const { key, sourceVersion, elements } of host.items(scope)) {
      const found = elements.find((element) => element.qualifiedName === qualifiedName);
      if (found === undefined) continue;
      return {
        guid: 'ce5c4a2e-8bb5-4a0e-9d7a-3a3c1b0d8f11',
        typeName: found.typeName,
        qualifiedName,
        state: 'live',
        properties: changedProperties(found.properties, changes),
        changes,
        item: { scope, key, ...(sourceVersion === undefined ? {} : { sourceVersion }) },
      };
    }
  }
  return assert.fail(`\`pushed\` of the source names ${qualifiedName}, which no item brings`);
}

async function pushed(host: Host, element: PushedElement): Promise<PushAnswer> {
  assert.ok(host.connector.push !== undefined, 'its definition has `pushes`, and it has no `push`');
  const [answer] = await answersTo(host, [element]);
  return answer ?? assert.fail('it gives no answer');
}

/** In the order of the elements, each answered once. */
async function answersTo(host: Host, elements: readonly PushedElement[]): Promise<readonly PushAnswer[]> {
  assert.ok(host.connector.push !== undefined, 'its definition has `pushes`, and it has no `push`');
  const work = host.connector.push(elements, AbortSignal.timeout(pushDeadlineMs));
  const told: unknown = await within(pushDeadlineMs + abortDeadlineMs, work, tooLate).catch((error: unknown) =>
    assert.fail(
      `push throws, so that none of its ${elements.length} elements has an answer: answer \`refused\` for the one that cannot be taken. It threw: ${error instanceof Error ? error.message : String(error)}`,
    ),
  );
  assert.ok(Array.isArray(told), 'push answers no list');
  const answers: readonly PushAnswer[] = told;
  const byName = new Map(answers.map((answer) => [answer.qualifiedName, answer]));
  assert.equal(answers.length, byName.size, 'push answers one element twice');
  return elements.map(({ qualifiedName, state, item }) => {
    const what = `${qualifiedName}${item === undefined ? ', which the source does not have,' : ''}${state === 'deleted' ? ', which people deleted,' : ''}`;
    const answer =
      byName.get(qualifiedName) ?? assert.fail(`push gives no answer for ${what} under its qualified name`);
    assert.ok(outcomes.includes(answer.outcome), `the answer for ${what} has the outcome ${String(answer.outcome)}`);
    return answer;
  });
}

const outcomes: readonly unknown[] = ['written', 'conflict', 'gone', 'refused'];
const tooLate = `push did not end within ${pushDeadlineMs} ms`;
const unheardOf = 'aKeyThatNoSourceHas';

/** A field as changes name it: a property, or one key of a map. */
function shownAs(element: ItemElement | undefined, name: string): unknown {
  const [property = name, ...key] = name.split('.');
  const value = element?.properties[property];
  if (key.length === 0) return value;
  return typeof value === 'object' && value !== null ? Reflect.get(value, key.join('.')) : undefined;
}

/** What the metadata server holds once people have changed this. */
function changedProperties(properties: Properties, changes: PushedElement['changes']): Properties {
  const changed: Record<string, PropertyValue> = { ...properties };
  for (const [name, value] of Object.entries(changes)) {
    const [property = name, ...key] = name.split('.');
    const map: unknown = changed[property];
    if (key.length === 0) changed[property] = value;
    else changed[property] = { ...(isMap(map) ? map : {}), [key.join('.')]: value } as PropertyValue;
  }
  return changed;
}

function isMap(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function itemOf(host: Host, { scope, item }: { readonly scope: string; readonly item: SourceItem }) {
  return host.items(scope).find(({ key }) => key === item.key);
}

/** As it is in a message. */
function plain(item: SourceItem | undefined): unknown {
  return item === undefined ? undefined : JSON.parse(JSON.stringify(item));
}
