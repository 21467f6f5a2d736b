import type { PlainContext } from '../base-context.js';
import type { CatalogTarget, TargetChanges } from '../catalog-target.js';
import type { Timers } from '../helpers/timers.js';
import { FingerprintWatch } from './fingerprint-watch.js';

/** A server as one configuration leads to it. */
export interface FollowedServer {
  /** Of each part, by the scope that lists it: another text whenever anything of it was changed. */
  fingerprints(signal: AbortSignal): Promise<ReadonlyMap<string, string>>;
}

export interface Followed<S> {
  readonly server: S;
  /** Absent: it is not looked for changes. */
  readonly watch: FingerprintWatch | undefined;
}

export interface FollowedParts<C extends { readonly pollSeconds: number }, S extends FollowedServer> {
  readonly context: Pick<PlainContext, 'changed' | 'log'>;
  /** Of the connector itself. */
  readonly configuration: C;
  /** The scope that lists the parts themselves. */
  readonly scopeOfParts: string;
  serverOf(configuration: C): S;
  /** Default: the target's own. */
  configurationOfTarget?(target: CatalogTarget<C>): C;
  readonly timers?: Timers;
}

/**
 * The server that a connector's own connection leads to, or those that are its catalog targets: each is looked for changes
 * as its configuration says. With targets, the connector's own connection only says what they have in common: it is not
 * followed.
 */
export class FollowedServers<C extends { readonly pollSeconds: number }, S extends FollowedServer> {
  #own: Followed<S> | undefined;
  readonly #targets = new Map<string, Followed<S>>();

  constructor(private readonly parts: FollowedParts<C, S>) {}

  start(): void {
    this.#own ??= this.#follow(this.parts.configuration);
  }

  async stop(): Promise<void> {
    const followed = [this.#own, ...this.#targets.values()];
    this.#own = undefined;
    this.#targets.clear();
    await Promise.all(followed.map((each) => each?.watch?.stop()));
  }

  async targetsChanged({ added, changed, removed }: TargetChanges<C>): Promise<void> {
    for (const name of [...removed, ...changed.map((target) => target.name)]) {
      await this.#targets.get(name)?.watch?.stop();
      this.#targets.delete(name);
    }
    for (const target of [...added, ...changed]) this.#targets.set(target.name, this.#followTarget(target));
    if (this.#targets.size > 0) {
      await this.#own?.watch?.stop();
      this.#own = undefined;
    } else this.start();
  }

  /** @param target - of a run; undefined = the connector's own connection */
  of(target: CatalogTarget<C> | undefined): Followed<S> {
    if (target === undefined) {
      this.#own ??= this.#follow(this.parts.configuration);
      return this.#own;
    }
    const known = this.#targets.get(target.name);
    if (known !== undefined) return known;
    const followed = this.#followTarget(target);
    this.#targets.set(target.name, followed);
    return followed;
  }

  #followTarget(target: CatalogTarget<C>): Followed<S> {
    const configuration = this.parts.configurationOfTarget?.(target) ?? target.configuration;
    return this.#follow(configuration, target.name);
  }

  #follow(configuration: C, target?: string): Followed<S> {
    const { context, serverOf, scopeOfParts, timers } = this.parts;
    const server = serverOf(configuration);
    const { pollSeconds } = configuration;
    if (pollSeconds === 0) return { server, watch: undefined };
    const watch = new FingerprintWatch({
      pollSeconds,
      look: (signal) => server.fingerprints(signal),
      scopeOfParts,
      changed: (scopes) => context.changed(scopes, target),
      log: context.log,
      ...(timers === undefined ? {} : { timers }),
    });
    return { server, watch };
  }
}
