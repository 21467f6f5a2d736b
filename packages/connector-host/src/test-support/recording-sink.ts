import type { Finding, SourceItem } from '@isthmus/connector-sdk';
import type { ItemDigest, RunSink } from '../run-sink.js';

/** Remembers every call in order; wants every body unless told otherwise. */
export class RecordingSink implements RunSink {
  readonly calls: string[] = [];
  readonly offered: { readonly scope: string; readonly item: ItemDigest }[] = [];
  readonly bodies: SourceItem[] = [];
  readonly findings: { readonly scope: string | undefined; readonly finding: Finding }[] = [];
  wants: (digest: ItemDigest) => boolean = () => true;
  gate: () => Promise<void> = () => Promise.resolve();

  async keep(scope: string, key: string): Promise<boolean> {
    this.calls.push(`keep ${scope} ${key}`);
    await this.gate();
    return true;
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

  async complete(scope: string, place?: string): Promise<void> {
    this.calls.push(place === undefined ? `complete ${scope}` : `complete ${scope} on ${place}`);
    await this.gate();
  }

  progress(text: string): void {
    this.calls.push(`progress ${text}`);
  }
}
