// One daemon over a metadata server in memory and a clock that is turned by hand: the real watchers, guard, planner,
// fleet, dispatcher and host. Connectors tell the reference model what happens to them.
import { fileURLToPath } from 'node:url';
import { InlineConnectorHost } from '@isthmus/connector-host';
import { ManualClock, settle } from '@isthmus/connector-testing';
import { silentLogger } from '@isthmus/kernel';
import {
  ChangeFeed,
  defaultRestartRules,
  GroupWatcher,
  LocalDispatcher,
  RunningDaemon,
  SupervisingConnectorFleet,
} from '@isthmus/runtime';
import { Divergence } from './divergence.mjs';
import { MemoryJournal } from './memory-journal.mjs';
import { MetadataWorld } from './metadata-world.mjs';
import { stage } from './providers/recorder/index.mjs';
import { ReferenceModel } from './reference-model.mjs';
import { silentEngine } from './silent-engine.mjs';

export const pollMs = 10_000;
const startAt = Date.UTC(2026, 0, 1);

/** What all histories of a process share, as a daemon's connectors do: so what one leaves behind, others meet. */
export async function makeStage() {
  const clock = new ManualClock(startAt);
  let ids = 0;
  const host = new InlineConnectorHost(
    {
      providerDirectories: [fileURLToPath(new URL('providers', import.meta.url))],
      newId: () => `instance-${++ids}`,
      // nothing is installed meanwhile, and a look at the disk is not over when all else is at rest
      rescanAfterMs: Number.POSITIVE_INFINITY,
    },
    clock,
    silentLogger,
  );
  const problems = (await host.rescan()).filter(({ problem }) => problem !== undefined);
  if (problems.length > 0) throw new Error(`providers cannot be used: ${JSON.stringify(problems)}`);
  for (const providerName of ['recorder', 'twin'])
    await host.check({
      connectorName: 'warm up',
      qualifiedName: 'warm up',
      permittedSynchronization: 'BOTH_DIRECTIONS',
      connection: { providerName, configurationProperties: { size: 0, behaviour: 'plain' } },
    });
  stage.clock = clock;
  return { clock, host };
}

export class Scene {
  /** What went wrong first. */
  divergence;

  /** @param random - 0 to 1, seeded */
  constructor({ clock, host }, { etag, random }) {
    clock.set(startAt);
    this.clock = clock;
    this.world = new MetadataWorld(clock, { etag });
    const journal = new MemoryJournal();
    this.model = new ReferenceModel(clock, journal.runsOf);
    this.world.onList = (name, answer) => this.#held(() => this.model.listed(name, answer));
    this.world.onPoint = (...call) => this.#held(() => this.model.pointRead(...call));
    this.world.onName = (...call) => this.#held(() => this.model.named(...call));
    journal.onAccepted = (list) => this.#held(() => this.model.accept(list));
    journal.onForgotten = (name) => this.#held(() => this.model.forgotten(name));
    stage.watcher = {
      created: (facts) => this.#held(() => this.model.make(facts)),
      told: (...call) => this.#held(() => this.model.told(...call)),
    };
    this.daemon = daemonOf({ clock, host, world: this.world, journal, random, logger: this.#logger() });
  }

  /** Lets everything happen that does not wait for time. */
  async rest() {
    await settle();
    this.throwDivergence();
  }

  async pass(ms) {
    await this.clock.advance(ms);
    this.throwDivergence();
  }

  throwDivergence() {
    if (this.divergence !== undefined) throw this.divergence;
  }

  /** What is found while the daemon's code or a connector's runs must not be taken for a fault of these. */
  #held(check) {
    try {
      return check();
    } catch (error) {
      this.divergence ??= error;
      return {};
    }
  }

  /** Nothing in a history gives the daemon a reason to log an error. */
  #logger() {
    const logger = {
      ...silentLogger,
      child: () => logger,
      error: (message, fields) => {
        this.divergence ??= new Divergence(`logged as an error: ${message} ${String(fields?.error ?? '')}`);
      },
    };
    return logger;
  }
}

function daemonOf({ clock, host, world, journal, random, logger }) {
  let ids = 0;
  const fleet = new SupervisingConnectorFleet(
    host,
    (executor) =>
      new LocalDispatcher(
        { clock, logger, journal, executor, random, newId: () => `run-${++ids}` },
        { concurrency: 64 },
      ),
    silentEngine,
    journal,
    journal,
    clock,
    logger,
    {
      daemonName: 'daemon',
      excludedPaths: [],
      random,
      startsAtOnce: 8,
      restartRules: defaultRestartRules,
      isStrict: true,
    },
  );
  const watch = (key) =>
    new GroupWatcher({
      key,
      reader: world,
      journal,
      fleet,
      clock,
      logger,
      random,
      groupName: (guid) => world.groupName(guid),
      options: { pollMs },
    });
  return new RunningDaemon({
    name: 'daemon',
    metadataServer: { name: 'store', url: 'http://store' },
    store: world,
    fleet,
    host,
    journal,
    writes: {},
    watch,
    follow: (onChange) => new ChangeFeed({ store: world, onChange, clock, logger, random }),
    clock,
    logger,
    options: { groups: ['*'], groupPollMs: pollMs },
  });
}
