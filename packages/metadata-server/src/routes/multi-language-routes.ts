import type { Properties } from '@isthmus/model';
import type { EgeriaRelease, FaceScope } from '@isthmus/platform';
import type { Fields } from '../requests/fields.js';
import { pageOptions } from '../requests/query-options.js';
import type { StoredElement } from '../store/element-store.js';
import type { Json } from '../views/element-view.js';
import { renderList } from '../views/render.js';
import { addCall, type Call, needText, type StoreFaces } from './egeria-call.js';

const root = '/multi-language';
const detailType = 'TranslationDetail';
const linkType = 'TranslationLink';
const texts = ['language', 'languageCode', 'locale', 'displayName', 'description'] as const;
/** Languages of one element that are looked through. */
const mostTranslations = 1_000;

/** The texts of an element in other languages: one translation for each language and locale. */
export function addMultiLanguageCalls(scope: FaceScope, faces: StoreFaces, release: EgeriaRelease = '6.1'): void {
  const write = { method: 'POST', role: 'operator', release, answer: 'VoidResponse' } as const;
  const read = { method: 'GET', role: 'viewer', release } as const;
  addCall(scope, faces, { ...write, path: `${root}/set-translation/:guid`, body: 'needed' }, async (call) => {
    const { store, writer, body } = call;
    const guid = needText(call.path, 'guid');
    const properties = translationOf(body);
    needText(body, 'language');
    const known = await find(call, guid, body);
    if (known !== undefined) await store.update(writer, known.guid, properties, 'replace');
    else
      await store.create(writer, {
        typeName: detailType,
        properties,
        anchorGuid: guid,
        parent: { guid, relationshipTypeName: linkType },
      });
    return {};
  });
  addCall(scope, faces, { ...write, path: `${root}/clear-translation/:guid` }, async (call) => {
    const known = await find(call, needText(call.path, 'guid'), call.query);
    if (known !== undefined) await call.store.delete(call.writer, known.guid, { method: 'SOFT_DELETE' });
    return {};
  });
  const one = { ...read, path: `${root}/get-translation/:guid`, answer: 'TranslationDetailResponse' } as const;
  addCall(scope, faces, one, async (call) => {
    const known = await find(call, needText(call.path, 'guid'), call.query);
    return known === undefined ? {} : { element: translationView(call, known) };
  });
  const answer = 'TranslationListResponse';
  addCall(scope, faces, { ...read, path: `${root}/get-translations/:guid`, answer }, async (call) => {
    const { query, face } = call;
    const page = pageOptions(query.integer('startFrom'), query.integer('pageSize'), face.maxPageSize);
    const found = await translations(call, needText(call.path, 'guid'), page);
    const member = release === '6.1' ? 'elements' : 'elementList';
    return renderList(answer, call.toldRequestId, member, found, (each) => translationView(call, each));
  });
}

async function translations({ store }: Call, guid: string, page: { startFrom: number; pageSize: number }) {
  const { related } = await store.related(guid, {
    relationshipTypeName: linkType,
    startingAtEnd: 1,
    sequencingOrder: 'CREATION_DATE_OLDEST',
    ...page,
  });
  return related.map(({ element }) => element);
}

/** The translation of this language; of this locale too, when one is named. */
async function find(call: Call, guid: string, wanted: Fields): Promise<StoredElement | undefined> {
  const language = wanted.text('language');
  const locale = wanted.text('locale') ?? '';
  const pageSize = Math.min(mostTranslations, call.face.maxPageSize);
  const known = await translations(call, guid, { startFrom: 0, pageSize });
  return known.find(
    ({ properties }) =>
      (language === undefined || properties.language === language) && (properties.locale ?? '') === locale,
  );
}

function translationOf(body: Fields): Properties {
  const entries = texts.flatMap((name): [string, string][] => {
    // What 4.3 calls the code set is the language's code since.
    const text = body.text(name) ?? (name === 'languageCode' ? body.text('codeSet') : undefined);
    return text === undefined ? [] : [[name, text]];
  });
  const more = body.object('additionalTranslations');
  const translations = (more?.names() ?? []).map((name) => [name, more?.text(name) ?? '']);
  return {
    ...Object.fromEntries(entries),
    ...(translations.length > 0 && { additionalTranslations: Object.fromEntries(translations) }),
  };
}

function translationView({ request }: Call, { properties }: StoredElement): Json {
  if (request.manners.release === '6.1')
    return { class: 'TranslationDetailProperties', typeName: detailType, ...properties };
  const { languageCode, ...others } = properties;
  return { class: detailType, codeSet: languageCode, ...others };
}
