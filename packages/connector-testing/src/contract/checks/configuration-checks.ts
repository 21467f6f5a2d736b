import assert from 'node:assert/strict';
import { validateConfiguration } from '@isthmus/connector-host';
import type { TSchema } from '@isthmus/connector-sdk';
import { type ContractBench, type ContractCheck, listed, use } from '../bench.js';
import { withConsole } from './steady-checks.js';

/** What the configuration says when it is wrong, and what never appears of it. */
export const configurationChecks: readonly ContractCheck[] = [
  {
    name: 'takes the configuration of its tests, and names each field whose value is wrong',
    once: true,
    needs: [],
    async body(bench) {
      const { configuration: schema } = bench.definition;
      assert.ok(isSchema(schema), 'its `configuration` is no schema');
      const given = bench.configuration;
      assert.deepEqual(validateConfiguration(schema, structuredClone(given)), []);
      for (const [field, described] of Object.entries(propertiesOf(schema))) {
        const wrong = { ...(isRecord(given) ? given : {}), [field]: valueOfWrongType(described) };
        const faults = validateConfiguration(schema, structuredClone(wrong));
        assert.ok(
          faults.some((fault) => fault.field === field || fault.field.startsWith(`${field}.`)),
          `a wrong value of \`${field}\` is not told by its name: ${JSON.stringify(faults)}`,
        );
      }
    },
  },
  {
    name: 'marks the secrets of its configuration',
    once: true,
    needs: [],
    async body({ definition }) {
      const open = Object.entries(propertiesOf(definition.configuration)).flatMap(([name, described]) =>
        isRecord(described) && described.type === 'string' && described.secret !== true && namesSecret.test(name)
          ? [name]
          : [],
      );
      assert.ok(
        open.length === 0,
        `${listed(open)}: by its name a secret: mark it with \`secret: true\`, so that it is masked, and hidden where people type it`,
      );
    },
  },
  {
    name: 'never says its secrets',
    needs: [],
    leftOut: ({ configuration }) =>
      secretFields(configuration).length === 0 ? 'its configuration has no fields marked `secret`' : undefined,
    async body(bench) {
      const secrets = secretFields(bench.definition.configuration).flatMap((path) => textAt(bench.configuration, path));
      assert.ok(secrets.length > 0, 'the configuration of the test gives none of its secret fields a value');
      const printed: string[] = [];
      const told = await withPrinted(printed, () => everythingTold(bench));
      assert.deepEqual(
        printed.filter((text) => secrets.some((secret) => text.includes(secret))).length,
        0,
        'a secret was printed',
      );
      for (const secret of secrets)
        for (const written of formsOf(secret))
          for (const text of told)
            assert.ok(!text.includes(written), `a secret stands in ${text.slice(0, 40).replaceAll(written, '***')}…`);
    },
  },
  {
    name: 'probes a source that answers in steps that are all well',
    once: true,
    needs: [],
    async body(bench) {
      const host = await bench.started();
      const asked = async () => [
        await host.store.identity(AbortSignal.timeout(storeDeadlineMs)),
        host.changes.length,
        host.published.length,
      ];
      const before = await asked();
      const steps = await bench.probe(host);
      if (steps === undefined) return;
      assert.deepEqual(await asked(), before, 'its probe wrote metadata, published, or asked for a refresh');
      assert.ok(steps.length > 0, 'a probe has at least one step');
      for (const { name, ok, message } of steps) assert.ok(ok, `step ${name} failed: ${message}`);
      const order = steps.map(({ name }) => stepNames.indexOf(name));
      assert.deepEqual(
        order,
        [...order].sort((one, other) => one - other),
        `steps come in the order ${stepNames.join(', ')}`,
      );
    },
  },
  {
    name: 'probes a source that cannot be read in a step that fails, with a message',
    once: true,
    needs: ['break'],
    async body(bench) {
      const host = await bench.started();
      if (host.connector.probe === undefined) return;
      await use(bench, 'break');
      const steps = (await bench.probe(host)) ?? [];
      const failed = steps.filter(({ ok }) => !ok);
      assert.ok(failed.length > 0, 'every step of the probe is well although the source cannot be read');
      for (const { name, message } of failed) assert.ok(message.trim() !== '', `step ${name} fails without a message`);
    },
  },
];

