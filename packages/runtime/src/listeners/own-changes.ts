/** Ranges of changes that are remembered for each connector: what a run writes in some minutes. */
const mostRanges = 200;

/** Which changes of the metadata server were made by runs of which connector, so that it recognises its own echo. */
export class OwnChanges {
  readonly #ranges = new Map<string, { readonly after: number; readonly upTo: number }[]>();

  /** The changes numbered (after, upTo] are the connector's. */
  note(connectorGuid: string, after: number, upTo: number): void {
    if (upTo <= after) return;
    const ranges = this.#ranges.get(connectorGuid) ?? [];
    const last = ranges.at(-1);
    if (last !== undefined && last.upTo === after) ranges[ranges.length - 1] = { after: last.after, upTo };
    else ranges.push({ after, upTo });
    if (ranges.length > mostRanges) ranges.shift();
    this.#ranges.set(connectorGuid, ranges);
  }

  has(connectorGuid: string, sequence: number): boolean {
    return this.#ranges.get(connectorGuid)?.some(({ after, upTo }) => sequence > after && sequence <= upTo) === true;
  }

  forget(connectorGuid: string): void {
    this.#ranges.delete(connectorGuid);
  }
}
