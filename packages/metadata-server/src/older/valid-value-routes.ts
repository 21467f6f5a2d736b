import { isPlainObject, type Properties } from '@isthmus/model';
import type { FaceScope } from '@isthmus/platform';
import { defined } from '../requests/query-options.js';
import { addCall, type Call, needText, type StoreFaces } from '../routes/egeria-call.js';
import type { StoredElement } from '../store/element-store.js';
import type { Json } from '../views/element-view.js';
import { renderList } from '../views/render.js';
import { validValueMembers } from './bean-members.js';
import { readBean } from './bean-reading.js';
import { beanOf } from './older-beans.js';
import { olderPage } from './older-requests.js';

const root = '/valid-metadata-values';
const read = { method: 'GET', role: 'viewer', release: '4.3' } as const;
const write = { method: 'POST', role: 'operator', release: '4.3', answer: 'VoidResponse' } as const;
const member = 'ValidValueMember';
/** As many as contexts of connectors look through. */
const mostValues = 1_000;

/** What the values of a set are for: a property, the names in a map, or the values of one name in it. */
const forms = [
  { name: 'value', path: '/:propertyName' },
  { name: 'map-name', path: '/:propertyName' },
  { name: 'map-value', path: '/:propertyName/:mapName' },
] as const;
type Form = (typeof forms)[number]['name'];

/**
 * Which values a property may have, as connectors of 4.3 set and look them up. Kept as the contexts of connectors here
 * keep them: a set per property, its values its members.
 */
export function addValidMetadataValues(scope: FaceScope, faces: StoreFaces): void {
  for (const { name: form, path } of forms) {
    addCall(scope, faces, { ...write, path: `${root}/setup-${form}${path}`, body: 'needed' }, (call) =>
      setUp(call, form),
    );
    addCall(scope, faces, { ...write, path: `${root}/clear-${form}${path}` }, (call) => clear(call, form));
    const validate = { ...read, path: `${root}/validate-${form}${path}`, answer: 'BooleanResponse' } as const;
    addCall(scope, faces, validate, async (call) => ({ flag: await isValid(call, form) }));
    const get = { ...read, path: `${root}/get-${form}${path}`, answer: 'ValidMetadataValueResponse' } as const;
    addCall(scope, faces, get, async (call) => {
      const value = needText(call.query, 'preferredValue');
      const found = await firstOf(namesOf(call, form), (set) => valueIn(call, set, value));
      return found === undefined ? {} : { element: viewOf(found) };
    });
  }
  addValueList(scope, faces);
}

function addValueList(scope: FaceScope, faces: StoreFaces): void {
  const answer = 'ValidMetadataValueListResponse';
  const path = `${root}/get-valid-metadata-values/:propertyName`;
  addCall(scope, faces, { ...read, path, answer }, async (call) => {
    const set = await firstOf(namesOf(call, 'value'), (name) => setOf(call, name));
    const values = set === undefined ? [] : await membersOf(call, set, olderPage(call.query, call.face.maxPageSize));
    return renderList(answer, call.toldRequestId, 'elementList', values, viewOf);
  });
}

async function setUp(call: Call, form: Form): Promise<Json> {
  const { store, writer, body } = call;
  const value = needText(body, 'preferredValue');
  const { label, name } = setNamed(call, form, call.query.text('typeName'));
  const properties: Properties = { displayName: value, ...readBean(body, validValueMembers), ...deprecated(call) };
  const effectivity = defined({ effectiveFrom: body.time('effectiveFrom'), effectiveTo: body.time('effectiveTo') });
  const known = await valueIn(call, name, value);
  if (known !== undefined) {
    await store.update(writer, known.guid, properties, 'merge');
    if (Object.keys(effectivity).length > 0) await store.updateEffectivity(writer, known.guid, effectivity);
    return {};
  }
  const usage = 'values that a property of metadata may have';
  const holder = { qualifiedName: name, displayName: label, usage };
  const own = { ...properties, qualifiedName: valueName(name, value) };
  await store.createGraph(writer, {
    elements: [
      { typeName: 'ValidValueDefinition', properties: holder, reuse: true },
      { typeName: 'ValidMetadataValue', properties: own, anchorAt: 0, ...effectivity },
    ],
    links: [{ typeName: member, end1: 0, end2: 1 }],
  });
  return {};
}

