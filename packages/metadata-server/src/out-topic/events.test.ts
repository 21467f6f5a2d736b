import { readFileSync } from 'node:fs';
import { standardTypes } from '@isthmus/model/standard-types';
import { describe, expect, it } from '@jest/globals';
import { olderFace } from '../older/older-face.js';
import type { SqliteElementStore } from '../store/index.js';
import { alice, withStore } from '../store/test-store.js';
import { BeanViews } from '../views/bean-view.js';
import { ElementViews } from '../views/element-view.js';
import { factsOf } from './change-facts.js';
import { type EventFaces, eventOf } from './out-topic.js';
import type { EventRelease } from './out-topic-configuration.js';

const types = standardTypes();
const views = new ElementViews(types, 'mds1');
const faces: EventFaces = { views, beans: new BeanViews(types, views), older: olderFace('mds1') };

/** What was recorded, played, with its events as they are told after each step. */
async function eventsOf(store: SqliteElementStore, release: EventRelease): Promise<readonly Tree[]> {
  const texts: string[] = [];
  let after = 0;
  await playRecorded(store, async () => {
    const { changes, next } = await store.changes(after, 1_000);
    for (const change of changes) texts.push(eventOf(release, faces, await factsOf(store, change)));
    after = next;
  });
  return texts.map((text) => JSON.parse(text));
}

type Tree = { readonly [key: string]: Tree } & Record<string, unknown>;

