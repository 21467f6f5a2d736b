import { afterAll, describe, expect, it } from '@jest/globals';
import { afterStop, leftIntervals, leftListeners } from '../planted/after-stop.js';
import { contractFailures } from '../planted/contract-failures.js';
import { CursorLibraryConnector, cursorFaults } from '../planted/cursor-library.js';
import { furtherFaults } from '../planted/further-faults.js';
import { hookFaults, leftByHooks } from '../planted/hook-faults.js';
import { hookedProvider } from '../planted/hooked-library.js';
import { libraryProvider } from '../planted/library-connector.js';
import { librarySource } from '../planted/library-source.js';
import { ownRemovals } from '../planted/own-removals.js';
import { leftTimers, plantedFaults } from '../planted/planted-faults.js';
import { pushFaults, pushingProvider } from '../planted/pushing-library.js';
import { sharedStateFaults } from '../planted/shared-state.js';
import { withoutEnd } from '../planted/without-end.js';
import { trivialProvider } from '../trivial-provider.js';
import { contractTests, describeConnectorContract } from './describe-connector-contract.js';

afterAll(() => {
  for (const timer of [...leftTimers, ...leftIntervals, ...leftByHooks]) clearInterval(timer);
  for (const listener of leftListeners) process.off('SIGUSR2', listener);
});

describeConnectorContract(libraryProvider(), librarySource);

describe('the contract of connectors', () => {
  it.each(
    [
      ...plantedFaults,
      ...ownRemovals,
      ...afterStop,
      ...cursorFaults,
      ...pushFaults,
      ...hookFaults,
      ...sharedStateFaults,
      ...furtherFaults,
    ].map(({ mistake, foundBy, definition }) => ({
      mistake,
      foundBy,
      definition,
    })),
  )('finds a connector that $mistake', async ({ foundBy, definition }) => {
    expect(contractTests().map(({ name }) => name)).toContain(foundBy);
    const failed = await contractFailures(definition, librarySource, (name) => name === foundBy, [], 5_000, 1);
    expect(failed.map(({ name }) => name)).toContain(foundBy);
  });

  it.each(withoutEnd)('fails by name at a connector that $mistake', async ({ foundBy, definition }) => {
    expect(contractTests().map(({ name }) => name)).toContain(foundBy);
    const failed = await contractFailures(definition, librarySource, (name) => name === foundBy, [], 300);
    expect(failed.map(({ name }) => name)).toContain(foundBy);
    expect(failed.map(({ message }) => message).join(' ')).toContain('did not end within');
  });

  it('finds nothing in a right connector that goes on from its cursor', async () => {
    const definition = libraryProvider(CursorLibraryConnector);
    expect(await contractFailures(definition, librarySource, (name) => !name.startsWith('keeps no memory'))).toEqual(
      [],
    );
  });

  it('finds nothing in a right connector that writes to its source', async () => {
    const isWanted = (name: string) => !name.startsWith('keeps no memory');
    expect(await contractFailures(pushingProvider(), librarySource, isWanted)).toEqual([]);
  });

  it('finds nothing in a right connector with every hook beside its runs', async () => {
    const isWanted = (name: string) => !name.startsWith('keeps no memory');
    expect(await contractFailures(hookedProvider(), librarySource, isWanted)).toEqual([]);
  });

  it('is kept by the trivial provider', async () => {
    const without = contractTests().flatMap(({ needs }) => needs);
    const setup = async () => ({ configuration: { files: ['a', 'b', 'c'] } });
    expect(await contractFailures(trivialProvider(), setup, () => true, without)).toEqual([]);
  });

  it('fails by name where the source can do neither what it needs nor says so', async () => {
    const setup = async () => ({ configuration: { files: ['a', 'b', 'c'] } });
    const [failure] = await contractFailures(trivialProvider(), setup, (name) => name.startsWith('tells of an item'));
    expect(failure?.message).toContain('`change`');
  });
});
