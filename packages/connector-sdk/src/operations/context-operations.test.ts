import { describe, expect, it } from '@jest/globals';
import type { HostPort } from '../host-port.js';
import { contextOperations } from './context-operations.js';
import { operationsOf } from './operation-rows.js';

function recordingPort(): HostPort & { readonly asked: unknown[] } {
  const asked: unknown[] = [];
  return {
    asked,
    call(message) {
      asked.push(message);
      return new Promise<never>(() => undefined);
    },
  };
}

describe('contextOperations', () => {
  it('sends the name and the input, also when the operation was taken off its context', () => {
    const port = recordingPort();
    const { findTopics } = contextOperations('topic', port);
    void findTopics({ search: 'orders' });
    expect(port.asked).toEqual([{ type: 'metadata.call', operation: 'findTopics', input: { search: 'orders' } }]);
  });

  it('goes by the port of its own context', () => {
    const [one, other] = [recordingPort(), recordingPort()];
    const contexts = [contextOperations('topic', one), contextOperations('topic', other)];
    for (const context of contexts) void context.findTopics();
    void contexts[1]?.findTopics();
    expect([one.asked.length, other.asked.length]).toEqual([1, 2]);
  });

  it('has every operation of its kind, and those of others not', () => {
    const context = contextOperations('topic', recordingPort());
    const names: string[] = [];
    for (const name in context) names.push(name);
    expect(names.sort()).toEqual([...(operationsOf('topic')?.keys() ?? [])].sort());
    expect('createDatabase' in context).toBe(false);
  });

  it('makes nothing of an operation before it is used', () => {
    const context = contextOperations('topic', recordingPort());
    expect(Object.keys(context)).toEqual([]);
    expect(context.findTopics).toBe(context.findTopics);
    expect(Object.keys(context)).toEqual(['findTopics']);
  });
});
