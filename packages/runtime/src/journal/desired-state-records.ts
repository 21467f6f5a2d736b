import { processSlicer } from '@isthmus/kernel';
import type { GroupKey, Registration } from '@isthmus/model';
import type { Database } from '@isthmus/sqlite';
import { decode } from './decode.js';
import { isAcceptedList, isOverride } from './guards.js';
import type { AcceptedList, GroupJournal, Override, OverrideJournal } from './journal.js';

/** Accepted lists and people's overrides: what should run. */
export class DesiredStateRecords implements GroupJournal, OverrideJournal {
  readonly #texts = new WeakMap<Registration, string>();

  constructor(private readonly database: Database) {}

  async acceptedGroups(): Promise<readonly GroupKey[]> {
    return this.database
      .all('SELECT server, name FROM accepted ORDER BY server, name')
      .map((row) => ({ server: String(row.server), qualifiedName: String(row.name) }));
  }

  async loadAccepted({ server, qualifiedName }: GroupKey): Promise<AcceptedList | undefined> {
    const row = this.database.get('SELECT list FROM accepted WHERE server = ? AND name = ?', server, qualifiedName);
    return row && decode(this.database, { table: 'accepted', name: qualifiedName }, row.list, isAcceptedList);
  }

  async saveAccepted(list: AcceptedList): Promise<void> {
    const text = await this.#textOf(list);
    this.database.run(
      'INSERT INTO accepted (server, name, list) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET list = excluded.list',
      list.key.server,
      list.key.qualifiedName,
      text,
    );
    await this.database.flushed();
  }

  async forgetAccepted(key: GroupKey): Promise<void> {
    this.database.run('DELETE FROM accepted WHERE server = ? AND name = ?', key.server, key.qualifiedName);
    await this.database.flushed();
  }

  async loadOverrides(): Promise<readonly Override[]> {
    return this.database
      .all('SELECT connector, detail FROM override ORDER BY connector, kind')
      .map((row) => decode(this.database, { table: 'override', name: String(row.connector) }, row.detail, isOverride));
  }

  async putOverride(override: Override): Promise<void> {
    this.database.run(
      'INSERT INTO override (connector, kind, detail) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET detail = excluded.detail',
      override.connectorGuid,
      override.kind,
      JSON.stringify(override),
    );
    await this.database.flushed();
  }

  async removeOverride(connectorGuid: string, kind: Override['kind']): Promise<void> {
    this.database.run('DELETE FROM override WHERE connector = ? AND kind = ?', connectorGuid, kind);
    await this.database.flushed();
  }

  /** In slices, and of registrations that stay the same object only once: a list may hold ten thousand. */
  async #textOf({ snapshot, ...list }: AcceptedList): Promise<string> {
    const { registrations, ...head } = snapshot;
    const texts: string[] = [];
    for (const registration of registrations) {
      let text = this.#texts.get(registration);
      if (text === undefined) {
        if (processSlicer.isUsedUp) await processSlicer.turn();
        text = JSON.stringify(registration);
        this.#texts.set(registration, text);
      }
      texts.push(text);
    }
    const around = JSON.stringify({ ...list, snapshot: { ...head, registrations: [] } });
    return around.replace('"registrations":[]', () => `"registrations":[${texts.join(',')}]`);
  }
}
