import { describe, expect, it } from '@jest/globals';
import { Redactor } from '../configuration/redactor.js';
import type { StrayReport } from '../connector-host.js';
import { StrayTracer, type TracedInstance } from './stray-tracer.js';

function instanceOf(connector: string, ...secrets: readonly string[]) {
  const redactor = new Redactor();
  redactor.add(secrets);
  const told: StrayReport[] = [];
  const instance: TracedInstance = { connector, group: 'group', redactor, told: (report) => void told.push(report) };
  return { instance, told };
}

describe('a tracer of stray errors', () => {
  it('names the instance whose code made the promise or the timer, and tells that one alone', async () => {
    const tracer = new StrayTracer();
    const one = instanceOf('one');
    const other = instanceOf('other');
    tracer.enter(one.instance);
    tracer.enter(other.instance);
    await tracer.within(one.instance, async () => {
      await new Promise((resolve) => setTimeout(resolve, 0));
      expect(tracer.trace(new Error('left behind'))).toMatchObject({
        connector: 'one',
        group: 'group',
        message: 'left behind',
      });
    });
    expect([one.told.length, other.told.length]).toEqual([1, 0]);
    expect(tracer.trace(new Error('of nobody'))).not.toHaveProperty('connector');
  });

  it('does not blame an instance for what the host does on its behalf', () => {
    const tracer = new StrayTracer();
    const { instance, told } = instanceOf('one');
    tracer.enter(instance);
    const report = tracer.within(instance, () => tracer.without(() => tracer.trace(new Error('of the store'))));
    expect(report).not.toHaveProperty('connector');
    expect(told).toEqual([]);
  });

  it('takes the secrets of every instance out of message and stack, also of instances that are gone', () => {
    const tracer = new StrayTracer();
    const gone = instanceOf('gone', 'hunter22');
    tracer.enter(gone.instance);
    tracer.leave(gone.instance);
    tracer.enter(instanceOf('live', 'hunter22-and-more').instance);
    const report = tracer.trace(new Error('with hunter22-and-more and hunter22'));
    expect(report.message).toBe('with *** and ***');
    expect(report.stack).toContain('with *** and ***');
    expect(report.stack).not.toContain('hunter22');
  });

  it('names an instance that is gone, but tells it nothing more', () => {
    const tracer = new StrayTracer();
    const { instance, told } = instanceOf('gone');
    tracer.enter(instance);
    tracer.leave(instance);
    expect(tracer.within(instance, () => tracer.trace(new Error('late'))).connector).toBe('gone');
    expect(told).toEqual([]);
  });

  it('bears whatever was thrown', () => {
    const tracer = new StrayTracer();
    const hostile = {
      get message(): string {
        throw new Error('no');
      },
      get stack(): string {
        throw new Error('no');
      },
    };
    for (const thrown of [undefined, null, 1, 'text', {}, hostile]) {
      expect(typeof tracer.trace(thrown).message).toBe('string');
    }
  });
});
