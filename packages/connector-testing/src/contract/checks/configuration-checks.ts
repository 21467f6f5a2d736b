import assert from 'node:assert/strict';
import { validateConfiguration } from '@isthmus/connector-host';
import type { TSchema } from '@isthmus/connector-sdk';
import { type ContractBench, type ContractCheck, use } from '../bench.js';

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
        for (const written of [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64')])
          for (const text of told) assert.ok(!text.includes(written), `a secret stands in ${text.slice(0, 40)}…`);
    },
  },
  {
    name: 'probes a source that answers in steps that are all well',
    once: true,
    needs: [],
    async body(bench) {
      const host = await bench.started();
      const steps = await bench.probe(host);
      if (steps === undefined) return;
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
  told.push(...host.logs.map((line) => JSON.stringify(line, errorsAsText)));
  told.push(...[host.changes, host.published, host.operations].map((calls) => JSON.stringify(calls)));
  return told;
}

function errorsAsText(_name: string, value: unknown): unknown {
  return value instanceof Error ? failureText(value) : value;
}

/** Notes what is printed past the log while it works. */
async function withPrinted<T>(printed: string[], work: () => Promise<T>): Promise<T> {
  const note = (...given: readonly unknown[]): void => void printed.push(given.map(String).join(' '));
  const methods = ['debug', 'error', 'info', 'log', 'trace', 'warn'] as const;
  const before = methods.map((name) => [name, console[name]] as const);
  for (const name of methods) console[name] = note;
  try {
    return await work();
  } finally {
    for (const [name, method] of before) console[name] = method;
  }
}

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

function propertiesOf(schema: unknown): Readonly<Record<string, unknown>> {
  return isRecord(schema) && isRecord(schema.properties) ? schema.properties : {};
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSchema(value: unknown): value is TSchema {
  return isRecord(value);
}
