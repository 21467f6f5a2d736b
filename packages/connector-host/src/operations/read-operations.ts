import { IsthmusError } from '@isthmus/kernel';
import type {
  Conditions,
  FindOptions,
  MetadataElement,
  PropertyCondition,
  RelatedElement,
  SequencingOrder,
} from '@isthmus/model';
import { rootSchema } from './create-operations.js';
import { defined } from './operation-input.js';
import { type ElementRef, isOf, type OperationSession } from './operation-session.js';

export interface ElementPage {
  readonly elements: readonly MetadataElement[];
  readonly next?: number;
}

const orders: readonly SequencingOrder[] = [
  'GUID',
  'CREATION_DATE_RECENT',
  'CREATION_DATE_OLDEST',
  'LAST_UPDATE_RECENT',
  'LAST_UPDATE_OLDEST',
  'PROPERTY_ASCENDING',
  'PROPERTY_DESCENDING',
];

export async function get(session: OperationSession): Promise<MetadataElement | undefined> {
  const ref = session.input.ref('element');
  const options = session.input.read();
  session.input.end();
  const found = await session.find(ref, options);
  return found === undefined || session.row.type === undefined || isOf(found, session.row.type) ? found : undefined;
}

export async function find(session: OperationSession): Promise<ElementPage> {
  const { input, row, store, signal } = session;
  const search = input.optionalText('search');
  const text = defined({
    startsWith: input.flag('startsWith'),
    endsWith: input.flag('endsWith'),
    ignoreCase: input.flag('ignoreCase'),
  });
  const told = input.conditions('conditions');
  const wanted = input.texts('classifications') ?? [];
  for (const [index, name] of wanted.entries())
    session.about(`classifications[${index}]`, () => session.types.classification(name));
  const classifications = [...Object.keys(row.classifications ?? {}), ...wanted];
  const page = input.page();
  const read = input.read();
  const options: FindOptions = {
    ...read,
    ...page,
    // what is archived is hidden otherwise
    ...(classifications.includes('Memento') && read.forLineage === undefined && { forLineage: true }),
    ...typeChoice(session),
    ...defined({
      sequencingOrder: input.choice('sequencingOrder', orders),
      sequencingProperty: input.optionalText('sequencingProperty', 256),
    }),
    ...(classifications.length > 0 && { classifications }),
  };
  checkKnown(session, told, options);
  if (told !== undefined && row.where !== undefined)
    throw input.fault('conditions', `cannot be given: the operation looks for ${Object.keys(row.where).join(', ')}`);
  const conditions = told ?? oneOf(row.where);
  if (search !== undefined && search !== '' && (conditions !== undefined || classifications.length > 0))
    throw input.fault('search', 'cannot be used together with conditions or classifications');
  input.end();
  const elements =
    search === undefined || search === ''
      ? await store.find(conditions, options, signal)
      : await store.findByString(search, { ...options, ...text }, signal);
  return pageOf(elements, page);
}

/** A property that no element of the type can have would be looked for in vain, which reads as if there were none. */
function checkKnown(session: OperationSession, told: Conditions | undefined, options: FindOptions): void {
  const { types } = session;
  const { typeName = 'OpenMetadataRoot', sequencingProperty } = options;
  const check = (property: string, parameter: string) =>
    session.about(parameter, () => {
      const all = [typeName, ...types.subtypes(typeName)];
      if (all.some((each) => types.attribute(each, property) !== undefined)) return;
      throw new IsthmusError('PROPERTY_UNKNOWN', `no ${typeName} has a property ${property}`, {
        details: { typeName, property },
      });
    });
  for (const [index, { property }] of (told?.conditions ?? []).entries())
    check(property, `conditions.conditions[${index}].property`);
  if (sequencingProperty !== undefined) check(sequencingProperty, 'sequencingProperty');
}

/** Elements one of whose names is exactly this one. */
export async function findByName(session: OperationSession): Promise<ElementPage> {
  const { input, row, types, store, signal } = session;
  const value = input.name('name');
  const page = input.page();
  const options = { ...input.read(), ...page };
  input.end();
  const { type = 'Referenceable', names = ['qualifiedName'] } = row;
  const known = names.filter((name) => types.attribute(type, name) !== undefined);
  const conditions: Conditions = {
    matchCriteria: 'ANY',
    conditions: known.map((property) => ({ property, operator: 'EQ', value })),
  };
  return pageOf(await store.find(conditions, { ...options, typeName: type }, signal), page);
}

export async function related(
  session: OperationSession,
): Promise<{ readonly related: readonly RelatedElement[]; readonly next?: number }> {
  const { input, row, store, signal } = session;
  const ref = input.ref('element');
  const page = input.page();
  const read = input.read();
  const by = row.by ?? {
    relationship: input.optionalText('relationshipTypeName', 256),
    from: row.by === undefined ? input.choice('startingAtEnd', [0, 1, 2]) : undefined,
  };
  input.end();
  const { relationship, from } = by;
  if (relationship !== undefined) session.about('relationshipTypeName', () => session.types.relationship(relationship));
  const start = await startOf(session, ref);
  if (start === undefined) return { related: [] };
  const options = {
    ...read,
    ...page,
    ...(row.type === undefined || row.type === 'OpenMetadataRoot' ? {} : { typeName: row.type }),
    ...(relationship === undefined ? {} : { relationshipTypeName: relationship }),
    ...(from === undefined ? {} : { startingAtEnd: from }),
  };
  const found = await session.of(start, 'element', (guid) => store.related(guid, options, signal));
  return { related: found, ...nextOf(found.length, page) };
}

export async function history(session: OperationSession): Promise<ElementPage> {
  const { input, store, signal } = session;
  const ref = input.ref('element');
  const page = input.page();
  input.end();
  const versions = await session.of(ref, 'element', (guid) => store.history(guid, page, signal));
  return pageOf(versions, page);
}

/** Nothing where every type is meant: an older release knows no properties of all types. */
function typeChoice(session: OperationSession): { readonly typeName?: string } {
  const typeName = session.typeName();
  return typeName === 'OpenMetadataRoot' ? {} : { typeName };
}

/** The element itself, or its root schema where the row goes through one. */
async function startOf(session: OperationSession, ref: ElementRef): Promise<ElementRef | undefined> {
  const { through, by } = session.row;
  if (through === undefined || by === undefined) return ref;
  const element = await session.element(ref, 'element');
  const relationship = session.types.relationship(by.relationship);
  const typeName = (by.from === 1 ? relationship.end1 : relationship.end2).entityType;
  return isOf(element, typeName) ? element : await rootSchema(session, element, through);
}

/** Elements that have one of the values that the row names for a property. */
function oneOf(where: Readonly<Record<string, readonly string[]>> = {}): Conditions | undefined {
  const conditions = Object.entries(where).flatMap(([property, values]) =>
    values.map((value): PropertyCondition => ({ property, operator: 'EQ', value })),
  );
  return conditions.length === 0 ? undefined : { matchCriteria: 'ANY', conditions };
}

export function pageOf(
  elements: readonly MetadataElement[],
  page: { startFrom: number; pageSize: number },
): ElementPage {
  return { elements, ...nextOf(elements.length, page) };
}

/** A full page may be followed by another. */
export function nextOf(count: number, page: { startFrom: number; pageSize: number }): { readonly next?: number } {
  return count < page.pageSize ? {} : { next: page.startFrom + count };
}