/** Types here do not know it; it stays with what the value says besides. */
function deprecated({ body }: Call): Properties {
  const isDeprecated = body.flag('isDeprecated');
  if (isDeprecated === undefined) return {};
  const { additionalProperties } = readBean(body, validValueMembers);
  const others = isPlainObject(additionalProperties) ? additionalProperties : {};
  return { additionalProperties: { ...others, isDeprecated: String(isDeprecated) } };
}

async function clear(call: Call, form: Form): Promise<Json> {
  const value = needText(call.query, 'preferredValue');
  const { name } = setNamed(call, form, call.query.text('typeName'));
  const known = await valueIn(call, name, value);
  if (known !== undefined) await call.store.delete(call.writer, known.guid, { method: 'SOFT_DELETE' });
  return {};
}

/** Where no values were set up, every value is valid. */
async function isValid(call: Call, form: Form): Promise<boolean> {
  const actual = needText(call.query, 'actualValue');
  for (const name of namesOf(call, form)) {
    const set = await setOf(call, name);
    const values = set === undefined ? [] : await membersOf(call, set, { startFrom: 0, pageSize: mostValues });
    if (values.length > 0) return values.some(({ properties }) => isValue(properties, actual));
  }
  return true;
}

/** Upper and lower case count unless the value says that they do not. */
function isValue({ preferredValue, isCaseSensitive }: Properties, actual: string): boolean {
  if (typeof preferredValue !== 'string') return false;
  return isCaseSensitive === false ? preferredValue.toLowerCase() === actual.toLowerCase() : preferredValue === actual;
}

/** That of the type, when one is named; what is set for it stands in the place of what is set for all types. */
function namesOf(call: Call, form: Form): readonly string[] {
  const typeName = call.query.text('typeName');
  const types = typeName === undefined ? [undefined] : [typeName, undefined];
  return types.map((type) => setNamed(call, form, type).name);
}

function setNamed({ path, face }: Call, form: Form, older: string | undefined) {
  const { names } = face.older;
  const property = needText(path, 'propertyName');
  const type = older === undefined ? '*' : names.newerType(older).name;
  const known = older === undefined ? property : names.newerProperty(older, property);
  const tails: Record<Form, readonly string[]> = {
    value: [],
    'map-name': ['{names}'],
    'map-value': [path.text('mapName') ?? ''],
  };
  const label = [type, known, ...tails[form]].join('.');
  return { label, name: `ValidValueDefinition::metadata:${label}` };
}

function valueName(setName: string, value: string): string {
  return `${setName}=${value}`;
}

function setOf({ store }: Call, name: string): Promise<StoredElement | undefined> {
  return store.getByQualifiedName(name, { typeName: 'ValidValueDefinition' });
}

/** Also one that does not hold at this time. */
function valueIn({ store }: Call, setName: string, value: string): Promise<StoredElement | undefined> {
  return store.getByQualifiedName(valueName(setName, value), { typeName: 'ValidMetadataValue' });
}

async function membersOf(
  { store }: Call,
  set: StoredElement,
  page: ReturnType<typeof olderPage>,
): Promise<readonly StoredElement[]> {
  const { related } = await store.related(set.guid, {
    relationshipTypeName: member,
    startingAtEnd: 1,
    sequencingOrder: 'CREATION_DATE_OLDEST',
    ...page,
  });
  return related.map(({ element }) => element);
}

async function firstOf<T>(
  names: readonly string[],
  find: (name: string) => Promise<T | undefined>,
): Promise<T | undefined> {
  for (const name of names) {
    const found = await find(name);
    if (found !== undefined) return found;
  }
  return undefined;
}

function viewOf({ properties }: StoredElement): Json {
  const { additionalProperties } = properties;
  const told: Readonly<Record<string, unknown>> = isPlainObject(additionalProperties) ? additionalProperties : {};
  const { isDeprecated, ...others } = told;
  return {
    class: 'ValidMetadataValue',
    ...beanOf(validValueMembers, properties),
    additionalProperties: Object.keys(others).length === 0 ? undefined : others,
    isDeprecated: isDeprecated === 'true',
  };
}
