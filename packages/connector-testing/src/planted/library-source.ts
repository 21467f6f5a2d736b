import type { ContractSource } from '../contract/contract-source.js';
import { Library } from './library.js';
import { type libraryConfiguration, openLibraries } from './library-connector.js';

let madeCount = 0;

/** A library with three shelves that can do all that the contract asks of a source. */
export async function librarySource(): Promise<ContractSource<typeof libraryConfiguration>> {
  madeCount += 1;
  const name = `library-${madeCount}`;
  const library = new Library('open-sesame-4711');
  for (const shelf of ['maps', 'novels', 'poems'])
    for (const title of ['first', 'second', 'third', 'Zuletzt']) library.put(shelf, title, `about ${shelf}`);
  openLibraries.set(name, library);
  const other = new Library('swordfish-0815');
  // 'first' in another edition: one version of a thing is one content
  for (const title of ['first', 'first', 'another', 'one more']) other.put('maps', title, 'about other maps');
  openLibraries.set(`${name}-other`, other);
  return {
    configuration: { library: name, token: library.token },
    async break() {
      library.failWith('broken');
      other.failWith('broken');
    },
    breakHalfway: async () => library.failWith('halfway'),
    async mend() {
      library.failWith('none');
      other.failWith('none');
    },
    forbid: async () => library.forbid('novels'),
    delay: async (delayMs) => library.answerAfter(delayMs),
    async grow(count) {
      for (let number = 0; number < count; number += 1) library.put('novels', `volume ${number}`, 'one of many');
    },
    async addOddNames() {
      const odd = ['a:b', 'a b', ' a b', 'A:b', 'a/b', 'a%3Ab', '"', "'", 'ü', 'u\u0308', '\u{1F4DA}', '..', '#1', '-'];
      for (const title of odd) library.put('poems', title, 'odd');
      return odd.length;
    },
    change: async () => library.put('maps', 'second', 'quite another text'),
    remove: async () => library.drop('maps', 'second'),
    async rename() {
      library.drop('maps', 'second');
      library.put('maps', 'second thoughts', 'about maps');
    },
    pushed: async () => ({
      qualifiedName: 'Collection::test:maps:second',
      changes: { description: 'what people wrote' },
    }),
    reconfigured: async () => ({ library: `${name}-other`, token: other.token }),
    fingerprint: async () => library.fingerprint(),
    async close() {
      openLibraries.delete(name);
      openLibraries.delete(`${name}-other`);
    },
  };
}
