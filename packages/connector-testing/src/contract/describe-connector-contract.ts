import type { DirectedDefinition, Static, SupportedKind, TSchema } from '@isthmus/connector-sdk';
import { type HostFacts, type HostTransport, type RecordingHost, recordingHost } from '../recording-host.js';
import type { ContractBench, ContractCheck } from './bench.js';
import { conductChecks } from './checks/conduct-checks.js';
import { configurationChecks } from './checks/configuration-checks.js';
import { cursorChecks } from './checks/cursor-checks.js';
import { definitionChecks } from './checks/definition-checks.js';
import { endingChecks } from './checks/ending-checks.js';
import { engageChecks } from './checks/engage-checks.js';
import { faultChecks } from './checks/fault-checks.js';
import { listenerChecks } from './checks/listener-checks.js';
import { listingChecks } from './checks/listing-checks.js';
import { meanwhileChecks } from './checks/meanwhile-checks.js';
import { pushChecks } from './checks/push-checks.js';
import { reconfigureChecks } from './checks/reconfigure-checks.js';
import { serverChecks } from './checks/server-checks.js';
import { sharedStateChecks } from './checks/shared-state-checks.js';
import { steadyChecks } from './checks/steady-checks.js';
import { targetChecks } from './checks/target-checks.js';
import type { Ability, ContractSource } from './contract-source.js';
import { HookDeadlines } from './hook-deadlines.js';
import { withoutExit } from './process-exit.js';
import { differences, sharedState } from './shared-state.js';
import { globalWords, type TestWords } from './test-words.js';

const checks: readonly ContractCheck[] = [
  ...listingChecks,
  ...steadyChecks,
  ...serverChecks,
  ...faultChecks,
  ...meanwhileChecks,
  ...cursorChecks,
  ...endingChecks,
  ...pushChecks,
  ...reconfigureChecks,
  ...engageChecks,
  ...listenerChecks,
  ...targetChecks,
  ...conductChecks,
  ...sharedStateChecks,
  ...configurationChecks,
  ...definitionChecks,
];

export interface ContractOptions {
  /**
   * What the source of `setup` cannot do. The tests that need it are skipped by name; an ability that is neither given
   * nor named here fails them.
   */
  readonly without?: readonly Ability[];
  /** Default: those that jest and others make global. */
  readonly words?: TestWords;
  /** A hook that has not ended by then fails its test (milliseconds; `stop` has 10 seconds at most). Default 30 000. */
  readonly deadlineMs?: number;
}

/**
 * What every connector owes its host; each test makes a source of its own. Every test is made twice: with messages handed
 * over as they are, and as text, as to a connector in another process.
 *
 *     describeConnectorContract(shopConnector, () => shopWithThreeShelves(), { without: ['forbid'] });
 */
export function describeConnectorContract<K extends SupportedKind, S extends TSchema>(
  definition: DirectedDefinition<K, S>,
  setup: () => Promise<ContractSource<S>>,
  { without = [], words = globalWords(), deadlineMs = 30_000 }: ContractOptions = {},
): void {
  const kept: KeptFacts = { deadlines: new HookDeadlines(deadlineMs), changedBefore: new Set() };
  for (const transport of ['direct', 'serialised'] as const)
    words.describe(`${definition.provider}, the contract of connectors (messages ${transport})`, () => {
      for (const check of checks) {
        if (check.once === true && transport !== 'direct') continue;
        const missing = check.needs.filter((ability) => without.includes(ability));
        const reason = missing.length > 0 ? `its source has no ${missing.join(', ')}` : check.leftOut?.(definition);
        // what a source cannot do is shown and counted, not passed over
        if (reason !== undefined) words.it.skip(`${check.name} (${reason})`, async () => undefined);
        else words.it(check.name, () => hold(check, definition, setup, transport, kept));
      }
    });
}

/** What outlives a test. */
interface KeptFacts {
  readonly deadlines: HookDeadlines;
  /** A change that is made once and for all is none any more when it is looked for later. */
  readonly changedBefore: Set<string>;
}

async function hold<K extends SupportedKind, S extends TSchema>(
  check: ContractCheck,
  definition: DirectedDefinition<K, S>,
  setup: () => Promise<ContractSource<S>>,
  transport: HostTransport,
  { deadlines, changedBefore }: KeptFacts,
): Promise<void> {
  deadlines.overdue.length = 0;
  const source = await setup();
  const sources = [source];
  const hosts: RecordingHost[] = [];
  const host = (facts?: HostFacts, configuration: Static<S> = source.configuration): RecordingHost => {
    const made = deadlines.guard(recordingHost(definition, configuration, { ...source.facts, ...facts }, transport));
    hosts.push(made);
    return made;
  };
  const started = async (facts?: HostFacts, configuration?: Static<S>): Promise<RecordingHost> => {
    const made = host(facts, configuration);
    await made.start();
    return made;
  };
  const bench: ContractBench = {
    source,
    changedBefore,
    configuration: source.configuration,
    definition,
    host: (facts) => host(facts),
    started: (facts) => started(facts),
    async another() {
      const other = await setup().catch((error: unknown) => {
        throw new Error('the setup cannot make a second source beside the first', { cause: error });
      });
      sources.push(other);
      const { configuration } = other;
      return { remove: async () => other.remove?.(), configuration, host: host(other.facts, configuration) };
    },
    // Made by the source itself, as the configuration of its setup is.
    configured: (configuration) => started({}, configuration as Static<S>),
    call: (hook, call, stop) => deadlines.call(hook, call, stop),
    probe: (asked) => deadlines.probe(asked),
  };
  const shared = sharedState();
  try {
    if (check.hook !== undefined && host().connector[check.hook] === undefined) return;
    for (const ability of check.needs) {
      if (source[ability] === undefined)
        throw new Error(`the setup gives its source no \`${ability}\`: give it one, or name it in \`without\``);
    }
    await withoutExit(() => check.body(bench));
  } finally {
    await Promise.all(hosts.map((made) => made.stop().catch(() => undefined)));
    for (const name of differences(shared, sharedState())) changedBefore.add(name);
    for (const made of sources) await made.close?.();
  }
  const [overdue] = deadlines.overdue.splice(0);
  if (overdue !== undefined) throw overdue;
}

/** Names of the tests, with what each needs of its source. */
export function contractTests(): readonly { readonly name: string; readonly needs: readonly Ability[] }[] {
  return checks.map(({ name, needs }) => ({ name, needs }));
}