/** Recorded at a 4.3, one of each kind. */
const recorded: readonly Tree[] = readFileSync(new URL('../../golden/4.3-events.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line));

/** Does what was done when the events were recorded, so far as it makes each kind. */
async function playRecorded(store: SqliteElementStore, tell: () => Promise<void>): Promise<void> {
  const qualifiedName = (name: string) => ({ qualifiedName: `lab:${name}`, displayName: name });
  const group = await store.create(alice, { typeName: 'IntegrationGroup', properties: qualifiedName('group') });
  await tell();
  const connector = await store.create(alice, {
    typeName: 'IntegrationConnector',
    properties: { ...qualifiedName('k1'), versionIdentifier: '1', usesBlockingCalls: false },
  });
  await tell();
  const registration = await store.relate(alice, {
    typeName: 'RegisteredIntegrationConnector',
    end1Guid: group,
    end2Guid: connector,
    properties: { connectorName: 'k1', connectorUserId: 'k1npa', refreshTimeInterval: 60 },
  });
  await tell();
  await store.update(alice, connector, { description: 'changed' }, 'merge');
  await tell();
  await store.update(alice, group, { description: 'changed' }, 'merge');
  await tell();
  await store.updateRelationship(alice, registration, { connectorName: 'renamed' }, 'merge');
  await tell();
  await store.classify(alice, connector, 'Confidentiality', { properties: { confidentialityLevel: 1 } });
  await tell();
  await store.classify(alice, connector, 'Confidentiality', { properties: { confidentialityLevel: 2 } });
  await tell();
  await store.declassify(alice, connector, 'Confidentiality');
  await tell();
  await store.deleteRelationship(alice, registration);
  await tell();
  await store.delete(alice, group, { method: 'SOFT_DELETE' });
  await tell();
}

const kindOf = (event: Tree) =>
  `${event.watchdogGovernanceEvent?.class} ${event.watchdogGovernanceEvent?.eventType} ${
    (event.watchdogGovernanceEvent?.metadataElement ?? event.watchdogGovernanceEvent?.relatedMetadataElements)?.type
      ?.typeName
  }`;

/** Where each value lies and of which kind it is, but for what the elements say of themselves. */
function shapeOf(value: unknown, path = ''): readonly string[] {
  // what elements hold differs, and a 4.3 keeps the latest change as a classification
  if (/(propertyValueMap|propertyNames|superTypeNames|\.classifications|maintainedBy)$/.test(path)) return [path];
  if (typeof value !== 'object' || value === null) return [`${path}: ${typeof value}`];
  return Object.entries(value).flatMap(([key, member]) => shapeOf(member, `${path}.${key}`));
}

/** A relationship that was deleted is not kept: of it no more is told than where it was. */
function isGone({ watchdogGovernanceEvent: event }: Tree, place: string): boolean {
  return (
    String(event?.eventType) === 'DELETED_RELATIONSHIP' &&
    /relationshipProperties|\.origin|createdBy|createTime|maintainedBy/.test(place)
  );
}

describe('events of 4.3', () => {
  it('have the shape of those of a real server', () =>
    withStore(async (store) => {
      const ours = await eventsOf(store, '4.3');
      for (const event of recorded) {
        const same = ours.find((each) => kindOf(each) === kindOf(event));
        expect({ kind: kindOf(event), isTold: same !== undefined }).toEqual({ kind: kindOf(event), isTold: true });
        const known = new Set(shapeOf(same));
        const missing = shapeOf(event).filter(
          (place) =>
            !known.has(place) && !/lassification|previousMetadataElement.versions/.test(place) && !isGone(event, place),
        );
        expect({ kind: kindOf(event), missing }).toEqual({ kind: kindOf(event), missing: [] });
      }
    }));

  it('tell classifications that come, change and go, and an element that goes', () =>
    withStore(async (store) => {
      const told = (await eventsOf(store, '4.3')).map(({ watchdogGovernanceEvent: event }) => [
        event?.class,
        event?.eventType,
        event?.changedClassification?.classificationName,
      ]);
      const confidentiality = (eventType: string) => ['WatchdogClassificationEvent', eventType, 'Confidentiality'];
      expect(told).toContainEqual(confidentiality('NEW_CLASSIFICATION'));
      expect(told).toContainEqual(confidentiality('UPDATED_CLASSIFICATION_PROPERTIES'));
      expect(told).toContainEqual(confidentiality('DELETED_CLASSIFICATION'));
      expect(told.at(-1)).toEqual(['WatchdogMetadataElementEvent', 'DELETED_ELEMENT', undefined]);
    }));

  it('say what was before an update, where a real server repeats what is', () =>
    withStore(async (store) => {
      const updated = (await eventsOf(store, '4.3')).find(
        ({ watchdogGovernanceEvent: event }) => String(event?.eventType) === 'UPDATED_ELEMENT_PROPERTIES',
      )?.watchdogGovernanceEvent;
      expect(updated?.metadataElement?.elementProperties?.propertyValueMap).toHaveProperty('description');
      expect(updated?.previousMetadataElement?.elementProperties?.propertyValueMap).not.toHaveProperty('description');
    }));
});

describe('events of 6.1', () => {
  it('carry header and properties now and before, times as epoch milliseconds', () =>
    withStore(async (store) => {
      const events = await eventsOf(store, '6.1');
      const updated = events.find(({ eventType, endOneElementHeader }) => {
        return String(eventType) === 'ELEMENT_UPDATED' && endOneElementHeader === undefined;
      });
      expect(updated).toMatchObject({
        eventVersionId: 1,
        eventTime: expect.any(Number),
        elementHeader: {
          class: 'ElementHeader',
          type: { typeName: 'IntegrationConnector' },
          versions: { createTime: expect.any(Number), updateTime: expect.any(Number), version: 2 },
        },
        elementProperties: { propertyValueMap: { description: { primitiveValue: 'changed' } } },
      });
      expect(updated?.previousElementProperties?.propertyValueMap).not.toHaveProperty('description');
    }));

  it('name both ends of a relationship, also of one that is gone', () =>
    withStore(async (store) => {
      const links = (await eventsOf(store, '6.1')).filter(
        ({ elementHeader }) => String(elementHeader?.type?.typeName) === 'RegisteredIntegrationConnector',
      );
      expect(links.map(({ eventType }) => String(eventType))).toEqual([
        'NEW_ELEMENT_CREATED',
        'ELEMENT_UPDATED',
        'ELEMENT_DELETED',
      ]);
      for (const link of links)
        expect(link).toMatchObject({
          endOneElementHeader: { type: { typeName: 'IntegrationGroup' } },
          endTwoElementHeader: { type: { typeName: 'IntegrationConnector' } },
        });
    }));
});
