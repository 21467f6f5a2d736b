import type { OperationRow, OperationVerb } from '@isthmus/connector-sdk';
import { expect } from '@jest/globals';
import { endType, type Fixtures, narrower, never, textProperty, typeOf, types } from './testing-fixtures.js';
import { specialExercises } from './testing-special-exercises.js';

export type Exercise = (fixtures: Fixtures, row: OperationRow) => Promise<void>;

/** Without a type in the row, the input names one. */
function named(row: OperationRow, typeName: string) {
  return row.type === undefined ? { typeName } : {};
}

async function create(fixtures: Fixtures, row: OperationRow): Promise<void> {
  const typeName = typeOf(row);
  const { qualifiedName, ...needed } = fixtures.properties(typeName);
  const text = textProperty(typeName);
  const told = { ...needed, [text]: fixtures.name() };
  const input: Record<string, unknown> = { ...named(row, typeName), properties: told };
  if (row.knownBy === undefined) input.qualifiedName = qualifiedName;
  const parentType = row.parent && endType(row.parent.relationship, row.parent.at);
  const parent = row.parent && (await fixtures.make(row.parent.through === undefined ? (parentType ?? '') : 'DataSet'));
  if (parent !== undefined && row.parent?.connector === undefined) input.parent = { guid: parent.guid };
  const linked = new Map<string, string>();
  for (const [name, { relationship, at }] of Object.entries(row.links ?? {})) {
    const other = await fixtures.make(endType(relationship, at));
    linked.set(name, other.guid);
    input[name] = [{ qualifiedName: other.qualifiedName }];
  }
  const made = await fixtures.call(row.name, input);
  expect(made).toEqual({ guid: expect.any(String), outcome: 'created' });
  const { guid } = made as { guid: string };
  const element = await fixtures.read(guid);
  expect(element).toMatchObject({ typeName, properties: { ...told, ...row.set } });
  expect(element.versions.createdBy).toBe('ada');
  for (const name of Object.keys(row.classifications ?? {}))
    expect(element.classifications).toContainEqual(expect.objectContaining({ classificationName: name }));
  if (row.parent !== undefined && parent !== undefined)
    await expectParent(
      fixtures,
      row.parent,
      row.parent.connector === undefined ? parent.guid : fixtures.connector,
      guid,
    );
  for (const [name, { relationship, at }] of Object.entries(row.links ?? {})) {
    const other = linked.get(name) ?? '';
    const [end1, end2] = at === 1 ? [other, guid] : [guid, other];
    expect(await fixtures.isLinked(relationship, end1, end2)).toBe(true);
  }
  // the same again finds it, and doubles neither the element nor its links
  expect(await fixtures.call(row.name, input)).toEqual({ guid, outcome: 'existing' });
  expect((await fixtures.read(guid)).versions.version).toBe(element.versions.version);
}

async function expectParent(
  fixtures: Fixtures,
  rule: NonNullable<OperationRow['parent']>,
  parent: string,
  guid: string,
): Promise<void> {
  const at = rule.through === undefined ? parent : await schemaOf(fixtures, parent, rule.through);
  const [end1, end2] = rule.at === 1 ? [at, guid] : [guid, at];
  const [link, more] = await fixtures.store.linksBetween(rule.relationship, end1, end2, never);
  expect(link?.relationship.properties).toEqual(rule.properties ?? {});
  expect(more).toBeUndefined();
  const anchors = (await fixtures.read(guid)).classifications.find((it) => it.classificationName === 'Anchors');
  // what is its own anchor need not say so
  expect(anchors?.properties.anchorGUID ?? guid).toBe(rule.anchors ? parent : guid);
}

async function schemaOf(fixtures: Fixtures, guid: string, typeName: string): Promise<string> {
  const options = { relationshipTypeName: 'Schema', startingAtEnd: 1 } as const;
  const found = await fixtures.store.related(guid, options, never);
  expect(found.map(({ element }) => element.typeName)).toEqual([typeName]);
  return found[0]?.element.guid ?? '';
}

