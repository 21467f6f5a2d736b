import { defineConnector, type ProbeStep, Type } from '@isthmus/connector-sdk';
import { describe, expect, it } from '@jest/globals';
import { describeProbeFaults, type ProbeFaultsSource } from './describe-probe-faults.js';

const configuration = Type.Object({ fault: Type.String() });

const steps = ['resolve', 'reach', 'authenticate', 'authorise', 'sample'] as const;
type Step = (typeof steps)[number];

/** A connector whose probe fails in the step that its configuration says: `<step>: <message>`. */
const probing = defineConnector({
  kind: 'database',
  provider: 'probing',
  version: 1,
  configuration,
  create: (_context, { fault }) => ({
    async probe(): Promise<readonly ProbeStep[]> {
      const place = steps.findIndex((name) => fault.startsWith(`${name}:`));
      const gone = place < 0 ? steps : steps.slice(0, place);
      const told: ProbeStep[] = gone.map((name) => ({ name, ok: true, message: 'well' }));
      const name: Step | undefined = steps[place];
      return name === undefined ? told : [...told, { name, ok: false, message: fault }];
    },
  }),
});

const right = {
  name: 'resolve: correct `host`',
  port: 'reach: correct `port`',
  password: 'authenticate: correct `password`',
  rights: 'authorise: GRANT it',
  tls: 'reach: name its authority',
  otherKind: 'reach: not one of ours',
};

/** Runs the tests that are described. @returns why those that failed did, by name */
async function failures(changes: Partial<typeof right> = {}, without = {}): Promise<Readonly<Record<string, string>>> {
  const tests: { readonly name: string; readonly body: () => Promise<void> }[] = [];
  const skipped: string[] = [];
  const word = (name: string, body: () => Promise<void>): void => void tests.push({ name, body });
  const words = {
    describe: (_name: string, body: () => void) => body(),
    it: Object.assign(word, { skip: (name: string) => void skipped.push(name) }),
  };
  const planted = { ...right, ...changes };
  const one = (fault: keyof typeof right, advice: RegExp) => ({
    configuration: () => ({ fault: planted[fault] }),
    advice,
  });
  const source: ProbeFaultsSource<typeof configuration> = {
    configuration: { fault: '' },
    secrets: ['s3cret'],
    faults: {
      name: one('name', /`host`/),
      port: one('port', /`port`/),
      password: one('password', /`password`/),
      rights: one('rights', /GRANT/),
      tls: one('tls', /authority/),
      otherKind: one('otherKind', /ours/),
    },
  };
  describeProbeFaults(probing, async () => source, { words, without });
  expect(tests.length + skipped.length).toBe(7);
  const failed: Record<string, string> = {};
  for (const { name, body } of tests) {
    await body().catch((error: unknown) => {
      failed[name] = String(error);
    });
  }
  return failed;
}

describe('the six faults that a probe shows', () => {
  it('are found where each is told in its step, with what to do', async () => {
    expect(await failures()).toEqual({});
    expect(await failures({ password: 'sample: no' }, { password: 'it knows no users' })).toEqual({});
  });

  it.each([
    ['another step', { rights: 'reach: GRANT it' }, /does not fail in authorise/],
    ['no step at all', { tls: '' }, /does not fail in reach/],
    ['no advice', { port: 'reach: no' }, /the advice is not/],
    ['a secret', { password: 'authenticate: correct `password` s3cret' }, /a secret is told/],
  ])('fail the test of one that tells %s', async (_what, changes, expected) => {
    const failed = Object.values(await failures(changes));
    expect(failed).toHaveLength(1);
    expect(failed[0]).toMatch(expected);
  });
});
