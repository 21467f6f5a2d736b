import assert from 'node:assert/strict';
import type { Direction, HookName, ProbeStep, TSchema } from '@isthmus/connector-sdk';
import type { Connection } from '@isthmus/model';
import type { RecordedRun } from '../recorded-source.js';
import type { HostFacts, RecordingHost } from '../recording-host.js';
import type { Ability, ContractSource } from './contract-source.js';

/** What one test of the contract works with: a source made for it and hosts of the connector. */
export interface ContractBench {
  readonly source: Pick<ContractSource<TSchema>, Ability>;
  /** Of what all code of the process shares, what was otherwise after an earlier test than before it. */
  readonly changedBefore: ReadonlySet<string>;
  readonly configuration: unknown;
  readonly definition: {
    readonly provider: string;
    /** Of the configuration. */
    readonly version: number;
    readonly migrate?: ((configuration: unknown, fromVersion: number) => unknown) | undefined;
    readonly fromConnection?: ((connection: Connection) => unknown) | undefined;
    readonly boundary?: ((configuration: never) => unknown) | undefined;
    readonly direction?: Direction;
    /** JSON Schema. */
    readonly configuration: unknown;
    /** Types whose changes it takes. */
    readonly pushes?: readonly string[];
    /** Types whose changes it is told of. */
    readonly listensTo?: readonly string[];
    /** Whether it works on catalog targets. */
    readonly targets?: boolean;
  };
  /** A fresh instance, not started; stopped when the test ends. */
  host(facts?: HostFacts): RecordingHost;
  /** The same, started. */
  started(facts?: HostFacts): Promise<RecordingHost>;
  /** A second source, made as the first was, from which one item can be removed, and an instance for it. */
  another(): Promise<{ remove(): Promise<void>; readonly configuration: unknown; readonly host: RecordingHost }>;
  /** The same with another configuration. */
  configured(configuration: unknown): Promise<RecordingHost>;
  /**
   * Any hook of an instance but `refresh` and `stop`, which is given its time and no more.
   *
   * @param stop - aborts it
   */
  call<T>(hook: HookName, call: (signal: AbortSignal) => Promise<T>, stop?: AbortSignal): Promise<T>;
  /** The steps of its probe; undefined when it has none. */
  probe(host: RecordingHost): Promise<readonly ProbeStep[] | undefined>;
}

export interface ContractCheck {
  /** A sentence that follows the provider's name. */
  readonly name: string;
  /** What the source must be able to do; without it the check is skipped. */
  readonly needs: readonly Ability[];
  /** It is about this hook: for a connector without it there is nothing to look at. */
  readonly hook?: HookName;
  /** What it looks at is the same however messages cross, so it is made once. */
  readonly once?: true;
  /** Further reason to leave it out, from the definition alone; undefined = it is run. */
  readonly leftOut?: (definition: ContractBench['definition']) => string | undefined;
  body(bench: ContractBench): Promise<void>;
}

/** @throws what refresh threw */
export function succeeded(run: RecordedRun): RecordedRun {
  if (run.failure !== undefined) throw run.failure;
  return run;
}

/** Operations that take something from the metadata server. */
const takingAway = /^(delete|remove|archive|withdraw|unlink|detach|clear|declassify)/;

/** What the connector asked to be taken away by operations of its context, also where that was refused. */
export function takenAway(host: RecordingHost): readonly string[] {
  return host.operations.map(({ operation }) => operation).filter((operation) => takingAway.test(operation));
}

/** An ability that the check has said it needs. */
export async function use(bench: ContractBench, ability: Ability, argument?: number): Promise<unknown> {
  const able = bench.source[ability];
  if (able === undefined) throw new Error(`the source has no \`${ability}\``);
  return argument === undefined ? Reflect.apply(able, bench.source, []) : Reflect.apply(able, bench.source, [argument]);
}

/** An instance after its first refresh. */
export async function refreshed(bench: ContractBench): Promise<RecordingHost> {
  const host = await bench.started();
  succeeded(await host.refresh());
  return host;
}

/** Whoever is aborted has to end within this time. */
export const abortDeadlineMs = 2_000;

/** Long enough for what goes on by itself to show. */
export const silenceMs = 200;

/** What a connector asked of its host beside its runs, so far. */
export function callsOf({ changes, operations, published }: RecordingHost): number {
  return changes.length + operations.length + published.length;
}

/** Lets what was begun come to its end. */
export async function rest(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

export function names(host: RecordingHost): readonly string[] {
  return [...host.elements().keys()].sort();
}

/** Everything that the catalogue would hold, as text. */
export function contents(host: RecordingHost): string {
  return JSON.stringify([...host.elements()].sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** The same contents, or a failure that names what differs, a few things of it. */
export function assertSame(actual: string, expected: string, otherwise: string): void {
  if (actual === expected) return;
  const [found, wanted] = [byName(actual), byName(expected)];
  const lines: string[] = [];
  for (const [name, element] of found) {
    const other = wanted.get(name);
    if (other === undefined) lines.push(`  ${name} is too many`);
    else if (JSON.stringify(element) !== JSON.stringify(other)) lines.push(...membersThatDiffer(name, element, other));
  }
  for (const name of wanted.keys()) if (!found.has(name)) lines.push(`  ${name} is missing`);
  const rest = lines.length > mostTold ? [`  and ${lines.length - mostTold} more`] : [];
  assert.fail([`${otherwise}:`, ...lines.slice(0, mostTold), ...rest].join('\n'));
}

/** Fails when anything was told anew; names a few of these items. */
export function assertUnchanged({ changed }: RecordedRun, otherwise: string): void {
  if (changed.length > 0) assert.fail(`${otherwise}: ${listed(changed)}`);
}

/** Fails when anything was removed; names some of it. */
export function assertNothingRemoved({ removed }: RecordedRun, otherwise: string): void {
  if (removed.length > 0) assert.fail(`${otherwise}: ${listed(removed)}`);
}

/** A few of them, for a message. */
export function listed(names: readonly string[]): string {
  const rest = names.length > mostTold ? ` and ${names.length - mostTold} more` : '';
  return `${names.slice(0, mostTold).join(', ')}${rest}`;
}

const mostTold = 5;
const longestTold = 200;

function byName(contents: string): ReadonlyMap<string, object> {
  const parsed: readonly (readonly [string, object])[] = JSON.parse(contents);
  return new Map(parsed);
}

function membersThatDiffer(name: string, now: object, before: object, path = ''): readonly string[] {
  const members = new Set([...Object.keys(now), ...Object.keys(before)]);
  return [...members].flatMap((member): readonly string[] => {
    const [one, other]: readonly unknown[] = [Reflect.get(now, member), Reflect.get(before, member)];
    if (JSON.stringify(one) === JSON.stringify(other)) return [];
    const whole = path === '' ? member : `${path}.${member}`;
    if (isObject(one) && isObject(other)) return membersThatDiffer(name, one, other, whole);
    return [`  ${whole} of ${name} is ${told(one)}, not ${told(other)}`];
  });
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function told(value: unknown): string {
  return (JSON.stringify(value) ?? 'absent').slice(0, longestTold);
}
