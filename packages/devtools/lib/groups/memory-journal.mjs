// Journal of one history, in memory.
import { setImmediate } from 'node:timers/promises';

export class MemoryJournal {
  /** Newest last, by connector GUID. */
  runsOf = new Map();
  /** Called before a list counts as accepted. */
  onAccepted = () => undefined;
  onForgotten = () => undefined;
  #lists = new Map();
  #tokens = new Map();
  #overrides = new Map();

  async acceptedGroups() {
    return [...this.#lists.values()].map(({ key }) => key);
  }

  async loadAccepted({ qualifiedName }) {
    return this.#lists.get(qualifiedName);
  }

  async saveAccepted(list) {
    this.onAccepted(list);
    // A real one takes a while too, in which others go on with the list of before.
    await setImmediate();
    this.#lists.set(list.key.qualifiedName, list);
  }

  async forgetAccepted({ qualifiedName }) {
    this.onForgotten(qualifiedName);
    this.#lists.delete(qualifiedName);
  }

  async nextToken(slot) {
    const token = (this.#tokens.get(slot) ?? 0) + 1;
    this.#tokens.set(slot, token);
    return token;
  }

  async beginRun(run) {
    const runs = this.runsOf.get(run.connectorGuid) ?? [];
    this.runsOf.set(run.connectorGuid, runs);
    runs.push(run);
  }

  async endRun(run) {
    const runs = this.runsOf.get(run.connectorGuid) ?? [];
    const place = runs.findIndex(({ id }) => id === run.id);
    if (place >= 0) runs[place] = run;
  }

  async runs(connectorGuid, limit) {
    return [...(this.runsOf.get(connectorGuid) ?? [])].reverse().slice(0, limit);
  }

  async run(id) {
    return [...this.runsOf.values()].flat().find((run) => run.id === id);
  }

  async closeOpenRuns() {
    return 0;
  }

  async loadOverrides() {
    return [...this.#overrides.values()];
  }

  async putOverride(override) {
    this.#overrides.set(override.connectorGuid, override);
  }

  async removeOverride(connectorGuid) {
    this.#overrides.delete(connectorGuid);
  }

  async audit() {}
}
