import {
  type Finding,
  type JsonValue,
  type KeptItem,
  type ListingProof,
  mostKeptAtOnce,
  type SourceItem,
} from '@isthmus/connector-sdk';
import type { ItemDigest, RunSink } from '../run-sink.js';

/** Remembers every call in order; wants every body unless told otherwise. */
export class RecordingSink implements RunSink {
  readonly calls: string[] = [];
  readonly offered: { readonly scope: string; readonly item: ItemDigest }[] = [];
  readonly bodies: SourceItem[] = [];
  readonly findings: { readonly scope: string | undefined; readonly finding: Finding }[] = [];
  readonly kept: { readonly scope: string; readonly item: KeptItem }[] = [];
  /** Of what is kept. */
  knows: (key: string) => boolean = () => true;
  keepsAtOnce = false;
  wants: (digest: ItemDigest) => boolean = () => true;
  gate: () => Promise<void> = () => Promise.resolve();

  keep(scope: string, items: readonly KeptItem[]): readonly number[] | Promise<readonly number[]> {
    this.calls.push(`keep ${scope} ${items.length}`);
    this.kept.push(...items.map((item) => ({ scope, item })));
    const unknown = [...items.keys()].filter((position) => !this.knows(items[position]?.key ?? ''));
    return this.keepsAtOnce ? unknown : this.gate().then(() => unknown);
  }

  /** What is missing. */
  absent: readonly string[] = [];

  async missing(scope: string, from: number): Promise<readonly string[]> {
    this.calls.push(`missing ${scope} ${from}`);
    return this.absent.slice(from, from + mostKeptAtOnce);
  }

  async offer(scope: string, items: readonly ItemDigest[]): Promise<readonly string[]> {
    this.calls.push(`offer ${scope} ${items.length}`);
    await this.gate();
    this.offered.push(...items.map((item) => ({ scope, item })));
    return items.filter(this.wants).map(({ key }) => key);
  }

  async deliver(scope: string, items: readonly { readonly body: SourceItem }[]): Promise<void> {
    this.calls.push(`deliver ${scope} ${items.length}`);
    await this.gate();
    this.bodies.push(...items.map(({ body }) => body));
  }

  async finding(scope: string | undefined, finding: Finding): Promise<void> {
    this.calls.push(`finding ${scope} ${finding.code}`);
    await this.gate();
    this.findings.push({ scope, finding });
  }

  async complete(scope: string, place?: string, proof?: ListingProof): Promise<void> {
    const proven = proof === undefined ? '' : ` ${JSON.stringify(proof)}`;
    this.calls.push(`${place === undefined ? `complete ${scope}` : `complete ${scope} on ${place}`}${proven}`);
    await this.gate();
  }

  async gone(scope: string, key: string): Promise<void> {
    this.calls.push(`gone ${scope} ${key}`);
  }

  async saveCursor(value: JsonValue): Promise<void> {
    this.calls.push(`cursor ${JSON.stringify(value)}`);
  }

  async source(identity: string): Promise<boolean> {
    this.calls.push(`source ${identity}`);
    return true;
  }

  async cursorRefused(): Promise<void> {
    this.calls.push('cursor refused');
  }

  progress(text: string): void {
    this.calls.push(`progress ${text}`);
  }
}
