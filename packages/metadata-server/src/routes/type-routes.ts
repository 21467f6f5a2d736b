import type { AttributeType, TypeCategory, TypeDefinition } from '@isthmus/model';
import { bodyMissing } from '@isthmus/platform';
import type { FastifyInstance } from 'fastify';
import { someOrNone } from '../views/element-view.js';
import { renderItems } from '../views/render.js';
import { TypeViews } from '../views/type-view.js';
import { addCall, type Call, needText, type StoreFace } from './egeria-call.js';

const types = '/open-metadata-types';
const attributeTypes = '/open-metadata-attribute-types';
const attributeKinds: Readonly<Record<AttributeType['kind'], string>> = {
  primitive: 'PRIMITIVE',
  enum: 'ENUM',
  array: 'COLLECTION',
  map: 'COLLECTION',
};

/** The open metadata types. Unknown names and GUIDs are answered without a type, as on a real server. */
export function addTypeCalls(scope: FastifyInstance, face: StoreFace): void {
  const views = new TypeViews(face.types);
  const get = { method: 'GET', role: 'viewer' } as const;
  const one = { ...get, answer: 'TypeDefResponse' } as const;
  const show = (call: Call, found: TypeDefinition | undefined) => {
    const inherited = call.query.flag('getInheritedAttributes') ?? false;
    return { typeDef: found && views.type(found, { inherited }) };
  };
  addCall(scope, face, { ...one, path: `${types}/name/:name` }, async (call) =>
    show(call, face.types.find(needText(call.path, 'name'))),
  );
  addCall(scope, face, { ...one, path: `${types}/guid/:guid` }, async (call) =>
    show(call, face.types.findByGuid(needText(call.path, 'guid'))),
  );
  addTypeLists(scope, face, views);

  const attribute = { ...get, answer: 'AttributeTypeDefResponse' } as const;
  const showAttribute = (found: AttributeType | undefined) => ({
    attributeTypeDef: found && views.attributeType(found),
  });
  addCall(scope, face, { ...attribute, path: `${attributeTypes}/name/:name` }, async ({ path }) =>
    showAttribute(face.types.findAttributeType(needText(path, 'name'))),
  );
  addCall(scope, face, { ...attribute, path: `${attributeTypes}/guid/:guid` }, async ({ path }) =>
    showAttribute(face.types.findAttributeTypeByGuid(needText(path, 'guid'))),
  );
}

function addTypeLists(scope: FastifyInstance, face: StoreFace, views: TypeViews): void {
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
    addCall(scope, face, { ...list, path: `${types}/${name}` }, (call) => render(call, face.types.list(category)));

  addCall(scope, face, { ...list, path: `${types}/sub-types` }, async (call) => {
    const name = call.query.text('typeName');
    if (name === undefined) throw bodyMissing();
    if (face.types.find(name) === undefined) return {};
    return render(
      call,
      face.types.subtypes(name).map((subtype) => face.types.get(subtype)),
    );
  });
  addCall(scope, face, { ...list, path: types, answer: 'TypeDefGalleryResponse' }, async (call) => {
    const definitions = await renderItems(face.types.list(), (definition) =>
      views.type(definition, { inherited: call.query.flag('getInheritedAttributes') ?? false }),
    );
    const attributes = await renderItems(face.types.listAttributeTypes(), (type) => views.attributeType(type));
    return `${headOf(call, 'TypeDefGalleryResponse')},"attributeTypeDefs":${attributes},"typeDefs":${definitions}}`;
  });
  addCall(
    scope,
    face,
    { ...list, path: `${types}/attribute-defs`, answer: 'AttributeTypeDefListResponse' },
    async (call) => {
      const category = call.query.text('category');
      const found = face.types
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
