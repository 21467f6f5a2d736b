const mostScopes = 1_000;

/**
 * Gathers what connectors report as changed while the last report is still on its way. However many events come, at
 * most one report is under way and one waits; more than 1,000 scopes become "everything".
 */
export class ChangeCollector {
  #scopes: Set<string> | 'all' | undefined;
  #isSending = false;

  /** @param send must not reject */
  constructor(private readonly send: (scopes: readonly string[] | undefined) => Promise<void>) {}

  add(scopes: readonly string[] | undefined): void {
    if (scopes === undefined) this.#scopes = 'all';
    else if (this.#scopes !== 'all') {
      this.#scopes ??= new Set();
      for (const scope of scopes) this.#scopes.add(scope);
      if (this.#scopes.size > mostScopes) this.#scopes = 'all';
    }
    if (!this.#isSending) void this.#sendAll();
  }

  clear(): void {
    this.#scopes = undefined;
  }

  async #sendAll(): Promise<void> {
    this.#isSending = true;
    while (this.#scopes !== undefined) {
      const scopes = this.#scopes;
      this.#scopes = undefined;
      await this.send(scopes === 'all' ? undefined : [...scopes]);
    }
    this.#isSending = false;
  }
}
