import { IsthmusError } from '@isthmus/kernel';
import { describe, expect, it } from '@jest/globals';
import { Redactor } from '../configuration/redactor.js';
import { rest, TestClock } from '../test-support/manual-clock.js';
import { runHook } from './run-hook.js';

function bench(deadlineMs?: number) {
  const clock = new TestClock();
  const caller = new AbortController();
  const cut = new AbortController();
  const redactor = new Redactor();
  redactor.add(['hunter22']);
  const hook = { name: 'start', connectorName: 'files', graceMs: 1_000, signal: caller.signal, cut: cut.signal };
  const run = <T>(code: (signal: AbortSignal) => T | Promise<T>) =>
    runHook(deadlineMs === undefined ? hook : { ...hook, deadlineMs }, clock, redactor, code);
  return { clock, caller, cut, run };
}

const never = () => new Promise<never>(() => undefined);
const obeys = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(new Error('told to end'))));

describe('runHook', () => {
  it('returns what the hook returns and leaves no timer behind', async () => {
    const { clock, run } = bench(30_000);
    await expect(run(() => 5)).resolves.toBe(5);
    expect(clock.armedTimers).toBe(0);
  });

  it('wraps what the hook throws once, without secrets, also when it throws at once', async () => {
    const { run } = bench();
    for (const code of [
      () => Promise.reject(new Error('cannot log in with hunter22')),
      () => {
        throw new Error('cannot log in with hunter22');
      },
    ]) {
      const error: unknown = await run(code).catch((reason: unknown) => reason);
      expect(error).toMatchObject({
        code: 'CONNECTOR_FAILED',
        message: 'connector files failed in start: cannot log in with ***',
      });
      expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('hunter22');
      expect(error instanceof Error && error.cause instanceof Error ? error.cause.stack : '').not.toContain('hunter22');
    }
    const refused = new IsthmusError('WRITE_NOT_PERMITTED', 'no hunter22');
    const told = { code: 'WRITE_NOT_PERMITTED', message: 'no ***' };
    await expect(run(() => Promise.reject(refused))).rejects.toMatchObject(told);
  });

  it('tells the causes of what an author throws, without secrets, each once', async () => {
    const { run } = bench();
    const cause = new Error('spawn hunter22 ENOENT', { cause: new Error('ENOENT') });
    const unreadable = new IsthmusError('SOURCE_UNREADABLE', 'crm.db cannot be read', { cause });
    await expect(run(() => Promise.reject(unreadable))).rejects.toMatchObject({
      code: 'SOURCE_UNREADABLE',
      message: 'crm.db cannot be read: spawn *** ENOENT',
    });
    const plain = new Error('no luck', { cause: { message: 'the cable' } });
    await expect(run(() => Promise.reject(plain))).rejects.toMatchObject({
      message: 'connector files failed in start: no luck: the cable',
    });
  });

  it('tells a hook at its deadline, and gives it up when it goes on', async () => {
    const late = bench(30_000);
    const ended = expect(late.run(obeys)).rejects.toMatchObject({
      code: 'CONNECTOR_TIMEOUT',
      details: { hook: 'start' },
    });
    await late.clock.pass(30_000);
    await ended;
    const stuck = bench(30_000);
    const abandoned = expect(stuck.run(never)).rejects.toMatchObject({ details: { ignoredAbort: true } });
    await stuck.clock.pass(31_000);
    await abandoned;
    expect(stuck.clock.armedTimers).toBe(0);
  });

  it('calls the end of an aborted hook an abort, whatever it throws', async () => {
    const { caller, run } = bench();
    const ended = expect(run(obeys)).rejects.toMatchObject({ name: 'AbortError' });
    await rest();
    caller.abort();
    await ended;
    await expect(run(() => 1)).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('does not wait for anything once it is cut off', async () => {
    const { cut, run } = bench();
    const ended = expect(run(never)).rejects.toMatchObject({ code: 'CONNECTOR_STOPPED' });
    await rest();
    cut.abort();
    await ended;
  });
});
