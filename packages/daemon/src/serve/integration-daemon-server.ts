import 'reflect-metadata';
import { type Clock, KernelTokens, type Logger } from '@isthmus/kernel';
import type { NamedServer, ServerDocument, ServerStatus } from '@isthmus/platform';
import { type IntegrationDaemon, JoinedDaemon } from '@isthmus/runtime';
import { Container } from 'inversify';
import { configuredHome, type DaemonConfiguration, type DaemonHome, homesOf } from './daemon-home.js';
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
    });
  }

  async start(): Promise<void> {
    this.#state = 'starting';
    try {
      await Promise.all(this.#homes(this.configuration.document).map((home) => this.#add(home)));
      this.#state = 'running';
    } catch (error) {
      this.#state = 'failed';
      throw error;
    }
  }

  /** Groups that are new load, connectors of those that are gone stop; nothing else is touched. */
  async reconfigure(document: ServerDocument): Promise<void> {
    const homes = this.#homes(document);
    const kept = new Set(homes.map(({ key }) => key));
    for (const member of [...this.#members.values()]) if (!kept.has(member.key)) await this.#remove(member);
    for (const home of homes) {
      const known = this.#members.get(home.key);
      if (known === undefined) await this.#add(home);
      else await known.daemon.select(home.groups);
    }
  }

  status(): ServerStatus {
    return { name: this.name, kind: this.kind, state: this.#state, ready: this.#state === 'running' };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#state = 'stopping';
    const results = await Promise.allSettled([...this.#members.values()].map((member) => this.#remove(member)));
    this.#state = 'stopped';
    const failures = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
    if (failures.length > 0) throw new AggregateError(failures, `${this.name} did not stop cleanly`);
  }

  #homes(document: ServerDocument | undefined): readonly DaemonHome[] {
    if (document === undefined) return [configuredHome(this.configuration)];
    return homesOf(document, (url) => this.#facts.isOwnUrl(url));
  }

  async #add(home: DaemonHome): Promise<void> {
    const member = new DaemonMember({
      name: this.name,
      home,
      configuration: this.configuration,
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

export function isIntegrationDaemon(server: NamedServer): server is IntegrationDaemonServer {
  return server instanceof IntegrationDaemonServer;
}
