import { IsthmusError } from '@isthmus/kernel';
import type { FastifyRequest } from 'fastify';
import { isRecord } from '../documents/document-check.js';
import { bodyMissing } from '../egeria/egeria-answer.js';
import { parseJson } from '../http/json-body.js';

export type Bean = Readonly<Record<string, unknown>>;

/** What a body has wrong, as Egeria's parser names it. */
type Fault = 'json' | 'list' | 'type-id' | 'shape';

/**
 * The JSON of a call that needs one; `undefined` where it may be left out and is.
 *
 * @throws REQUEST_NOT_JSON, REQUEST_INVALID
 */
export function jsonBody(request: FastifyRequest, needs: 'bean' | 'list' | 'maybe'): unknown {
  const body = rawBody(request);
  if (body.length === 0) {
    if (needs === 'maybe') return undefined;
    throw bodyMissing();
  }
  if (!/^application\/(?:json|[a-z.-]+\+json)\s*(?:;|$)/i.test(request.headers['content-type'] ?? ''))
    throw new IsthmusError('REQUEST_NOT_JSON', 'the body of the request is not labelled application/json');
  const value = parsed(body, needs);
  if (value !== null) return value;
  if (needs === 'maybe') return undefined;
  throw bodyMissing();
}

/** A body that is text, whatever it is labelled. @throws REQUEST_INVALID when it is empty */
export function textBody(request: FastifyRequest): string {
  const text = rawBody(request).toString('utf8');
  if (text === '') throw bodyMissing();
  return text;
}

/** A bean with its `class`, without its empty members. @param className - or several that will do */
export function beanBody(request: FastifyRequest, ...classNames: readonly string[]): Bean {
  return bean(jsonBody(request, 'bean'), classNames);
}

/** A list of beans; `null` within is kept for the check of the document to refuse. */
export function beanList(request: FastifyRequest, ...classNames: readonly string[]): readonly (Bean | null)[] {
  const value = jsonBody(request, 'list');
  if (!Array.isArray(value)) throw wrong('shape', 'a list is needed here');
  return value.map((item: unknown) => (item === null ? null : bean(item, classNames)));
}

/** A bean that carries no `class`, or need not. */
export function plainBean(request: FastifyRequest, needs: 'bean' | 'maybe' = 'bean'): Bean {
  const value = jsonBody(request, needs) ?? {};
  if (!isRecord(value)) throw wrong('shape', 'an object is needed here');
  return value;
}

export function bean(value: unknown, classNames: readonly string[]): Bean {
  if (Array.isArray(value)) throw wrong('shape', 'an object is needed here, not a list');
  if (!isRecord(value) || !classNames.some((name) => name === value.class))
    throw wrong('type-id', `an object of class ${classNames.join(' or ')} is needed here`);
  return withoutNulls(value);
}

function withoutNulls(value: Bean): Bean {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== null));
}

/** As the Java beans take a text: numbers and truth values are written out, the rest is refused. */
export function textMember(value: Bean, name: string): string | undefined {
  const member = value[name];
  if (member === undefined || member === null) return undefined;
  if (typeof member === 'string') return member;
  if (typeof member === 'number' || typeof member === 'boolean') return String(member);
  throw wrong('shape', `${name} has to be a text`);
}

/** As the Java beans take a number of 32 bits. */
export function integerMember(value: Bean, name: string): number | undefined {
  const member = value[name];
  if (member === undefined || member === null) return undefined;
  const number = typeof member === 'string' && /^[+-]?\d+$/.test(member) ? Number(member) : member;
  if (typeof number === 'number' && isInteger32(Math.trunc(number))) return Math.trunc(number);
  throw wrong('shape', `${name} has to be a whole number`);
}

export function isInteger32(value: number): boolean {
  return Number.isInteger(value) && value >= -2_147_483_648 && value <= 2_147_483_647;
}

/** The body of a call that cannot be read as what it needs to be. */
export function wrong(fault: Fault, message: string): IsthmusError {
  return new IsthmusError('REQUEST_INVALID', message, { details: { fault } });
}

function rawBody({ body }: FastifyRequest): Buffer {
  return Buffer.isBuffer(body) ? body : Buffer.alloc(0);
}

function parsed(body: Buffer, needs: 'bean' | 'list' | 'maybe'): unknown {
  try {
    return parseJson(body);
  } catch (error) {
    if (!IsthmusError.is(error)) throw error;
    // the parser's fault reaches the caller as one of mapping within a list, and as itself within a bean
    if (needs === 'list' && body.toString('utf8', 0, 100).trimStart().startsWith('['))
      throw wrong('list', error.message);
    throw error.details.fault === 'json-end' ? wrong('json', error.message) : error;
  }
}