async function createFromTemplate(fixtures: Fixtures, row: OperationRow): Promise<void> {
  const typeName = typeOf(row);
  const { qualifiedName, ...needed } = fixtures.properties(typeName);
  const text = textProperty(typeName);
  const template = await fixtures.make(typeName, {
    properties: { [text]: 'of ~{place}~' },
    classifications: { Template: { displayName: 'to copy' } },
  });
  const input: Record<string, unknown> = {
    ...named(row, typeName),
    template: { guid: template.guid },
    placeholders: { place: 'Ghent' },
    qualifiedName,
    properties: needed,
  };
  const parent = row.parent && (await fixtures.make(endType(row.parent.relationship, row.parent.at)));
  if (row.parent?.needed === true) input.parent = parent;
  const made = await fixtures.call(row.name, input);
  expect(made).toEqual({ guid: expect.any(String), outcome: 'created' });
  const { guid } = made as { guid: string };
  expect(await fixtures.read(guid)).toMatchObject({ typeName, properties: { qualifiedName, [text]: 'of Ghent' } });
  expect(await fixtures.isLinked('SourcedFrom', guid, template.guid)).toBe(true);
  if (row.parent?.needed === true && parent !== undefined) {
    const [end1, end2] = row.parent.at === 1 ? [parent.guid, guid] : [guid, parent.guid];
    expect(await fixtures.isLinked(row.parent.relationship, end1, end2)).toBe(true);
  }
  expect(await fixtures.call(row.name, input)).toEqual({ guid, outcome: 'existing' });
}

async function update(fixtures: Fixtures, row: OperationRow): Promise<void> {
  const typeName = typeOf(row);
  const text = textProperty(typeName);
  const { guid, qualifiedName } = await fixtures.make(typeName);
  const properties = { [text]: fixtures.name() };
  const input = { element: { qualifiedName }, properties };
  expect(await fixtures.call(row.name, input)).toEqual({ guid, outcome: 'updated' });
  const element = await fixtures.read(guid);
  expect(element.properties).toMatchObject({ ...properties, ...row.set, qualifiedName });
  if (row.stamp !== undefined) expect(element.properties[row.stamp]).toEqual(expect.any(Number));
  expect(await fixtures.call(row.name, input)).toEqual({ guid, outcome: 'unchanged' });
}

async function remove(fixtures: Fixtures, row: OperationRow): Promise<void> {
  const { guid } = await fixtures.make(typeOf(row));
  expect(await fixtures.call(row.name, { element: { guid } })).toEqual({ outcome: 'deleted' });
  expect(await fixtures.store.get(guid, { forLineage: true }, never)).toBeUndefined();
  expect(await fixtures.call(row.name, { element: { guid } })).toEqual({ outcome: 'unchanged' });
}

async function archive(fixtures: Fixtures, row: OperationRow): Promise<void> {
  const { guid } = await fixtures.make(typeOf(row));
  const input = { element: { guid }, archiveProcess: 'tidying up', archiveProperties: { reason: 'old' } };
  expect(await fixtures.call(row.name, input)).toEqual({ guid, outcome: 'updated' });
  expect(await fixtures.store.get(guid, {}, never)).toBeUndefined();
  const { classifications } = await fixtures.read(guid);
  expect(classifications.find((it) => it.classificationName === 'Memento')?.properties).toMatchObject({
    archiveProcess: 'tidying up',
    archiveProperties: { reason: 'old' },
  });
  expect(await fixtures.call(row.name, input)).toEqual({ guid, outcome: 'unchanged' });
}

async function get(fixtures: Fixtures, row: OperationRow): Promise<void> {
  const { guid, qualifiedName } = await fixtures.make(typeOf(row));
  const element = await fixtures.read(guid);
  expect(await fixtures.call(row.name, { element: { guid } })).toEqual(element);
  expect(await fixtures.call(row.name, { element: { qualifiedName } })).toEqual(element);
  expect(await fixtures.call(row.name, { element: { qualifiedName: fixtures.name() } })).toBeUndefined();
}

async function find(fixtures: Fixtures, row: OperationRow): Promise<void> {
  const { classifications = {}, where = {} } = row;
  const [first] = Object.keys(classifications);
  const typeName =
    first === undefined ? typeOf(row) : narrower(typeOf(row), types.classification(first).validEntityTypes[0] ?? '');
  const wanted = Object.fromEntries(Object.entries(where).map(([name, values]) => [name, values[0] ?? '']));
  const attached = Object.fromEntries(
    Object.keys(classifications).map((name) => [name, fixtures.someProperties(name)]),
  );
  const good = await fixtures.make(typeName, { properties: wanted, classifications: attached });
  const bad = await fixtures.make(typeName);
  const names = { property: 'qualifiedName', operator: 'STARTS_WITH', value: good.qualifiedName.replace(/\d+$/, '') };
  const isPlain = first === undefined && Object.keys(where).length === 0;
  const conditions = Object.keys(where).length > 0 ? {} : { conditions: { conditions: [names] } };
  const found = (await fixtures.call(row.name, { ...conditions, pageSize: 1_000 })) as Page;
  const guids = found.elements.map(({ guid }) => guid);
  expect(guids).toContain(good.guid);
  expect(guids.includes(bad.guid)).toBe(isPlain);
  if (!isPlain) return;
  const { elements } = (await fixtures.call(row.name, { search: good.qualifiedName, endsWith: true })) as Page;
  expect(elements.map(({ guid }) => guid)).toEqual([good.guid]);
}

