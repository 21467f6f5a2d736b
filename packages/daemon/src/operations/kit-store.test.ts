import 'reflect-metadata';
import { MemoryMetadataStore } from '@isthmus/connector-testing';
import { IsthmusError } from '@isthmus/kernel';
import {
  type ConditionOperator,
  type Conditions,
  type DeleteMethod,
  isPlainObject,
  type MetadataElement,
  type MetadataStore,
  type RelatedElement,
  type SequencingOrder,
} from '@isthmus/model';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { never } from './testing-fixtures.js';
import { startTestingStore, type TestingStore } from './testing-store.js';

/** One store with what a history has made in it, by the order in which it was made. */
class Side {
  readonly elements: string[] = [];
  readonly links: string[] = [];
  /** A name that comes back brings the element back, which no plain Egeria does: after a delete names are others. */
  deletes = 0;

  constructor(
    readonly store: MetadataStore,
    /** What all names of the history begin with. */
    readonly prefix: string,
  ) {}

  element(index: number): string {
    return this.elements[index % Math.max(1, this.elements.length)] ?? 'no-such-element';
  }

  name(index: number): string {
    return `${this.prefix}${this.deletes}:${index}`;
  }

  link(index: number): string {
    return this.links[index % Math.max(1, this.links.length)] ?? 'no-such-link';
  }

  /** Without what a server chooses: GUIDs, times, users. */
  view({ typeName, properties, classifications, effectiveFrom, effectiveTo, origin }: MetadataElement): object {
    const anchors = classifications.find(({ classificationName }) => classificationName === 'Anchors');
    const others = classifications.filter(({ classificationName }) => classificationName !== 'Anchors');
    return {
      typeName,
      properties,
      classifications: Object.fromEntries(
        others.map(({ classificationName, properties: values }) => [classificationName, withoutUser(values)]),
      ),
      anchor: this.elements.indexOf(String(anchors?.properties.anchorGUID)),
      origin: origin.originCategory,
      effectiveFrom,
      effectiveTo,
    };
  }

  relatedView({ relationship, element, elementAtEnd1 }: RelatedElement): object {
    const { typeName, properties } = relationship;
    // which version was copied differs by what a server counts
    const values = typeName === 'SourcedFrom' ? {} : properties;
    return { typeName, properties: values, element: this.view(element), elementAtEnd1 };
  }

  /** In no particular order, and those of this history alone. */
  views(elements: readonly MetadataElement[]): readonly object[] {
    const own = elements.filter(({ properties }) => String(properties.qualifiedName).includes(this.prefix));
    return own.map((element) => this.view(element)).sort(byText);
  }
}

const byText = (one: object, other: object) => (textOf(one) < textOf(other) ? -1 : 1);
const textOf = (value: object): string =>
  JSON.stringify(value, (_key, part) => (isPlainObject(part) ? Object.fromEntries(Object.entries(part).sort()) : part));

/** Who archived is the server's to say. */
function withoutUser({
  archiveUser: _,
  archiveService: __,
  archiveDate: ___,
  ...values
}: MetadataElement['properties']) {
  return values;
}

/** One request of a history, with what it asks for. */
interface Request {
  readonly asks: string;
  act(side: Side): Promise<unknown>;
}

function asking<T>(
  verb: string,
  input: fc.Arbitrary<T>,
  act: (wanted: T, side: Side) => Promise<unknown>,
): fc.Arbitrary<Request> {
  return input.map((wanted) => ({
    asks: `${verb} ${JSON.stringify(wanted)}`,
    act: (side) => act(wanted, side),
    [fc.toStringMethod]: () => `${verb} ${JSON.stringify(wanted)}`,
  }));
}

