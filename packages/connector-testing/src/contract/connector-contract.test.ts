import { afterAll, describe, expect, it } from '@jest/globals';
import { afterStop, leftIntervals, leftListeners } from '../planted/after-stop.js';
import { conductFaults, leftByConduct } from '../planted/conduct-faults.js';
import { contractFailures } from '../planted/contract-failures.js';
import { CursorLibraryConnector, cursorFaults } from '../planted/cursor-library.js';
import { definitionFaults } from '../planted/definition-faults.js';
import { furtherFaults } from '../planted/further-faults.js';
import { hookFaults, leftByHooks } from '../planted/hook-faults.js';
import { hookedProvider } from '../planted/hooked-library.js';
import { changedOnce, endLeftovers, leftovers } from '../planted/leftovers.js';
import { libraryProvider } from '../planted/library-connector.js';
import { librarySource } from '../planted/library-source.js';
import { ownRemovals } from '../planted/own-removals.js';
import { leftTimers, plantedFaults } from '../planted/planted-faults.js';
import { pushFaults, pushingProvider } from '../planted/pushing-library.js';
import { rightShapes } from '../planted/right-shapes.js';
import { sharedStateFaults } from '../planted/shared-state.js';
import { shiftingLibrarySource, shiftingPages, steadyFaults } from '../planted/steady-faults.js';
import { toldFaults } from '../planted/told-faults.js';
import { untakenItems } from '../planted/untaken-items.js';
import { withoutEnd } from '../planted/without-end.js';
import { trivialProvider } from '../trivial-provider.js';
import { contractTests, describeConnectorContract } from './describe-connector-contract.js';

afterAll(async () => {
  await endLeftovers();
  for (const timer of [...leftTimers, ...leftIntervals, ...leftByHooks, ...leftByConduct]) clearInterval(timer);
  for (const listener of leftListeners) process.off('SIGUSR2', listener);
});

/** All tests one after the other, also on a machine that is busy. */
const rightDeadlineMs = 180_000;

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
      ...steadyFaults,
      ...untakenItems,
      ...conductFaults,
      ...toldFaults,
      ...leftovers,
      ...definitionFaults,
    ].map(({ mistake, foundBy, definition }) => ({
      mistake,
      foundBy,
      definition,
    })),
  )(
    'finds a connector that $mistake',
    async ({ foundBy, definition }) => {
      expect(contractTests().map(({ name }) => name)).toContain(foundBy);
      const failed = await contractFailures(definition, librarySource, (name) => name === foundBy, [], 5_000, 1);
      expect(failed.map(({ name }) => name)).toContain(foundBy);
    },
    rightDeadlineMs,
  );

  it.each(withoutEnd)('fails by name at a connector that $mistake', async ({ foundBy, definition }) => {
    expect(contractTests().map(({ name }) => name)).toContain(foundBy);
    const failed = await contractFailures(definition, librarySource, (name) => name === foundBy, [], 300);
    expect(failed.map(({ name }) => name)).toContain(foundBy);
    expect(failed.map(({ message }) => message).join(' ')).toContain('did not end within');
  });

  it(
    'finds nothing in a right connector that goes on from its cursor',
    async () => {
      const definition = libraryProvider(CursorLibraryConnector);
      expect(await contractFailures(definition, librarySource, (name) => !name.startsWith('keeps no memory'))).toEqual(
        [],
      );
    },
    rightDeadlineMs,
  );

  it(
    'finds nothing in a right connector that writes to its source',
    async () => {
      const isWanted = (name: string) => !name.startsWith('keeps no memory');
      expect(await contractFailures(pushingProvider(), librarySource, isWanted)).toEqual([]);
    },
    rightDeadlineMs,
  );

  it(
    'finds nothing in a right connector with every hook beside its runs',
    async () => {
      const isWanted = (name: string) => !name.startsWith('keeps no memory');
      expect(await contractFailures(hookedProvider(), librarySource, isWanted)).toEqual([]);
    },
    rightDeadlineMs,
  );

  it('finds a connector that reads pages by number although the source changes meanwhile', async () => {
    const { foundBy, definition } = shiftingPages;
    const failed = await contractFailures(definition, shiftingLibrarySource, (name) => name === foundBy, [], 5_000, 1);
    expect(failed.map(({ message }) => message).join()).toContain('page by key');
  });

  it.each(rightShapes)(
    'finds nothing in a right connector that $shape',
    async ({ failures }) => expect(await failures()).toEqual([]),
    rightDeadlineMs,
  );

  it('finds a connector that changed something for everybody once, in an earlier test', async () => {
    const foundBy = 'changes nothing that all code of the process shares';
    const isWanted = (name: string) => name === foundBy || name === 'changes nothing in a second refresh';
    const failed = await contractFailures(changedOnce, librarySource, isWanted);
    expect(failed.map(({ name }) => name)).toEqual([foundBy]);
    expect(failed.map(({ message }) => message).join()).toContain('globalThis.shelvesOfTheLibrary');
  });

  it('names what is left open', async () => {
    const isWanted = (name: string) => name.startsWith('leaves nothing open when it is stopped');
    const messages: (string | undefined)[] = [];
    for (const { definition } of leftovers.slice(1, 4)) {
      const [failure] = await contractFailures(definition, librarySource, isWanted);
      messages.push(failure?.message);
    }
    expect(messages.join('\n')).toMatch(/a child process.*a worker thread.*a message port/s);
  });

  it('says what differs of what a connector says, not all of it', async () => {
    const isWanted = (name: string) => name === 'changes nothing in a second refresh';
    const numbering = plantedFaults.find(({ mistake }) => mistake === 'numbers what it names');
    const [failure] =
      numbering === undefined ? [] : await contractFailures(numbering.definition, librarySource, isWanted);
    expect(failure?.message).toMatch(/although nothing has changed: .*shelf:maps Zuletzt/);
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