interface Page {
  readonly elements: readonly { readonly guid: string }[];
}

async function findByName(fixtures: Fixtures, row: OperationRow): Promise<void> {
  const typeName = typeOf(row);
  for (const property of row.names ?? []) {
    if (types.attribute(row.type ?? typeName, property) === undefined) continue;
    const name = fixtures.name();
    const { guid } = await fixtures.make(typeName, { properties: { [property]: name } });
    await fixtures.make(typeName, { properties: { [property]: `${name} and more` } });
    const { elements } = (await fixtures.call(row.name, { name })) as Page;
    expect(elements.map((element) => element.guid)).toEqual([guid]);
  }
}

async function related(fixtures: Fixtures, row: OperationRow): Promise<void> {
  const { relationship, from } = row.by ?? { relationship: 'CollectionMembership', from: 1 };
  const start = await fixtures.make(row.through ?? endType(relationship, from));
  const other = await fixtures.make(narrower(typeOf(row), endType(relationship, from === 1 ? 2 : 1)));
  const [end1, end2] = from === 1 ? [start.guid, other.guid] : [other.guid, start.guid];
  await fixtures.relate(relationship, end1, end2);
  let element = start;
  if (row.through !== undefined) {
    element = await fixtures.make('DataSet');
    await fixtures.relate('Schema', element.guid, start.guid);
  }
  const found = await fixtures.call(row.name, { element });
  expect(found).toMatchObject({
    related: [{ element: { guid: other.guid }, relationship: { typeName: relationship } }],
  });
  const none = await fixtures.make(row.through ?? endType(relationship, from));
  expect(await fixtures.call(row.name, { element: none })).toEqual({ related: [] });
}

async function history(fixtures: Fixtures, row: OperationRow): Promise<void> {
  const { guid } = await fixtures.make(typeOf(row), { properties: { description: 'before' } });
  await fixtures.store.update(guid, { description: 'after' }, 'merge', undefined, never);
  const { elements } = (await fixtures.call(row.name, { element: { guid } })) as {
    elements: readonly { properties: object }[];
  };
  expect(elements.map(({ properties }) => properties)).toMatchObject([
    { description: 'after' },
    { description: 'before' },
  ]);
}

async function twoEnds(fixtures: Fixtures, row: OperationRow) {
  const relationship = row.type ?? 'CollectionMembership';
  const end1 = await fixtures.make(endType(relationship, 1));
  const end2 = await fixtures.make(endType(relationship, 2));
  return { relationship, end1, end2, input: { ...named(row, relationship), end1, end2 } };
}

/** Some property of a relationship; undefined: it has none. */
function linkProperty(fixtures: Fixtures, relationship: string): Readonly<Record<string, unknown>> | undefined {
  const own = types
    .attributes(relationship)
    .find(({ type, name }) => type === 'string' && name !== 'label' && name !== 'iscQualifiedName');
  const other = types.attributes(relationship)[0];
  const attribute = own ?? other;
  return attribute && { [attribute.name]: fixtures.value(attribute.type) };
}

async function link(fixtures: Fixtures, row: OperationRow): Promise<void> {
  const { relationship, end1, end2, input } = await twoEnds(fixtures, row);
  const properties = linkProperty(fixtures, relationship);
  const told = { ...input, ...(properties && { properties }) };
  expect(await fixtures.call(row.name, told)).toEqual({ guid: expect.any(String), outcome: 'created' });
  const links = await fixtures.store.linksBetween(relationship, end1.guid, end2.guid, never);
  expect(links.map((it) => it.relationship.properties)).toEqual([properties ?? {}]);
  expect(await fixtures.call(row.name, told)).toMatchObject({ outcome: 'existing' });
  expect(await fixtures.isLinked(relationship, end1.guid, end2.guid)).toBe(true);
}

async function updateLink(fixtures: Fixtures, row: OperationRow): Promise<void> {
  const { relationship, end1, end2, input } = await twoEnds(fixtures, row);
  const guid = await fixtures.relate(relationship, end1.guid, end2.guid);
  const properties = linkProperty(fixtures, relationship);
  const told = { ...input, properties: properties ?? {}, effectiveFrom: 5 };
  expect(await fixtures.call(row.name, told)).toEqual({ guid, outcome: 'updated' });
  const [found] = await fixtures.store.linksBetween(relationship, end1.guid, end2.guid, never);
  expect(found?.relationship.properties).toEqual(properties ?? {});
  const { effectiveFrom: _from, ...again } = told;
  expect(await fixtures.call(row.name, again)).toEqual({ guid, outcome: 'unchanged' });
}

