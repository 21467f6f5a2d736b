import { expect, it } from '@jest/globals';
import { listingState } from './listing-state.js';

const choice = { serverName: 'shop', statistics: false, include: ['a*'], exclude: [] };
const facts = { version: '15' };
const fingerprints = new Map([
  ['database:one', '1'],
  ['database:two', '2'],
]);
const state = listingState(1, choice, facts, fingerprints);

it('is the same in whatever order databases were looked at, and whatever else is configured', () => {
  const other = { ...choice, password: 'hidden', pollSeconds: 5 };
  expect(listingState(1, other, { ...facts }, new Map([...fingerprints].reverse()))).toBe(state);
});

it.each([
  ['other elements are made of the rows', listingState(2, choice, facts, fingerprints)],
  ['the configuration chooses otherwise', listingState(1, { ...choice, include: ['b*'] }, facts, fingerprints)],
  ['the server says something else of itself', listingState(1, choice, { version: '16' }, fingerprints)],
  ['a database looks different', listingState(1, choice, facts, new Map([...fingerprints, ['database:two', '3']]))],
  ['a database cannot be read', listingState(1, choice, facts, new Map([['database:one', '1']]))],
])('is another when %s', (_why, other) => {
  expect(other).not.toBe(state);
});
