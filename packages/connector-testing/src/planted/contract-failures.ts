import type { DirectedDefinition, SupportedKind, TSchema } from '@isthmus/connector-sdk';
import type { Ability, ContractSource } from '../contract/contract-source.js';
import { describeConnectorContract } from '../contract/describe-connector-contract.js';
import type { TestWords } from '../contract/test-words.js';

export interface ContractFailure {
  readonly name: string;
  readonly transport: 'direct' | 'serialised';
  readonly message: string;
}

/**
 * Runs the contract by itself, apart from any test runner.
 *
 * @param mostFailures - after so many the rest is left out
 * @returns the tests that failed, in their order
 */
export async function contractFailures<K extends SupportedKind, S extends TSchema>(
  definition: DirectedDefinition<K, S>,
  setup: () => Promise<ContractSource<S>>,
  isWanted: (name: string) => boolean,
  without: readonly Ability[] = [],
  deadlineMs?: number,
  mostFailures = Number.POSITIVE_INFINITY,
): Promise<readonly ContractFailure[]> {
  const tests: { readonly name: string; readonly group: string; readonly body: () => Promise<void> }[] = [];
  let group = '';
  const words: TestWords = {
    describe(name, body) {
      group = name;
      body();
    },
    it: Object.assign((name: string, body: () => Promise<void>) => void tests.push({ name, group, body }), {
      skip: () => undefined,
    }),
  };
  describeConnectorContract(definition, setup, { without, words, ...(deadlineMs === undefined ? {} : { deadlineMs }) });
  const failures: ContractFailure[] = [];
  for (const { name, group, body } of tests) {
    if (failures.length >= mostFailures) break;
    if (!isWanted(name)) continue;
    const transport = group.includes('serialised') ? 'serialised' : 'direct';
    await body().catch((error: unknown) =>
      failures.push({ name, transport, message: error instanceof Error ? error.message : String(error) }),
    );
  }
  return failures;
}
