import { IsthmusError } from '@isthmus/kernel';
import type { Properties, PropertyValue } from '@isthmus/model';
import type { ItemElement, ItemLink, SourceItem } from '../host-port.js';
import type { Thing } from './loose.js';
import { isFields, isPropertyValue, isReference, isTexts, type Loose } from './loose.js';
import { partIdentities, pathOf, qualifiedName } from './names.js';
import type { Naming } from './naming.js';
import type { AttributeRows, LinkRow, NounRow, ParentRow, PartRow } from './noun-row.js';

/** What parts hang on. */
interface Holder {
  readonly qualifiedName: string;
  /** With the source. */
  readonly place: string;
  readonly displayName: string;
}

interface Building {
  readonly naming: Naming;
  readonly noun: string;
  readonly elements: ItemElement[];
}

/** A thing with all that belongs to it, as the row of its noun says. */
export function itemOf(naming: Naming, noun: string, row: NounRow, thing: Thing): SourceItem {
  const root = row.root ?? row.type;
  const place = naming.place(root, thing.names, noun);
  const name = qualifiedName(root, place);
  const displayName = thing.displayName ?? thing.names.at(-1) ?? '';
  const typeName = typeof thing.typeName === 'string' ? thing.typeName : row.type;
  const parts: ItemElement[] = [];
  const building: Building = { naming, noun, elements: parts };
  const above = parentOf(building, row, thing);
  const own: ItemElement = { ...elementOf(building, row, { typeName, name, displayName }, thing), ...above };
  addParts(building, row.parts, thing, {
    qualifiedName: name,
    place: marked(place, row.mark),
    displayName,
  });
  return {
    key: thing.key ?? defaultKey(row, noun, thing.names),
    ...(thing.sourceVersion === undefined ? {} : { sourceVersion: thing.sourceVersion }),
    ...(thing.changedAt === undefined ? {} : { changedAt: thing.changedAt }),
    ...(thing.opens === undefined ? {} : { opens: thing.opens }),
    elements: [own, ...parts],
  };
}

/** Unique in every scope, as the qualified name is. */
export function defaultKey(row: NounRow, noun: string, names: readonly string[]): string {
  return `${row.root ?? row.type}:${pathOf(names, noun)}`;
}

function elementOf(
  building: Building,
  row: Pick<NounRow, 'attributes' | 'classified' | 'classifications' | 'links'>,
  { typeName, name, displayName }: { readonly typeName: string; readonly name: string; readonly displayName: string },
  described: Loose,
): ItemElement {
  const classifications = classificationsOf(row, described);
  const links = [...linksOf(building, row.links, described), ...(described.linked ?? [])];
  const { description, versionIdentifier, url, category, additionalProperties } = described;
  return {
    typeName,
    qualifiedName: name,
    properties: {
      displayName: described.displayName ?? displayName,
      ...told({ description, versionIdentifier, url, category }),
      ...(row.attributes !== undefined && Object.hasOwn(row.attributes, 'resourceName')
        ? { resourceName: displayName }
        : {}),
      ...attributesOf(row.attributes, described),
      ...(additionalProperties !== undefined && Object.keys(additionalProperties).length > 0
        ? { additionalProperties }
        : {}),
      ...described.properties,
    },
    ...(classifications === undefined ? {} : { classifications }),
    ...(links.length > 0 ? { links } : {}),
  };
}

function attributesOf(rows: AttributeRows | undefined, described: Loose): Properties {
  const found: Record<string, PropertyValue> = {};
  for (const name of Object.keys(rows ?? {})) {
    const value = described[name];
    if (value === undefined || value === null) continue;
    if (!isPropertyValue(value)) throw misfit(name, 'a value that open metadata can hold');
    found[name] = value;
  }
  return found;
}

function classificationsOf(
  row: Pick<NounRow, 'classified' | 'classifications'>,
  described: Loose,
): Readonly<Record<string, Properties>> | undefined {
  const all: Record<string, Properties> = { ...row.classifications };
  for (const [name, attributes] of Object.entries(row.classified ?? {})) {
    const values = attributesOf(attributes, described);
    if (Object.keys(values).length > 0) all[name] = { ...all[name], ...values };
  }
  for (const [name, values] of Object.entries(described.classifications ?? {})) all[name] = { ...all[name], ...values };
  return Object.keys(all).length > 0 ? all : undefined;
}

function parentOf(building: Building, { parents = {} }: NounRow, thing: Thing): Pick<ItemElement, 'parent' | 'anchor'> {
  const { noun } = building;
  if (thing.parent === 'none') return {};
  if (thing.parent !== undefined) {
    const [[above, reference] = []] = isFields(thing.parent) ? Object.entries(thing.parent) : [];
    const row = above === undefined ? undefined : parents[above];
    if (row === undefined || !isReference(reference)) {
      throw misfit('parent', `one of ${Object.keys(parents).join(', ')} with its names or qualified name`);
    }
    return isTexts(reference)
      ? aboveBy(building, row, reference, above ?? noun)
      : { parent: linkToParent(row, reference.qualifiedName) };
  }
  const [first] = Object.values(parents);
  const names = thing.names.slice(0, -1);
  return first === undefined || names.length === 0 ? {} : aboveBy(building, first, names, noun);
}

function aboveBy(
  { naming }: Building,
  row: ParentRow,
  names: readonly string[],
  what: string,
): Pick<ItemElement, 'parent' | 'anchor'> {
  const { holder, anchor, mark } = row;
  return {
    parent: linkToParent(row, qualifiedName(holder, marked(naming.place(holder, names, what), mark))),
    ...(anchor === undefined ? {} : { anchor: qualifiedName(anchor, naming.place(anchor, names, what)) }),
  };
}

