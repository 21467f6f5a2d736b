import { isDeepStrictEqual } from 'node:util';
import type { MetadataElement, Properties, RelatedElement } from '@isthmus/model';
import { defined } from './operation-input.js';
import type { OperationSession } from './operation-session.js';
import { nextOf } from './read-operations.js';
import { firstRelated } from './related-pages.js';

const linkType = 'TranslationLink';

type Translation = Readonly<Record<string, Properties[string]>>;

export async function setTranslation(
  session: OperationSession,
): Promise<{ readonly guid: string; readonly outcome: 'created' | 'updated' | 'unchanged' }> {
  const { input } = session;
  const ref = input.ref('element');
  const told = input.object('translation');
  const language = told.name('language', 100);
  const properties: Properties = defined({
    language,
    languageCode: told.optionalText('languageCode', 100) ?? language,
    locale: told.optionalText('locale', 100),
    displayName: told.optionalText('displayName'),
    description: told.optionalText('description'),
    additionalTranslations: told.textMap('additionalTranslations'),
  });
  told.end();
  const home = session.home();
  input.end();
  const element = await session.element(ref, 'element');
  const there = await translationOf(session, element.guid, language, textOf(properties.locale));
  const store = await session.writer(home);
  if (there !== undefined) {
    const { guid } = there.element;
    const { qualifiedName: _, ...known } = there.element.properties;
    if (isDeepStrictEqual(known, properties)) return { guid, outcome: 'unchanged' };
    await store.update(guid, properties, 'replace', undefined, session.signal);
    return { guid, outcome: 'updated' };
  }
  const parent = { guid: element.guid, relationshipTypeName: linkType, parentAtEnd1: true };
  const made = { typeName: 'TranslationDetail', properties, anchorGuid: element.guid, parent };
  return { guid: await store.create(made, session.signal), outcome: 'created' };
}

export async function clearTranslation(
  session: OperationSession,
): Promise<{ readonly outcome: 'deleted' | 'unchanged' }> {
  const there = await named(session, true);
  if (there === undefined) return { outcome: 'unchanged' };
  const store = await session.writerOf(there.element);
  await store.delete(there.element.guid, { method: 'SOFT_DELETE' }, session.signal);
  return { outcome: 'deleted' };
}

export async function getTranslation(session: OperationSession): Promise<Translation | undefined> {
  return (await named(session, false))?.element.properties;
}

export async function getTranslations(
  session: OperationSession,
): Promise<{ readonly translations: readonly Translation[]; readonly next?: number }> {
  const { input, store, signal } = session;
  const ref = input.ref('element');
  const page = input.page();
  input.end();
  const options = { relationshipTypeName: linkType, startingAtEnd: 1, ...page } as const;
  const found = await session.of(ref, 'element', (guid) => store.related(guid, options, signal));
  return { translations: found.map(({ element }) => element.properties), ...nextOf(found.length, page) };
}

async function named(session: OperationSession, isWrite: boolean): Promise<RelatedElement | undefined> {
  const { input } = session;
  const ref = input.ref('element');
  const language = input.name('language', 100);
  const locale = input.optionalText('locale', 100);
  if (isWrite) session.home();
  input.end();
  return await session.of(ref, 'element', (guid) => translationOf(session, guid, language, locale));
}

async function translationOf(
  session: OperationSession,
  guid: string,
  language: string,
  locale: string | undefined,
): Promise<RelatedElement | undefined> {
  const by = { relationshipTypeName: linkType, startingAtEnd: 1 } as const;
  const isIt = ({ properties }: MetadataElement) =>
    properties.language === language && (textOf(properties.locale) ?? '') === (locale ?? '');
  return await firstRelated(session, guid, by, isIt);
}

function textOf(value: Properties[string] | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
