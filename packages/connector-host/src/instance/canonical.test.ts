import { hash } from 'node:crypto';
import { TimeSlicer } from '@isthmus/kernel';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { canonicalHash, canonicalPieces, UnfitContent } from './canonical.js';

const slicer = new TimeSlicer();
const hashOf = async (value: unknown) => (await canonicalHash(value, 1_000_000, slicer)).hash;

describe('canonicalHash', () => {
  it('does not depend on the order of keys', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (value) => {
        expect(await hashOf(shuffled(value))).toBe(await hashOf(value));
      }),
    );
  });

  it('tells different values apart', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), fc.jsonValue(), async (one, other) => {
        const isSame = JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));
        expect((await hashOf(one)) === (await hashOf(other))).toBe(isSame);
      }),
    );
  });

  it('is that of the pieces, whether the value is short or long', async () => {
    const ofPieces = (value: unknown) => hash('sha256', [...canonicalPieces(value, 1_000_000)].join(''), 'base64url');
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), fc.constantFrom(1, 40_000), async (inner, length) => {
        const value = { inner, 'long\u2028text': 'ü'.repeat(length), none: undefined, zero: -0 };
        const found = await canonicalHash(value, 1_000_000, slicer);
        expect(found.hash).toBe(ofPieces(value));
        expect(found.bytes).toBe(Buffer.byteLength([...canonicalPieces(value, 1_000_000)].join('')));
      }),
    );
  });

  it.each([
    ['keys that are numbers', { b: { 10: 'x', 9: 'y' }, a: { 9: 1, 10: 2 } }],
    ['a key that means a prototype', JSON.parse('{"z":1,"__proto__":{"b":1,"a":2}}')],
    ['members that are undefined', { b: undefined, a: { d: 1, c: undefined } }],
    ['a zero below zero', { b: -0, a: [-0] }],
    [
      'more names than are kept',
      Object.fromEntries(Array.from({ length: 1_500 }, (_, index) => [`n"${index}`, index])),
    ],
    ['a long name, twice', [{ ['n'.repeat(200)]: 1 }, { ['n'.repeat(200)]: 2 }]],
    ['an array whose members are out of order', { a: [{ b: 1, a: 2 }, 'x', { c: [{ e: null, d: true }] }] }],
  ])('is that of the pieces for %s', async (_, value) => {
    const ofPieces = hash('sha256', [...canonicalPieces(value, 1_000_000)].join(''), 'base64url');
    expect((await canonicalHash(value, 1_000_000, slicer)).hash).toBe(ofPieces);
  });

  it('says what JSON says, with sorted keys', () => {
    const text = (value: unknown) => [...canonicalPieces(value, 100)].join('');
    expect(text({ b: 1, a: [true, null, 'x"', { d: undefined, c: -0 }] })).toBe(
      '{"a":[true,null,"x\\"",{"c":0}],"b":1}',
    );
    expect(text({})).toBe('{}');
    expect(text([])).toBe('[]');
  });

  it('refuses what cannot be kept, and what is too large, with a code', async () => {
    const cycle: Record<string, unknown> = {};
    cycle.self = cycle;
    for (const value of [Number.NaN, () => 1, 1n, cycle, new Map(), new Date(0)]) {
      await expect(hashOf({ value })).rejects.toMatchObject({ code: 'ITEM_INVALID' });
    }
    for (const value of ['x'.repeat(1_000_001), Array.from({ length: 400_000 }, () => 'x')]) {
      await expect(hashOf({ value })).rejects.toBeInstanceOf(UnfitContent);
      await expect(hashOf({ value })).rejects.toMatchObject({ code: 'ITEM_TOO_LARGE' });
    }
  });
});

function shuffled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shuffled);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, inner]) => [key, shuffled(inner)]),
  );
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value === 0 ? 0 : value;
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return { members: members.map(([key, inner]) => [key, sorted(inner)]) };
}