async function unlink(fixtures: Fixtures, row: OperationRow): Promise<void> {
  const { relationship, end1, end2, input } = await twoEnds(fixtures, row);
  await fixtures.relate(relationship, end1.guid, end2.guid);
  expect(await fixtures.call(row.name, input)).toEqual({ outcome: 'deleted' });
  expect(await fixtures.isLinked(relationship, end1.guid, end2.guid)).toBe(false);
  expect(await fixtures.call(row.name, input)).toEqual({ outcome: 'unchanged' });
}

async function getLink(fixtures: Fixtures, row: OperationRow): Promise<void> {
  const { end1, end2, relationship } = await twoEnds(fixtures, row);
  const guid = await fixtures.relate(relationship, end1.guid, end2.guid);
  expect(await fixtures.call(row.name, { relationship: { guid } })).toMatchObject({
    relationship: { guid, typeName: relationship },
    end1: { guid: end1.guid },
    end2: { guid: end2.guid },
  });
}

async function classify(fixtures: Fixtures, row: OperationRow): Promise<void> {
  const { type: name = 'Confidentiality' } = row;
  const { guid } = await fixtures.make(types.classification(name).validEntityTypes[0] ?? '');
  const properties = fixtures.someProperties(name);
  const input = { element: { guid }, properties, ...(row.type === undefined ? { classificationName: name } : {}) };
  expect(await fixtures.call(row.name, input)).toEqual({ guid, outcome: 'updated' });
  const there = (await fixtures.read(guid)).classifications.find((it) => it.classificationName === name);
  expect(there?.properties).toMatchObject(properties);
  expect(await fixtures.call(row.name, input)).toEqual({ guid, outcome: 'unchanged' });
}

async function declassify(fixtures: Fixtures, row: OperationRow): Promise<void> {
  const { type: name = 'Confidentiality' } = row;
  const { guid } = await fixtures.make(types.classification(name).validEntityTypes[0] ?? '');
  await fixtures.store.classify(guid, name, {}, never);
  const input = { element: { guid }, ...(row.type === undefined ? { classificationName: name } : {}) };
  expect(await fixtures.call(row.name, input)).toEqual({ outcome: 'deleted' });
  const { classifications } = await fixtures.read(guid);
  expect(classifications.map((it) => it.classificationName)).not.toContain(name);
  expect(await fixtures.call(row.name, input)).toEqual({ outcome: 'unchanged' });
}

async function zonesOf(fixtures: Fixtures, guid: string): Promise<unknown> {
  const { classifications } = await fixtures.read(guid);
  return classifications.find((it) => it.classificationName === 'ZoneMembership')?.properties;
}

async function publish(fixtures: Fixtures, row: OperationRow): Promise<void> {
  const { guid } = await fixtures.make(typeOf(row));
  expect(await fixtures.call(row.name, { element: { guid } })).toEqual({ guid, outcome: 'updated' });
  expect(await zonesOf(fixtures, guid)).toBeDefined();
  await fixtures.call(row.name, { element: { guid }, zones: ['clinical'] });
  expect(await zonesOf(fixtures, guid)).toEqual({ zoneMembership: ['clinical'] });
}

async function withdraw(fixtures: Fixtures, row: OperationRow): Promise<void> {
  const { guid } = await fixtures.make(typeOf(row), {
    classifications: { ZoneMembership: { zoneMembership: ['open'] } },
  });
  expect(await fixtures.call(row.name, { element: { guid } })).toEqual({ guid, outcome: 'updated' });
  expect(JSON.stringify(await zonesOf(fixtures, guid))).not.toContain('open');
}

async function setEffectivity(fixtures: Fixtures, row: OperationRow): Promise<void> {
  const { guid } = await fixtures.make(typeOf(row));
  const effectivity = { effectiveFrom: 1_000, effectiveTo: 2_000 };
  expect(await fixtures.call(row.name, { element: { guid }, ...effectivity })).toEqual({ guid, outcome: 'updated' });
  expect(await fixtures.read(guid)).toMatchObject(effectivity);
}

/** One per verb: does the operation once and reads its effect past the operations. */
export const exercises: Readonly<Record<OperationVerb, Exercise>> = {
  create,
  createFromTemplate,
  update,
  delete: remove,
  archive,
  get,
  find,
  findByName,
  related,
  history,
  link,
  updateLink,
  unlink,
  getLink,
  classify,
  declassify,
  publish,
  withdraw,
  setEffectivity,
  ...specialExercises,
};