const nameOf = fc.integer({ min: 0, max: 12 });
const which = fc.integer({ min: 0, max: 30 });
const typeNames = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom('Collection', 'DataFile', 'Database', 'GlossaryTerm') },
  { weight: 1, arbitrary: fc.constantFrom('NoSuchType', 'CollectionMembership') },
);
const texts = fc.constantFrom('alpha', 'Beta', 'al', '', 'beta gamma', '~{shop}~ alpha', 'ALPHA', 'aba');
const properties = fc.record(
  { displayName: texts, description: texts, category: fc.constantFrom('one', 'two', 'One') },
  { requiredKeys: [] },
);
const times = fc.constantFrom(1_000, 2_000, 3_000);
const effectivity = fc.oneof(
  { weight: 6, arbitrary: fc.constant({}) },
  { weight: 1, arbitrary: fc.record({ effectiveFrom: times, effectiveTo: times }, { requiredKeys: [] }) },
);
const reading = fc.record(
  { forLineage: fc.boolean(), effectiveTime: fc.constantFrom(1_500, 2_500, 3_500) },
  { requiredKeys: [] },
);
/** Not Memento: a server may count the archiving as a version of its own. */
const initialNames = fc.constantFrom('Criticality', 'Confidence', 'Retention', 'Template', 'PrimaryKey', 'NoSuchName');
const classificationNames = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom('Criticality', 'Confidence', 'Retention', 'Template', 'Memento') },
  { weight: 1, arbitrary: fc.constantFrom('PrimaryKey', 'NoSuchName') },
);
const classificationValues = fc.oneof(
  { weight: 4, arbitrary: fc.constant({}) },
  { weight: 4, arbitrary: fc.record({ notes: texts }) },
  { weight: 1, arbitrary: fc.record({ displayName: texts }) },
);
const relationships = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom('CollectionMembership', 'DataFlow', 'SourcedFrom', 'DataSetContent') },
  { weight: 1, arbitrary: fc.constantFrom('NestedFile', 'NoSuchLink') },
);
const page = fc.integer({ min: 0, max: 6 });
const orders = fc.constantFrom<SequencingOrder>(
  'CREATION_DATE_RECENT',
  'CREATION_DATE_OLDEST',
  'LAST_UPDATE_RECENT',
  'LAST_UPDATE_OLDEST',
  'PROPERTY_ASCENDING',
  'PROPERTY_DESCENDING',
);
const linkValues = fc.oneof(
  { weight: 4, arbitrary: fc.constant({}) },
  { weight: 2, arbitrary: fc.record({ label: texts }) },
  { weight: 2, arbitrary: fc.record({ notes: texts }) },
);
const operators = fc.constantFrom<ConditionOperator>(
  'EQ',
  'NEQ',
  'LT',
  'LTE',
  'GT',
  'GTE',
  'IS_NULL',
  'NOT_NULL',
  'LIKE',
  'STARTS_WITH',
  'ENDS_WITH',
);
const conditions = fc.record({
  matchCriteria: fc.constantFrom<'ALL' | 'ANY' | 'NONE'>('ALL', 'ANY', 'NONE'),
  conditions: fc.array(
    fc.record({
      property: fc.constantFrom('displayName', 'description', 'category', 'noSuchProperty'),
      operator: operators,
      value: fc.oneof({ weight: 10, arbitrary: texts }, { weight: 1, arbitrary: fc.constantFrom(7, true) }),
    }),
    { maxLength: 3 },
  ),
});

const creates = asking(
  'create',
  fc.record({
    typeName: typeNames,
    name: nameOf,
    properties,
    effectivity,
    anchor: fc.option(which, { nil: undefined, freq: 2 }),
    parent: fc.option(fc.record({ of: which, type: relationships, at1: fc.boolean() }), { nil: undefined, freq: 1 }),
    classified: fc.option(fc.tuple(initialNames, classificationValues), { nil: undefined }),
  }),
  async ({ parent, classified, anchor, ...wanted }, side) => {
    const element = {
      typeName: wanted.typeName,
      properties: { qualifiedName: side.name(wanted.name), ...wanted.properties },
      ...wanted.effectivity,
      ...(anchor !== undefined && { anchorGuid: side.element(anchor) }),
      ...(parent && {
        parent: { guid: side.element(parent.of), relationshipTypeName: parent.type, parentAtEnd1: parent.at1 },
      }),
      ...(classified && { classifications: { [classified[0]]: classified[1] } }),
    };
    side.elements.push(await side.store.create(element, never));
    return side.elements.length;
  },
);

const copies = asking('copy', fc.record({ of: which, name: nameOf, properties }), async (wanted, side) => {
  const templateGuid = side.element(wanted.of);
  const template = await side.store.get(templateGuid, {}, never);
  const element = {
    templateGuid,
    typeName: template?.typeName ?? 'Collection',
    properties: { qualifiedName: side.name(wanted.name), ...wanted.properties },
    placeholders: { shop: 'Ghent $& ~{shop}~' },
  };
  const guid = await side.store.createFromTemplate(element, never);
  side.elements.push(guid);
  const made = await side.store.get(guid, {}, never);
  return made && side.view(made);
});

const modes = fc.constantFrom<'merge' | 'replace'>('merge', 'replace');
const methods = fc.constantFrom<DeleteMethod>('LOOK_FOR_LINEAGE', 'ARCHIVE', 'SOFT_DELETE', 'PURGE');

const changes = fc.oneof(
  asking(
    'update',
    fc.record({ of: which, properties, mode: modes }),
    async ({ of, properties: values, mode }, side) => {
      const guid = side.element(of);
      const there = await side.store.get(guid, { forLineage: true }, never);
      const name = there?.properties.qualifiedName ?? '';
      return await side.store.update(guid, { ...values, qualifiedName: name }, mode, undefined, never);
    },
  ),
  asking(
    'classify',
    fc.record({ of: which, name: classificationNames, values: classificationValues }),
    async ({ of, name, values }, side) => await side.store.classify(side.element(of), name, values, never),
  ),
  asking(
    'declassify',
    fc.record({ of: which, name: classificationNames }),
    async ({ of, name }, side) => await side.store.declassify(side.element(of), name, never),
  ),
  asking(
    'setEffectivity',
    fc.record({ of: which, classification: fc.option(classificationNames, { nil: undefined }), effectivity }),
    async ({ of, classification, effectivity: dates }, side) => {
      const target = { element: side.element(of), ...(classification !== undefined && { classification }) };
      await side.store.setEffectivity(target, dates, never);
    },
  ),
  asking('delete', fc.record({ of: which, method: methods }), async ({ of, method }, side) => {
    side.deletes += 1;
    await side.store.delete(side.element(of), { method, cascade: true }, never);
  }),
);

