import assert from 'node:assert/strict';
import { validateConfiguration } from '@isthmus/connector-host';
import type { Connection, Properties } from '@isthmus/model';
import type { ContractBench, ContractCheck } from '../bench.js';
import { isRecord, isSchema, propertiesOf } from './configuration-checks.js';

/** What a definition does with configurations before there is an instance. */
export const definitionChecks: readonly ContractCheck[] = [
  {
    name: 'has defaults that its configuration takes, and brings older ones up without changing them',
    once: true,
    needs: [],
    async body({ definition, configuration }) {
      const { configuration: schema, version, migrate } = definition;
      assert.ok(isSchema(schema), 'its `configuration` is no schema');
      for (const [field, described] of Object.entries(propertiesOf(schema))) {
        if (!isRecord(described) || described.default === undefined || !isRecord(configuration)) continue;
        const given: unknown = structuredClone({ ...configuration, [field]: described.default });
        const faults: readonly { readonly field: string }[] = validateConfiguration(schema, given).filter((fault) =>
          fault.field.startsWith(field),
        );
        assert.deepEqual(faults, [], `the default of \`${field}\` is a value that it does not take itself`);
      }
      assert.ok(Number.isSafeInteger(version) && version >= 1, `its \`version\` is ${version}, no whole number from 1`);
      if (version > 1 && migrate === undefined)
        assert.fail(
          `its \`version\` is ${version} and it has no \`migrate\`: every registration of an older version would be refused`,
        );
      for (let from = 1; from < version && migrate !== undefined; from += 1) {
        const what = `\`migrate\` from version ${from}`;
        // The configuration of the tests is none of an older version: who finds that has nothing to answer.
        const answer = pureAnswer(
          what,
          (given) => migrate(given, from),
          configuration,
          () => wasRefused,
        );
        assert.ok(answer === wasRefused || isRecord(answer), `${what} answers no configuration`);
      }
    },
  },
  {
    name: 'reads every connection, and says by a field that is missing what it lacks',
    once: true,
    needs: [],
    leftOut: ({ fromConnection }) => (fromConnection === undefined ? 'it has no `fromConnection`' : undefined),
    async body({ definition, configuration }) {
      const { fromConnection, provider: providerName } = definition;
      assert.ok(fromConnection !== undefined);
      // As they are registered: reserved keys are always there, an address is not.
      const reserved = { 'isthmus.source': 'test', 'isthmus.configurationVersion': 1 };
      const properties = { ...plainProperties(configuration), ...reserved };
      const connections: readonly Connection[] = [
        { providerName, configurationProperties: reserved },
        { providerName, configurationProperties: properties },
        { providerName, configurationProperties: properties, networkAddress: 'https://example.org/' },
        { providerName, configurationProperties: reserved, networkAddress: '/' },
      ];
      for (const connection of connections) {
        const what = `\`fromConnection\` of a connection with${connection.networkAddress === undefined ? 'out' : ''} an address`;
        const answer: unknown = pureAnswer(what, fromConnection, connection, (error): unknown => {
          if (!isSlip(error)) return wasRefused;
          throw new assert.AssertionError({
            message: `${what} fails: ${String(error)}. Leave a field out that is not given`,
          });
        });
        if (answer === wasRefused) continue;
        assert.ok(isRecord(answer), `${what} answers no configuration`);
        assert.deepEqual(
          reservedFaults(definition, answer),
          [],
          `${what} hands on reserved keys, which no schema names`,
        );
      }
    },
  },
  {
    name: 'draws the boundary of its source from its configuration alone',
    once: true,
    needs: [],
    leftOut: ({ boundary }) => (boundary === undefined ? 'it has no `boundary`' : undefined),
    async body({ definition, configuration }) {
      const { boundary } = definition;
      assert.ok(boundary !== undefined);
      pureAnswer(
        '`boundary`',
        (given) => boundary(given as never),
        configuration,
        (error) => {
          throw error;
        },
      );
    },
  },
];

const wasRefused = Symbol('refused');

/** The same twice, at once, and what it is given stays as it is. */
function pureAnswer<T>(
  what: string,
  work: (given: T) => unknown,
  given: T,
  refused: (error: unknown) => unknown,
): unknown {
  const ask = (): unknown => {
    const own = structuredClone(given);
    let answer: unknown;
    try {
      answer = work(own);
    } catch (error) {
      answer = refused(error);
    }
    // Both are copies: a test runner may have objects of two realms, which are never strictly equal.
    assert.deepEqual(own, structuredClone(given), `${what} changes what it is given: make a new object`);
    if (answer instanceof Promise) {
      answer.catch(() => undefined);
      assert.fail(`${what} answers a promise: it has to be a pure function`);
    }
    return answer;
  };
  const answer = ask();
  assert.deepEqual(ask(), answer, `${what} answers something else each time: it has to be a pure function`);
  return answer;
}

/** What nobody has thrown on purpose; its words say nothing to who gives a configuration. */
function isSlip(error: unknown): boolean {
  return isRecord(error) && ['TypeError', 'ReferenceError', 'RangeError'].includes(String(error.name));
}

function reservedFaults({ configuration: schema }: ContractBench['definition'], answer: unknown): readonly string[] {
  if (!isSchema(schema)) return [];
  const faults: readonly { readonly field: string }[] = validateConfiguration(schema, structuredClone(answer));
  return faults.map(({ field }) => field).filter((field) => field.startsWith('isthmus.'));
}

function plainProperties(configuration: unknown): Properties {
  const plain: Properties = JSON.parse(JSON.stringify(configuration ?? {}));
  return plain;
}
