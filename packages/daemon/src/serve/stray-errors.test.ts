import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';

/** In a process of its own: what counts is what the runtime keeps of a context when nobody catches. */
const script = `
import { processStrays } from '@isthmus/connector-host';
import { silentLogger } from '@isthmus/kernel';
import { surviveStrayErrors } from ${JSON.stringify(new URL('./stray-errors.js', import.meta.url).href)};
const lines = [], told = [];
surviveStrayErrors(process, { ...silentLogger, error: (message, fields) => lines.push({ message, ...fields }) });
const redactor = { secrets: ['hunter22'] };
const instance = { connector: 'landing', group: 'Sales', redactor, told: (report) => told.push(report) };
processStrays.enter(instance);
processStrays.within(instance, () => {
  void Promise.reject(new Error('rejected with hunter22'));
  setTimeout(() => { throw new Error('timer with hunter22'); }, 1);
  setImmediate(() => { throw new Error('immediate with hunter22'); });
  process.nextTick(() => { throw new Error('tick with hunter22'); });
  void (async () => { await null; throw new Error('async with hunter22'); })();
});
setTimeout(() => { throw new Error('of nobody with hunter22'); }, 5);
setTimeout(() => console.log(JSON.stringify({ lines, told: told.length })), 50);
`;

describe('surviveStrayErrors', () => {
  it('names the connector that left an error behind, tells no secret, and lets the process go on', async () => {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
      cwd: new URL('.', import.meta.url),
    });
    const { lines, told } = JSON.parse(stdout);
    expect(`${stdout}${stderr}`).not.toContain('hunter22');
    const problems = (connector: string | undefined) =>
      lines
        .filter((line: { connector?: string }) => line.connector === connector)
        .map(({ problem }: { problem: string }) => problem)
        .sort();
    expect(problems('landing')).toEqual(
      ['async', 'immediate', 'rejected', 'tick', 'timer'].map((what) => `${what} with ***`),
    );
    expect(problems(undefined)).toEqual(['of nobody with ***']);
    expect(lines[0]).toMatchObject({ group: 'Sales', stack: expect.stringContaining('with ***') });
    expect(told).toBe(5);
  });
});
