import { IsthmusError } from '@isthmus/kernel';
import { describe, expect, it } from '@jest/globals';
import { thrownStack } from './thrown-stack.js';

function failing(message: string, cause?: unknown): Error {
  return new Error(message, cause === undefined ? {} : { cause });
}

describe('the stack of a run that failed', () => {
  it('leads to the line of the connector, not to where the host wrapped it', () => {
    const wrapped = new IsthmusError('CONNECTOR_FAILED', 'connector x failed', { cause: failing('boom') });
    const stack = thrownStack(wrapped) ?? '';
    expect(stack).toMatch(/^Error: boom\n +at failing .*thrown-stack\.test/);
    expect(stack).not.toContain('connector x failed');
  });

  it('tells those of the causes after it, and is bounded', () => {
    const cause = failing('spawn x ENOENT', failing('deep'));
    const stack = thrownStack(new IsthmusError('SOURCE_UNREADABLE', 'cannot be read', { cause })) ?? '';
    expect(stack.match(/cannot be read|caused by Error: \w+/g)).toEqual([
      'cannot be read',
      'caused by Error: spawn',
      'caused by Error: deep',
    ]);
    const long = failing('long');
    long.stack = 'x'.repeat(100_000);
    expect(thrownStack(new IsthmusError('CONNECTOR_FAILED', 'x', { cause: long }))).toHaveLength(8_000);
  });

  it('is not told of what the daemon itself says, as that has a code', () => {
    expect(thrownStack(new IsthmusError('STORE_UNREACHABLE', 'away'))).toBeUndefined();
  });
});
