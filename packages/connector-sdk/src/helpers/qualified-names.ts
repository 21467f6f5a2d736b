import { hash } from 'node:crypto';
import { IsthmusError } from '@isthmus/kernel';
import { type TOptional, type TString, Type } from 'typebox';
import { encodedName } from '../scopes/names.js';
import type { NameShape } from '../scopes/naming.js';

/** Where a template is checked, and the field of a configuration that holds it. */
const field = 'qualifiedNames';

/** The server beside whose name nothing stands in the usual names. */
const serverTypes: readonly string[] = ['SoftwareServer', 'DatabaseManager'];

export interface QualifiedNames {
  /** The field `qualifiedNames` of a configuration. */
  option(): TOptional<TString>;
  /**
   * What the definition of a connector answers as `naming`.
   *
   * @param server - its name, where `{server}` is a placeholder
   * @throws CONNECTOR_CONFIGURATION_INVALID when two things could be called alike, or something in it is not known
   */
  shape(template: string | undefined, server?: string): NameShape | undefined;
}

/**
 * Lets people shape the qualified names of a connector by a template, checked so that no two things share a name.
 *
 * @param levels - what the names of things lead through, outermost first: `['database', 'schema', 'table']`
 * @param options.server - `{server}` may stand before them
 */
export function qualifiedNames(
  levels: readonly [string, ...string[]],
  { server: hasServer = false }: { readonly server?: boolean } = {},
): QualifiedNames {
  const usual = `{type}::{source}:${levels.map((level) => `{${level}}`).join('/')}`;
  const needed = ['type', 'source', ...levels];
  const order = ['type', 'source', ...(hasServer ? ['server'] : []), ...levels];
  return {
    option: () =>
      Type.Optional(
        Type.String({
          minLength: 1,
          maxLength: 200,
          title: 'Qualified names',
          description: `Template of the names by which things are known in the catalogue. Default: ${usual}${hasServer ? `; {server} may stand before {${levels[0]}}` : ''}. With another one things become new elements; the old ones stay until people confirm that they go.`,
        }),
      ),
    shape(template, server = '') {
      if (template === undefined || template === usual) return undefined;
      const pieces = piecesOf(template);
      const fault = faultOf(pieces, needed, order);
      if (fault !== undefined)
        throw new IsthmusError(
          'CONNECTOR_CONFIGURATION_INVALID',
          `${fault}. The usual template is ${usual}; ${mayStand(order)}`,
          { details: { field } },
        );
      return shapeOf(pieces, server, hasServer);
    },
  };
}

/** A placeholder with the text before it. */
interface Piece {
  readonly before: string;
  /** Undefined: the text after the last placeholder. */
  readonly placeholder: string | undefined;
}

function piecesOf(template: string): readonly Piece[] {
  const parts = template.split(/\{([^{}]*)\}/);
  const pieces: Piece[] = [];
  for (let at = 0; at < parts.length; at += 2)
    pieces.push({ before: parts[at] ?? '', placeholder: at + 1 < parts.length ? (parts[at + 1] ?? '') : undefined });
  return pieces;
}

function faultOf(pieces: readonly Piece[], needed: readonly string[], order: readonly string[]): string | undefined {
  const placeholders = pieces.flatMap(({ placeholder }) => placeholder ?? []);
  const unknown = placeholders.find((name) => !order.includes(name));
  if (unknown !== undefined) return `holds {${unknown}}, which stands for nothing here: take it out`;
  const twice = placeholders.find((name, at) => placeholders.indexOf(name) !== at);
  if (twice !== undefined) return `holds {${twice}} twice: take one out`;
  const missing = needed.find((name) => !placeholders.includes(name));
  if (missing !== undefined)
    return `lacks {${missing}}, so that things that differ in it alone would share a name: put it in`;
  const sorted = order.filter((name) => placeholders.includes(name));
  if (sorted.join() !== placeholders.join())
    return `has its placeholders in another order than ${sorted.map((name) => `{${name}}`).join(', ')}, in which names are cut off for what lies further out: bring them into it`;
  return textFault(pieces);
}

function textFault(pieces: readonly Piece[]): string | undefined {
  const odd = pieces.find(({ before }) => /[{}%]|\p{Cc}|\p{Surrogate}/u.test(before));
  if (odd !== undefined) return 'holds %, a lone brace or a control character: take it out';
  if (pieces[0]?.before !== '' || pieces[1]?.before.startsWith('::') !== true)
    return 'does not begin with {type}::, by which the types of elements are told apart: begin so';
  if (pieces.at(-1)?.placeholder === undefined && pieces.at(-1)?.before !== '')
    return 'ends with text after its last placeholder, where the names of what lies deeper follow: put the text further in front';
  const unseparated = pieces
    .slice(2)
    .find(({ before, placeholder }) => placeholder !== undefined && !separates(before));
  if (unseparated !== undefined)
    return `has no sign before {${unseparated.placeholder}} that separates it: put one there first, such as / : . - or |`;
  return undefined;
}

/** Escaped in names, so that a name ends where it stands. No letter or digit is escaped: escapes consist of them. */
function separates(text: string): boolean {
  return /^[!-$&-/:-@[-`|~]/.test(text);
}

function shapeOf(pieces: readonly Piece[], server: string, hasServer: boolean): NameShape {
  const [, source, ...rest] = pieces.filter(({ placeholder }) => placeholder !== undefined);
  const separators = [...new Set(['/', ...rest.map(({ before }) => before.charAt(0))])].join('');
  const start = source?.before.slice(2) ?? '';
  const serverPiece = rest.find(({ placeholder }) => placeholder === 'server');
  const levels = rest.filter((piece) => piece !== serverPiece).map(({ before }) => before);
  const [first = '', ...deeper] = levels;
  const beforeFirst = serverPiece === undefined ? '' : `${serverPiece.before}${encodedName(server, separators)}`;
  const shape = {
    start,
    levels: [`${beforeFirst}${first}`, ...deeper],
    ...(hasServer ? { aside: { types: serverTypes, before: serverPiece?.before ?? first } } : {}),
    separators,
  };
  return { ...shape, mark: hash('sha1', JSON.stringify(shape), 'base64url').slice(0, 10) };
}

function mayStand(order: readonly string[]): string {
  return `placeholders are ${order.map((name) => `{${name}}`).join(', ')}`;
}