const linking = fc.oneof(
  asking(
    'relate',
    fc.record({ type: relationships, end1: which, end2: which, values: linkValues }),
    async ({ type, end1, end2, values }, side) => {
      side.links.push(await side.store.relate(type, side.element(end1), side.element(end2), values, never));
      return side.links.length;
    },
  ),
  asking(
    'updateRelationship',
    fc.record({ of: which, values: linkValues, mode: modes }),
    async ({ of, values, mode }, side) => await side.store.updateRelationship(side.link(of), values, mode, never),
  ),
  asking('unrelate', which, async (of, side) => await side.store.unrelate(side.link(of), never)),
  asking('setEffectivity of a link', fc.record({ of: which, effectivity }), async ({ of, effectivity: dates }, side) =>
    side.store.setEffectivity({ relationship: side.link(of) }, dates, never),
  ),
);

const reads = fc.oneof(
  asking('get', fc.record({ of: which, reading }), async ({ of, reading: how }, side) => {
    const found = await side.store.get(side.element(of), how, never);
    return found && side.view(found);
  }),
  asking('getByQualifiedName', fc.record({ name: nameOf, reading }), async ({ name, reading: how }, side) => {
    const found = await side.store.getByQualifiedName(side.name(name), how, never);
    return found && side.view(found);
  }),
  asking(
    'find',
    fc.record({
      conditions: fc.option(conditions, { nil: undefined }),
      typeName: fc.option(typeNames, { nil: undefined }),
      classifications: fc.option(fc.array(classificationNames, { minLength: 1, maxLength: 2 }), { nil: undefined }),
      reading,
    }),
    async ({ conditions: wanted, typeName, classifications, reading: how }, side) => {
      const more = { ...(typeName && { typeName }), ...(classifications && { classifications }) };
      return side.views(await side.store.find(wanted, { ...how, ...more, pageSize: 1_000 }, never));
    },
  ),
  asking('a page', fc.record({ order: orders, startFrom: page, pageSize: page }), async ({ order, ...more }, side) => {
    const own: Conditions = {
      matchCriteria: 'ALL',
      conditions: [{ property: 'qualifiedName', operator: 'STARTS_WITH', value: side.prefix }],
    };
    const found = await side.store.find(own, { ...more, sequencingOrder: order, forLineage: true }, never);
    return found.map(({ properties: values }) => values.qualifiedName);
  }),
  asking(
    'findByString',
    fc.record({ text: texts, startsWith: fc.boolean(), endsWith: fc.boolean(), ignoreCase: fc.boolean(), reading }),
    async ({ text, reading: how, ...more }, side) =>
      side.views(await side.store.findByString(text, { ...how, ...more, pageSize: 1_000 }, never)),
  ),
  asking(
    'related',
    fc.record({
      of: which,
      type: fc.option(relationships, { nil: undefined }),
      at: fc.constantFrom<0 | 1 | 2>(0, 1, 2),
      typeName: fc.option(typeNames, { nil: undefined }),
      reading,
    }),
    async ({ of, type, at, typeName, reading: how }, side) => {
      const more = { ...(type && { relationshipTypeName: type }), ...(typeName && { typeName }) };
      const found = await side.store.related(side.element(of), { ...how, ...more, startingAtEnd: at }, never);
      return found.map((each) => side.relatedView(each)).sort(byText);
    },
  ),
  asking('history', which, async (of, side) => {
    const versions = await side.store.history(side.element(of), {}, never);
    return versions.map(({ properties: values }) => values);
  }),
);

async function outcomeOf(request: Request, side: Side): Promise<unknown> {
  try {
    return (await request.act(side)) ?? 'done';
  } catch (error) {
    if (!IsthmusError.is(error)) throw error;
    return 'refused';
  }
}

describe('the store in memory of the kit', () => {
  let testing: TestingStore;
  let runs = 0;

  beforeAll(async () => {
    testing = await startTestingStore();
  });
  afterAll(async () => {
    await testing[Symbol.asyncDispose]();
  });

  it('answers whatever it is asked as the embedded metadata server does', async () => {
    const history = fc.array(
      fc.oneof(
        { weight: 3, arbitrary: creates },
        copies,
        { weight: 3, arbitrary: changes },
        { weight: 2, arbitrary: linking },
        { weight: 4, arbitrary: reads },
      ),
      {
        minLength: 20,
        maxLength: 40,
      },
    );
    await fc.assert(
      fc.asyncProperty(history, async (requests) => {
        runs += 1;
        const kit = new Side(new MemoryMetadataStore(), `run${runs}:`);
        const server = new Side(testing.store, `run${runs}:`);
        for (const request of requests) {
          const { asks } = request;
          const answer = await outcomeOf(request, kit);
          expect({ asks, answer }).toEqual({ asks, answer: await outcomeOf(request, server) });
        }
      }),
      { numRuns: 60, seed: 20_261_201, endOnFailure: true },
    );
  });
});
