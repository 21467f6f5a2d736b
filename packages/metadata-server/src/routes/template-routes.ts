import { IsthmusError } from '@isthmus/kernel';
import type { ReadOptions } from '@isthmus/model';
import type { FaceScope } from '@isthmus/platform';
import type { Fields } from '../requests/fields.js';
import { defined, noFields, readOptions } from '../requests/query-options.js';
import type { ElementStore, NewClassification } from '../store/element-store.js';
import { knownTemplates } from '../templates/known-templates.js';
import { createFromTemplate, type Template, type TemplateRequest } from '../templates/template-copy.js';
import { addCall, needText, type StoreFaces } from './egeria-call.js';
import { effectivityOf, newClassification, parentOf } from './element-write-routes.js';

/** Elements made from templates. */
export function addTemplateCall(scope: FaceScope, faces: StoreFaces): void {
  const definition = {
    method: 'POST',
    role: 'operator',
    path: '/metadata-elements/from-template',
    answer: 'GUIDResponse',
    body: 'needed',
    guidParameter: 'templateGUID',
  } as const;
  addCall(scope, faces, definition, async ({ store, writer, body }) => {
    const options = readOptions(body);
    const template = await templateOf(store, needText(body, 'templateGUID'), options);
    return { guid: await createFromTemplate(store, writer, readRequest(body), template, options) };
  });
}

export async function templateOf(store: ElementStore, guid: string, options: ReadOptions): Promise<Template> {
  try {
    const { element, anchoredElements, relationships } = await store.anchoredGraph(guid, options);
    const stored = { guid, version: element.versions.version };
    return { stored, element, parts: anchoredElements, links: relationships };
  } catch (error) {
    const known = knownTemplates[guid];
    if (known === undefined || !IsthmusError.is(error) || error.code !== 'ELEMENT_NOT_FOUND') throw error;
    return { element: { ...known, classifications: [] }, parts: [], links: [] };
  }
}

function readRequest(body: Fields): TemplateRequest {
  const replacement = body.object('replacementProperties') ?? noFields;
  const classifications = body.object('replacementClassifications');
  return defined({
    typeName: body.text('typeName'),
    placeholders: placeholdersOf(body.object('placeholderPropertyValues')),
    properties: body.properties('replacementProperties'),
    classifications: Object.fromEntries(
      (classifications?.entries() ?? []).map(([name, fields]): [string, NewClassification] => [
        name,
        newClassification(fields, classifications?.properties(name) ?? {}),
      ]),
    ),
    deepCopy: body.flag('deepCopy'),
    allowRetrieve: body.flag('allowRetrieve'),
    anchorGuid: body.text('anchorGUID'),
    isOwnAnchor: body.flag('isOwnAnchor'),
    anchorScopeGuids: body.texts('anchorScopeGUIDs'),
    parent: parentOf(body),
    ...effectivityOf(body),
    ...effectivityOf(replacement),
  });
}

function placeholdersOf(fields: Fields | undefined): TemplateRequest['placeholders'] {
  return new Map((fields?.names() ?? []).map((name) => [name, fields?.text(name) ?? null]));
}