/** No name is written like that, so that marked places are no others. */
function marked(place: string, mark: string | undefined): string {
  return mark === undefined ? place : `${place}%${mark}`;
}

function linkToParent(row: ParentRow, name: string): NonNullable<ItemElement['parent']> {
  return {
    relationshipTypeName: row.relationship,
    qualifiedName: name,
    ...(row.parentAtEnd1 === false ? { parentAtEnd1: false } : {}),
    ...(row.properties === undefined ? {} : { properties: row.properties }),
  };
}

function addParts(
  building: Building,
  rows: Readonly<Record<string, PartRow>> = {},
  described: Loose,
  holder: Holder,
): void {
  for (const [role, row] of Object.entries(rows)) {
    const value = described[role];
    if (row.given === 'list') {
      if (value !== undefined) addListed(building, role, row, value, holder, row.relationship);
    } else if (row.given === 'one') {
      if (value === undefined) continue;
      if (!isFields(value)) throw misfit(role, 'an object');
      addPart(building, row, value, { ...holder, place: `${holder.place}/${role}`, displayName: role }, holder);
    } else if (row.given === 'always' || value === true) {
      addFixed(building, row, described, holder);
    }
  }
}

/** A part that says nothing of itself: what is described beside it lies in it. */
function addFixed(building: Building, row: PartRow, described: Loose, holder: Holder): void {
  const part = { ...holder, qualifiedName: qualifiedName(row.type, holder.place) };
  building.elements.push({
    typeName: row.type,
    qualifiedName: part.qualifiedName,
    properties: { displayName: holder.displayName },
    ...(row.classifications === undefined ? {} : { classifications: row.classifications }),
    parent: { relationshipTypeName: row.relationship, qualifiedName: holder.qualifiedName },
  });
  addParts(building, row.parts, described, part);
}

function addListed(
  building: Building,
  role: string,
  row: PartRow,
  listed: unknown,
  holder: Holder,
  relationship: string,
): void {
  if (!Array.isArray(listed) || !listed.every(isNamed)) throw misfit(role, 'a list of parts with names');
  const identities = partIdentities(listed.map(({ name }) => name));
  for (const [position, part] of listed.entries()) {
    const displayName = part.name === '' ? `${role} ${position}` : part.name;
    const place = `${holder.place}/${identities[position]}`;
    const added = addPart(building, row, part, { ...holder, place, displayName }, holder, relationship, position);
    const nested = part[role];
    if (row.nestedBy !== undefined && nested !== undefined) {
      addListed(building, role, row, nested, added, row.nestedBy);
    }
  }
}

/** @param position - among its like; undefined where there is only one */
function addPart(
  building: Building,
  row: PartRow,
  part: Loose,
  { place, displayName }: Pick<Holder, 'place' | 'displayName'>,
  holder: Holder,
  relationship = row.relationship,
  position?: number,
): Holder {
  const name = qualifiedName(row.type, place);
  building.elements.push({
    ...elementOf(building, row, { typeName: row.type, name, displayName }, part),
    parent: {
      relationshipTypeName: relationship,
      qualifiedName: holder.qualifiedName,
      ...(row.placedBy === undefined || position === undefined ? {} : { properties: { [row.placedBy]: position } }),
    },
  });
  const added: Holder = { qualifiedName: name, place, displayName };
  addParts(building, row.parts, part, added);
  return added;
}

function linksOf(
  building: Building,
  rows: Readonly<Record<string, LinkRow>> | undefined,
  described: Loose,
): readonly ItemLink[] {
  return Object.entries(rows ?? {}).flatMap(([word, row]) => {
    const listed = described[word];
    if (listed === undefined) return [];
    if (!Array.isArray(listed)) throw misfit(word, 'a list of references');
    return listed.map((entry: unknown) => linkOf(building, word, row, entry));
  });
}

function linkOf(building: Building, word: string, row: LinkRow, entry: unknown): ItemLink {
  const detailed = isFields(entry) && Object.hasOwn(entry, 'to') ? entry : undefined;
  const reference = detailed === undefined ? entry : detailed.to;
  if (!isReference(reference)) throw misfit(word, 'a list of references by names or qualified name');
  const properties = detailed === undefined ? {} : attributesOf(row.attributes, detailed);
  return {
    relationshipTypeName: row.relationship,
    qualifiedName: referredName(building, word, row, reference),
    ...(row.selfAtEnd1 === false ? { selfAtEnd1: false } : {}),
    ...(Object.keys(properties).length > 0 ? { properties } : {}),
  };
}

function referredName(
  { naming }: Building,
  word: string,
  { to }: LinkRow,
  reference: readonly string[] | { readonly qualifiedName: string },
): string {
  if (!isTexts(reference)) return reference.qualifiedName;
  if (to === undefined) throw misfit(word, 'a list of references by qualified name');
  return qualifiedName(to, naming.place(to, reference, word));
}

function isNamed(part: unknown): part is Loose & { readonly name: string } {
  return isFields(part) && typeof part.name === 'string';
}

function told(values: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).filter((pair): pair is [string, string] => pair[1] !== undefined));
}

function misfit(word: string, wanted: string): IsthmusError {
  return new IsthmusError('CONNECTOR_FAILED', `its \`${word}\` is not ${wanted}`);
}
