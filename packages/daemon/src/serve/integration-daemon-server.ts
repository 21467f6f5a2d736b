import 'reflect-metadata';
import { type Clock, IsthmusError, KernelTokens, type Logger, toErrorReport } from '@isthmus/kernel';
import type { NamedServer, ServerDocument, ServerStatus } from '@isthmus/platform';
import { type GroupStatus, type IntegrationDaemon, JoinedDaemon } from '@isthmus/runtime';
import { Container } from 'inversify';
import {
  configuredHome,
  type DaemonConfiguration,
  type DaemonHome,
  groupsOf,
  type UnfitGroup,
  withConfiguredKey,
} from './daemon-home.js';
import { DaemonMember } from './daemon-member.js';
import { type ProcessFacts, ProcessTokens } from './process-facts.js';

/** A server of kind `integration-daemon`: one daemon, with a member for each metadata access server of its groups. */
export class IntegrationDaemonServer implements NamedServer {
  readonly kind = 'integration-daemon';
  readonly services = ['Open Metadata Repository Services (OMRS)', 'Integration Daemon Services'];
  /** Every use case of people and scripts. */
  readonly daemon: IntegrationDaemon;
  readonly #facts: ProcessFacts;
  readonly #container: Container;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #members = new Map<string, DaemonMember>();
  #document: ServerDocument | undefined;
  #unfit: readonly GroupStatus[] = [];
  #state: ServerStatus['state'] = 'stopped';

  constructor(
    readonly name: string,
    private readonly configuration: DaemonConfiguration,
    container: Container,
  ) {
    this.#container = container;
    this.#facts = container.get(ProcessTokens.Facts);
    this.#clock = container.get<Clock>(KernelTokens.Clock);
    this.#logger = container.get<Logger>(KernelTokens.Logger).child({ server: name });
    this.daemon = new JoinedDaemon({
      name,
      startedAt: this.#clock.now(),
      members: () => [...this.#members.values()].map((member) => member.daemon),
      unfit: () => this.#unfit,
    });
  }

  async start(): Promise<void> {
    this.#state = 'starting';
    try {
      await allOf(this.#homes(this.configuration.document).map((home) => this.#add(home)));
      this.#state = 'running';
    } catch (error) {
      this.#state = 'failed';
      throw error;
    }
  }

  /**
   * Groups that are new load, connectors of those that are gone stop; nothing else is touched. When a metadata access
   * server cannot be added nothing of another one is stopped: it may be the same under another URL.
   */
  async reconfigure(document: ServerDocument | undefined): Promise<void> {
    const homes = this.#homes(document);
    const kept = new Set(homes.map(({ key }) => key));
    const gone = [...this.#members.values()].filter(({ key }) => !kept.has(key));
    await allOf(
      homes.map((home) => {
        const member = this.#members.get(home.key);
        member?.follow(home, document);
        return member?.daemon.select(home.groups) ?? this.#add(home);
      }),
    );
    await allOf(gone.map((member) => this.#remove(member)));
  }

  status(): ServerStatus {
    return { name: this.name, kind: this.kind, state: this.#state, ready: this.#state === 'running' };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#state = 'stopping';
    try {
      await allOf([...this.#members.values()].map((member) => this.#remove(member)));
    } finally {
      this.#state = 'stopped';
    }
  }

  #homes(document: ServerDocument | undefined): readonly DaemonHome[] {
    this.#document = document;
    const { homes, unfit } = groupsOf(document ?? {}, (url) => this.#facts.isOwnUrl(url));
    this.#unfit = unfit.map((group) => this.#shown(group));
    if (this.configuration.isDocumentAlone === true) return homes;
    const configured = configuredHome(this.configuration);
    return homes.length + unfit.length === 0 ? [configured] : withConfiguredKey(homes, configured);
  }

  /** A group that cannot be run is shown like one that is rejected. */
  #shown({ serverName, name, reason }: UnfitGroup): GroupStatus {
    const known = this.#unfit.find(
      ({ key, conditions: [condition] }) => key.qualifiedName === name && condition?.reason?.message === reason,
    );
    if (known !== undefined) return known;
    this.#logger.warn('a group of the document cannot be run; the others are', { group: name, reason });
    const report = toErrorReport(new IsthmusError('GROUP_UNFIT', reason));
    return {
      key: { server: serverName, qualifiedName: name },
      state: 'rejected',
      conditions: [{ type: 'Reachable', status: false, since: this.#clock.now(), reason: report }],
      connectorCount: 0,
    };
  }

  async #add(home: DaemonHome): Promise<void> {
    const member = new DaemonMember({
      name: this.name,
      home,
      configuration: { ...this.configuration, ...(this.#document && { document: this.#document }) },
      container: new Container({ parent: this.#container }),
      facts: this.#facts,
      clock: this.#clock,
      logger: this.#logger,
    });
    try {
      await member.start();
      this.#members.set(home.key, member);
    } catch (error) {
      await member[Symbol.asyncDispose]();
      throw error;
    }
  }

  async #remove(member: DaemonMember): Promise<void> {
    this.#members.delete(member.key);
    await member[Symbol.asyncDispose]();
  }
}

/** Waits for all, then throws what the first that failed threw: nothing is still under way when it does. */
async function allOf(works: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(works)).find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

export function isIntegrationDaemon(server: NamedServer): server is IntegrationDaemonServer {
  return server instanceof IntegrationDaemonServer;
}
