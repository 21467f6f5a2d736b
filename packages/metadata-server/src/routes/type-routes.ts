import type { AttributeType, TypeCategory, TypeDefinition } from '@isthmus/model';
import { bodyMissing, type FaceScope } from '@isthmus/platform';
import { someOrNone } from '../views/element-view.js';
import { renderItems } from '../views/render.js';
import { TypeViews } from '../views/type-view.js';
import { addCall, type Call, needText, type StoreFaces } from './egeria-call.js';

const types = '/open-metadata-types';
const attributeTypes = '/open-metadata-attribute-types';
const attributeKinds: Readonly<Record<AttributeType['kind'], string>> = {
  primitive: 'PRIMITIVE',
  enum: 'ENUM',
  array: 'COLLECTION',
  map: 'COLLECTION',
};

/** The open metadata types. Unknown names and GUIDs are answered without a type, as on a real server. */
export function addTypeCalls(scope: FaceScope, faces: StoreFaces): void {
  const views = new TypeViews(faces.types);
  const get = { method: 'GET', role: 'viewer' } as const;
  const one = { ...get, answer: 'TypeDefResponse' } as const;
  const show = (call: Call, found: TypeDefinition | undefined) => {
    const inherited = call.query.flag('getInheritedAttributes') ?? false;
    return { typeDef: found && views.type(found, { inherited }) };
  };
  addCall(scope, faces, { ...one, path: `${types}/name/:name` }, async (call) =>
    show(call, faces.types.find(needText(call.path, 'name'))),
  );
  addCall(scope, faces, { ...one, path: `${types}/guid/:guid` }, async (call) =>
    show(call, faces.types.findByGuid(needText(call.path, 'guid'))),
  );
  // The standard types have no names in other standards.
  addCall(scope, faces, { ...get, answer: 'TypeDefListResponse', path: `${types}/external-id` }, async () => ({}));
  addTypeLists(scope, faces, views);

  const attribute = { ...get, answer: 'AttributeTypeDefResponse' } as const;
  const showAttribute = (found: AttributeType | undefined) => ({
    attributeTypeDef: found && views.attributeType(found),
  });
  addCall(scope, faces, { ...attribute, path: `${attributeTypes}/name/:name` }, async ({ path }) =>
    showAttribute(faces.types.findAttributeType(needText(path, 'name'))),
  );
  addCall(scope, faces, { ...attribute, path: `${attributeTypes}/guid/:guid` }, async ({ path }) =>
    showAttribute(faces.types.findAttributeTypeByGuid(needText(path, 'guid'))),
  );
}

function addTypeLists(scope: FaceScope, faces: StoreFaces, views: TypeViews): void {
  const list = { method: 'GET', role: 'viewer', answer: 'TypeDefListResponse' } as const;
  const render = async (call: Call, found: readonly TypeDefinition[]) => {
    if (found.length === 0) return {};
    const detail = { inherited: call.query.flag('getInheritedAttributes') ?? false };
    const definitions = await renderItems(found, (definition) => views.type(definition, detail));
    return `${headOf(call, 'TypeDefListResponse')},"typeDefList":{"typeDefs":${definitions}}}`;
  };
  const categories: readonly (readonly [string, TypeCategory])[] = [
    ['entity-defs', 'ENTITY_DEF'],
    ['relationship-defs', 'RELATIONSHIP_DEF'],
    ['classification-defs', 'CLASSIFICATION_DEF'],
  ];
  for (const [name, category] of categories)
    addCall(scope, faces, { ...list, path: `${types}/${name}` }, (call) => render(call, faces.types.list(category)));

  addCall(scope, faces, { ...list, path: `${types}/sub-types` }, async (call) => {
    const name = call.query.text('typeName');
    if (name === undefined) throw bodyMissing();
    if (faces.types.find(name) === undefined) return {};
    return render(
      call,
      faces.types.subtypes(name).map((subtype) => faces.types.get(subtype)),
    );
  });
  addCall(scope, faces, { ...list, path: types, answer: 'TypeDefGalleryResponse' }, async (call) => {
    const definitions = await renderItems(faces.types.list(), (definition) =>
      views.type(definition, { inherited: call.query.flag('getInheritedAttributes') ?? false }),
    );
    const attributes = await renderItems(faces.types.listAttributeTypes(), (type) => views.attributeType(type));
    return `${headOf(call, 'TypeDefGalleryResponse')},"attributeTypeDefs":${attributes},"typeDefs":${definitions}}`;
  });
  addCall(
    scope,
    faces,
    { ...list, path: `${types}/attribute-defs`, answer: 'AttributeTypeDefListResponse' },
    async (call) => {
      const category = call.query.text('category');
      const found = faces.types
        .listAttributeTypes()
        .filter((type) => category === undefined || attributeKinds[type.kind] === category);
      return { attributeTypeDefs: someOrNone(found.map((type) => views.attributeType(type))) };
    },
  );
}

/** Beginning of an answer whose lists are assembled in slices. */
function headOf({ requestId }: Call, className: string): string {
  return JSON.stringify({ class: className, requestId, relatedHTTPCode: 200 }).slice(0, -1);
}