/** At its end: a `tokenUrl` or a `passwordFile` is none. */
const namesSecret = /(password|passwd|passphrase|secret|token|api_?key|private_?key|credentials?)$/i;

const storeDeadlineMs = 10_000;
const stepNames = ['resolve', 'reach', 'authenticate', 'authorise', 'sample'];

/** All texts that leave the connector in runs that go well and in runs that do not. */
async function everythingTold(bench: ContractBench): Promise<readonly string[]> {
  const told: string[] = [];
  const host = await bench.started();
  const refresh = async (): Promise<void> => {
    const run = await host.refresh({ onMessage: (message) => void told.push(JSON.stringify(message)) });
    told.push(...run.progress, failureText(run.failure));
  };
  const probe = async (): Promise<void> => {
    const steps = await bench.probe(host).catch((error: unknown) => [error]);
    if (steps !== undefined)
      told.push(...steps.map((step) => (isRecord(step) ? JSON.stringify(step) : failureText(step))));
  };
  await refresh();
  await probe();
  for (const ability of ['forbid', 'breakHalfway', 'break'] as const) {
    if (bench.source[ability] === undefined) continue;
    await use(bench, ability);
    await refresh();
    await probe();
  }
  const late = bench.host();
  await late.start().catch((error: unknown) => void told.push(failureText(error)));
  told.push(...late.logs.map((line) => JSON.stringify(line, errorsAsText)));
  told.push(...host.logs.map((line) => JSON.stringify(line, errorsAsText)));
  told.push(...[host.changes, host.published, host.operations].map((calls) => JSON.stringify(calls)));
  return told;
}

function errorsAsText(_name: string, value: unknown): unknown {
  return value instanceof Error ? failureText(value) : value;
}

/** Notes what is printed past the log while it works, also what is written to the streams themselves. */
async function withPrinted<T>(printed: string[], work: () => Promise<T>): Promise<T> {
  const streams = [process.stdout, process.stderr] as const;
  const before = streams.map((stream) => stream.write);
  for (const [index, stream] of streams.entries())
    stream.write = (...given: readonly unknown[]) => {
      printed.push(String(given[0]));
      return Reflect.apply(before[index] ?? stream.write, stream, given);
    };
  try {
    return await withConsole(printed, work);
  } finally {
    for (const [index, stream] of streams.entries()) stream.write = before[index] ?? stream.write;
  }
}

/** As it is, in an address, and in base64 wherever it stands in what was encoded (`user:secret`). */
function formsOf(secret: string): readonly string[] {
  const inBase64 = [0, 1, 2].map((before) => {
    const text = Buffer.from(`${' '.repeat(before)}${secret}`)
      .toString('base64')
      .replace(/=+$/, '');
    // The first and last signs also hold bits of what stands beside it.
    return text.slice(Math.ceil((before * 8) / 6), secret.length > 6 ? -1 : undefined);
  });
  return [secret, encodeURIComponent(secret), ...inBase64.filter((form) => form.length >= shortestForm)];
}

const shortestForm = 6;

function failureText(failure: unknown): string {
  if (!(failure instanceof Error)) return failure === undefined ? '' : String(failure);
  return `${failure.message}\n${failure.stack ?? ''}\n${failure.cause === undefined ? '' : failureText(failure.cause)}`;
}

/** Paths of fields marked `secret: true`. */
function secretFields(schema: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
  if (!isRecord(schema)) return [];
  if (schema.secret === true) return [path];
  return Object.entries(propertiesOf(schema)).flatMap(([name, below]) => secretFields(below, [...path, name]));
}

function textAt(value: unknown, [name, ...rest]: readonly string[]): readonly string[] {
  if (name === undefined) return typeof value === 'string' && value !== '' ? [value] : [];
  return isRecord(value) ? textAt(value[name], rest) : [];
}

/** Neither what the schema asks for nor a text that could be read as it. */
function valueOfWrongType(schema: unknown): unknown {
  const type = isRecord(schema) ? schema.type : undefined;
  return type === 'object' ? 7 : { 'no field of this name': { deep: [] } };
}

export function propertiesOf(schema: unknown): Readonly<Record<string, unknown>> {
  return isRecord(schema) && isRecord(schema.properties) ? schema.properties : {};
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isSchema(value: unknown): value is TSchema {
  return isRecord(value);
}
