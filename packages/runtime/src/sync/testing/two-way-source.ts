import type { JudgedAnswer } from '@isthmus/connector-host';
import type { ItemElement, PushedElement, SourceItem } from '@isthmus/connector-sdk';
import type { PropertyValue } from '@isthmus/model';
import type { SyncRun } from '../sync-engine.js';
import { digestOf } from './fake-source.js';

interface SourceRecord {
  version: number;
  changedAt: number;
  readonly fields: Map<string, string>;
}

export const twoWayFields = ['displayName', 'description', 'text'] as const;
const scope = 'records';

/** As what records are catalogued, and by which of their fields. */
export interface RecordKind {
  readonly typeName: string;
  readonly fields: readonly string[];
  /** Middle part of qualified names. */
  readonly source: string;
}

const fakeRecords: RecordKind = { typeName: 'Record', fields: twoWayFields, source: 'test' };

/** A system with records of a few text fields that takes over changes under the version that was read. */
export class TwoWaySource {
  readonly records = new Map<string, SourceRecord>();
  /** Writes that reached it by `push`. */
  writes = 0;
  now: () => number = () => 0;
  /** Called before and after each record is written; may throw. */
  step: () => void = () => undefined;
  /** Called before a record is read for a write: somebody may be faster. */
  beforeWrite: (key: string) => void = () => undefined;

  constructor(private readonly kind: RecordKind = fakeRecords) {}

  nameOf(key: string): string {
    return `${this.kind.typeName}::${this.kind.source}:${key}`;
  }

  set(key: string, field: string, value: string): void {
    const record = this.records.get(key) ?? { version: 0, changedAt: 0, fields: new Map() };
    this.records.set(key, record);
    record.fields.set(field, value);
    record.version += 1;
    record.changedAt = this.now();
  }

  async list(run: SyncRun, stop: () => void): Promise<void> {
    for (const key of this.records.keys()) {
      stop();
      const body = this.#item(key);
      const digest = digestOf(body);
      const wanted = await run.offer(scope, [digest]);
      if (wanted.length > 0) await run.deliver(scope, [{ digest, body }]);
    }
    stop();
    await run.complete(scope);
  }

  async push(elements: readonly PushedElement[]): Promise<readonly JudgedAnswer[]> {
    return elements.map((element) => this.#take(element));
  }

  #take({ qualifiedName, state, changes, item }: PushedElement): JudgedAnswer {
    const key = qualifiedName.slice(this.nameOf('').length);
    this.step();
    this.beforeWrite(key);
    const record = this.records.get(key);
    if (state === 'deleted') {
      this.records.delete(key);
      return { qualifiedName, outcome: 'gone' };
    }
    const isKnown = record !== undefined;
    if (isKnown && String(record.version) !== item?.sourceVersion) return this.#shown(key, 'conflict');
    for (const [field, value] of Object.entries(changes)) this.#write(key, field, value);
    if (Object.keys(changes).length > 0) this.writes += 1;
    this.step();
    return this.#shown(key, 'written');
  }

  #write(key: string, field: string, value: PropertyValue): void {
    if (this.kind.fields.includes(field)) this.set(key, field, String(value));
  }

  #shown(key: string, outcome: 'written' | 'conflict'): JudgedAnswer {
    const item = this.#item(key);
    return { qualifiedName: this.nameOf(key), outcome, scope, item, digest: digestOf(item) };
  }

  #item(key: string): SourceItem {
    const record = this.records.get(key);
    const element: ItemElement = {
      typeName: this.kind.typeName,
      qualifiedName: this.nameOf(key),
      properties: Object.fromEntries([...(record?.fields ?? [])].sort()),
    };
    return {
      key,
      sourceVersion: String(record?.version ?? 0),
      ...(record === undefined ? {} : { changedAt: record.changedAt }),
      elements: [element],
    };
  }
}
