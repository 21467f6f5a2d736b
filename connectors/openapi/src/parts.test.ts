import { describe, expect, it } from '@jest/globals';
import { isPart, type PartKind } from './parts.js';

const problem = { type: 'about:blank', title: 'Unavailable', status: 503, detail: 'back soon', instance: '/1' };
const notice = { type: 'error', name: 'Maintenance', description: 'back soon', code: 1, items: [], required: true };
const kinds: readonly PartKind[] = ['schema', 'parameter', 'body', 'answer', 'header', 'paths', 'path', 'callback'];

describe('a document that is referred to', () => {
  it.each(kinds)('says nothing as %s when it is a problem, a notice or mere remarks', (kind) => {
    for (const value of [problem, notice, { title: 'Away', summary: 'back soon' }, {}, [], 'text', 42, null])
      expect([value, isPart(kind, value)]).toEqual([value, false]);
  });

  it.each<readonly [PartKind, object]>([
    ['schema', { type: 'string' }],
    ['schema', { type: ['string', 'null'], title: 'Name' }],
    ['schema', { title: 'Name', enum: ['a'] }],
    ['schema', { properties: {} }],
    ['schema', { items: { $ref: '#' } }],
    ['schema', { oneOf: [{ type: 'string' }] }],
    ['schema', { additionalProperties: false }],
    ['schema', { $schema: 'https://json-schema.org/draft/2020-12/schema', description: 'anything' }],
    ['parameter', { name: 'limit', in: 'query' }],
    ['body', { content: {} }],
    ['answer', { description: 'nothing to say', 'x-note': 1 }],
    ['answer', { description: 'a pet', content: {} }],
    ['header', { type: 'string' }],
    ['header', { description: 'how many', schema: {} }],
    ['paths', { '/pets': {} }],
    ['paths', { petArrived: { post: {} } }],
    ['path', { summary: 'pets', get: {} }],
    ['callback', { '{$request.body#/url}': { post: {} } }],
  ])('says something as %s: %j', (kind, value) => {
    expect(isPart(kind, value)).toBe(true);
  });

  it('leads on, whatever it is to be', () => {
    for (const kind of kinds) expect(isPart(kind, { $ref: 'other.json' })).toBe(true);
  });
});
