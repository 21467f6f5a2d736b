/** The test runner's own words, as jest and `node:test` have them. */
export interface TestWords {
  readonly describe: (name: string, body: () => void) => void;
  readonly it: ((name: string, body: () => Promise<void>) => void) & {
    readonly skip: (name: string, body: () => Promise<void>) => void;
  };
}

/** Those that jest and others make global. */
export function globalWords(): TestWords {
  const words: unknown = globalThis;
  if (!hasWords(words))
    throw new Error('the test runner has no global describe and it; pass them as `words` in the last argument');
  return words;
}

function hasWords(value: unknown): value is TestWords {
  return (
    typeof value === 'object' &&
    value !== null &&
    'describe' in value &&
    typeof value.describe === 'function' &&
    'it' in value &&
    typeof value.it === 'function' &&
    'skip' in value.it
  );
}
