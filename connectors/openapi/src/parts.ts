import { type Fields, isFields, listOf } from './json.js';

/** What a reference is to lead to. */
export type PartKind = 'schema' | 'parameter' | 'body' | 'answer' | 'header' | 'paths' | 'path' | 'callback';

/**
 * Whether a document as a whole says something of what it is referred to as. What answers in its place (a notice, a problem
 * of RFC 9457) has remarks as well (`title`, `type`, `description`), so these alone say nothing.
 */
export function isPart(kind: PartKind, value: unknown): boolean {
  if (kind === 'schema' && typeof value === 'boolean') return true;
  if (!isFields(value)) return false;
  return typeof value.$ref === 'string' || says[kind](value);
}

export const methods = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace', 'query'];

const says: Readonly<Record<PartKind, (value: Fields) => boolean>> = {
  schema: isSchema,
  parameter: ({ name, in: place }) => typeof name === 'string' && typeof place === 'string',
  body: ({ content }) => isFields(content),
  answer: isAnswer,
  header: (value) => isFields(value.content) || isFields(value.schema) || isSchema(value),
  paths: (value) => Object.keys(value).some((path) => path.startsWith('/') || isPart('path', value[path])),
  path: (value) => methods.some((method) => method in value),
  callback: (value) => Object.values(value).some((item) => isPart('path', item)),
};

/** What schemas are of, also those of older drafts and of version 2.0. */
const types = ['string', 'number', 'integer', 'boolean', 'array', 'object', 'null', 'file', 'any'];
const schemaWords = ['properties', 'additionalProperties', 'patternProperties', 'items', 'not', '$defs', 'definitions'];
const listWords = ['enum', 'required', 'allOf', 'anyOf', 'oneOf'];
const textWords = ['format', 'pattern', '$schema', '$id', '$anchor', '$dynamicRef'];

function isSchema(value: Fields): boolean {
  const hasType = [value.type, ...listOf(value.type)].some((type) => types.some((known) => known === type));
  return (
    hasType ||
    'const' in value ||
    schemaWords.some((word) => isFields(value[word]) || typeof value[word] === 'boolean') ||
    listWords.some((word) => listOf(value[word]).length > 0) ||
    textWords.some((word) => typeof value[word] === 'string')
  );
}

const answerWords = /^(?:description|summary|examples|x-.+)$/;

/** One without content has a description alone. */
function isAnswer(value: Fields): boolean {
  if (['schema', 'content', 'headers', 'links'].some((word) => isFields(value[word]))) return true;
  return typeof value.description === 'string' && Object.keys(value).every((word) => answerWords.test(word));
}
