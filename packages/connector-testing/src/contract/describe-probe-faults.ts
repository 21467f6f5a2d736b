import { createServer } from 'node:http';
import type { DirectedDefinition, ProbeStep, Static, SupportedKind, TSchema } from '@isthmus/connector-sdk';
import { recordingHost } from '../recording-host.js';
import { listening } from '../sources/faulty-tcp.js';
import { globalWords, type TestWords } from './test-words.js';

/** What people get wrong most, and the step of a probe in which each has to show. */
const stepOfFault = {
  name: 'resolve',
  port: 'reach',
  password: 'authenticate',
  rights: 'authorise',
  tls: 'reach',
  otherKind: 'reach',
} as const satisfies Readonly<Record<string, ProbeStep['name']>>;

export type ProbeFault = keyof typeof stepOfFault;

/** One mistake, made in a configuration that is right otherwise. */
export interface PlantedProbeFault<S extends TSchema> {
  /** Given the port of a web server, which no connector but those of web servers can speak to. */
  readonly configuration: (webPort: number) => Partial<Static<S>>;
  /** What the advice has to name: the field to correct, or the statement that grants the right. */
  readonly advice: RegExp;
}

export interface ProbeFaultsSource<S extends TSchema> {
  /** Complete, as after validation with defaults; with it every step goes well. */
  readonly configuration: Static<S>;
  readonly faults: Readonly<Record<ProbeFault, PlantedProbeFault<S>>>;
  /** Texts that no step may tell. */
  readonly secrets: readonly string[];
  readonly close?: () => Promise<void>;
}

export interface ProbeFaultsOptions {
  /** Faults that cannot be made there, each with the reason: a source without users knows no password. They are skipped by name. */
  readonly without?: Partial<Readonly<Record<ProbeFault, string>>>;
  /** Default: those that jest and others make global. */
  readonly words?: TestWords;
}

const steps = ['resolve', 'reach', 'authenticate', 'authorise', 'sample'];

/**
 * A probe shows each of the six faults that people make (name, port, password, rights, TLS, another kind of server) in its
 * step, as the last one, with what to do about it, and without secrets.
 */
export function describeProbeFaults<K extends SupportedKind, S extends TSchema>(
  definition: DirectedDefinition<K, S>,
  setup: () => Promise<ProbeFaultsSource<S>>,
  { without = {}, words = globalWords() }: ProbeFaultsOptions = {},
): void {
  words.describe(`${definition.provider}, faults that a probe shows`, () => {
    words.it('goes all its steps in order when all is well', () =>
      withSource(setup, async (source) => {
        const told = await probed(definition, source, {});
        const order = told.map(({ name }) => steps.indexOf(name));
        const isOrdered = order.every((place, index) => index === 0 || place > (order[index - 1] ?? -1));
        hold(isOrdered && told.every(({ ok }) => ok) && told.at(-1)?.name === 'sample', 'not all went well', told);
      }),
    );
    for (const fault of Object.keys(stepOfFault).filter(isFault)) {
      const name = `shows a wrong ${spoken[fault]} in the step ${stepOfFault[fault]}`;
      const reason = without[fault];
      if (reason !== undefined) words.it.skip(`${name} (${reason})`, async () => undefined);
      else words.it(name, () => withSource(setup, (source) => holdFault(definition, source, fault)));
    }
  });
}

const spoken: Readonly<Record<ProbeFault, string>> = {
  name: 'name',
  port: 'port',
  password: 'password',
  rights: 'set of rights',
  tls: 'certificate',
  otherKind: 'kind of server',
};

async function holdFault<K extends SupportedKind, S extends TSchema>(
  definition: DirectedDefinition<K, S>,
  source: ProbeFaultsSource<S>,
  fault: ProbeFault,
): Promise<void> {
  const { configuration, advice } = source.faults[fault];
  const web = createServer((_request, response) => response.end('hello'));
  const port = await listening(web);
  try {
    const told = await probed(definition, source, configuration(port));
    const last = told.at(-1);
    hold(last?.ok === false && last.name === stepOfFault[fault], `it does not fail in ${stepOfFault[fault]}`, told);
    hold(
      told.slice(0, -1).every(({ ok }) => ok),
      'it goes on after a step that failed',
      told,
    );
    hold(advice.test(last?.message ?? ''), `the advice is not ${advice}`, told);
  } finally {
    web.closeAllConnections();
    web.close();
  }
}

async function probed<K extends SupportedKind, S extends TSchema>(
  definition: DirectedDefinition<K, S>,
  source: ProbeFaultsSource<S>,
  changes: Partial<Static<S>>,
): Promise<readonly ProbeStep[]> {
  const host = recordingHost(definition, { ...source.configuration, ...changes });
  try {
    const told = (await host.connector.probe?.(AbortSignal.timeout(30_000))) ?? [];
    const text = JSON.stringify([told, host.logs]);
    hold(!source.secrets.some((secret) => text.includes(secret)), 'a secret is told', told);
    return told;
  } finally {
    await host.stop().catch(() => undefined);
  }
}

async function withSource<S extends TSchema>(
  setup: () => Promise<ProbeFaultsSource<S>>,
  work: (source: ProbeFaultsSource<S>) => Promise<void>,
): Promise<void> {
  const source = await setup();
  try {
    await work(source);
  } finally {
    await source.close?.();
  }
}

function hold(isHeld: boolean, fault: string, told: readonly ProbeStep[]): void {
  if (isHeld) return;
  const lines = told.map(({ name, ok, message }) => `  ${ok ? 'ok   ' : 'FAILS'} ${name}: ${message}`);
  throw new Error([fault, ...lines].join('\n'));
}

function isFault(name: string): name is ProbeFault {
  return name in stepOfFault;
}
