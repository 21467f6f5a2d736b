import { setMaxListeners } from 'node:events';
import type { Registration } from '@isthmus/model';
import { describe, expect, it } from '@jest/globals';
import type { MetadataCall } from '../metadata-calls.js';
import { type GateFacts, MetadataGate } from './metadata-gate.js';

const never: AbortSignal = new AbortController().signal;
setMaxListeners(0, never);
const facts: GateFacts = {
  kind: 'database',
  connectorName: 'orders',
  permittedSynchronization: 'BOTH_DIRECTIONS',
};
const ask = (operation: string, input: object = {}) => ({ type: 'metadata.call', operation, input }) as const;

class Recorder {
  readonly calls: MetadataCall[] = [];
  hold: Promise<void> = Promise.resolve();

  async call(call: MetadataCall): Promise<unknown> {
    this.calls.push(call);
    await this.hold;
    return { guid: 'g' };
  }
}

describe('MetadataGate', () => {
  it('hands an operation of the kind on, with its run', async () => {
    const recorder = new Recorder();
    const gate = new MetadataGate(facts, recorder);
    const run = { id: 'run-1', mode: 'preview' } as const;
    expect(await gate.call(ask('createDatabase', { qualifiedName: 'a' }), run, never)).toEqual({ guid: 'g' });
    expect(recorder.calls).toEqual([
      { kind: 'database', operation: 'createDatabase', input: { qualifiedName: 'a' }, run },
    ]);
  });

  it("answers with what is the connector's own: what it writes into an answer changes nothing of what a preview sees", async () => {
    const element = { guid: 'g', properties: { displayName: 'before' } };
    const gate = new MetadataGate(facts, { call: async () => ({ element, next: undefined }) });
    const answer = await gate.call(ask('getElement'), { id: 'run-1', mode: 'preview' }, never);
    expect(answer).toEqual({ element });
    Object(answer).element.properties.displayName = 'after';
    expect(element.properties.displayName).toBe('before');
  });

  it.each(['createTopic', 'toString', ''])('refuses %s, which the kind does not have', async (operation) => {
    const recorder = new Recorder();
    const call = new MetadataGate(facts, recorder).call(ask(operation), undefined, never);
    await expect(call).rejects.toMatchObject({ code: 'OPERATION_UNKNOWN' });
    expect(recorder.calls).toEqual([]);
  });

  it('refuses what writes under the direction TO_THIRD_PARTY, and lets it read', async () => {
    const recorder = new Recorder();
    const gate = new MetadataGate({ ...facts, permittedSynchronization: 'TO_THIRD_PARTY' }, recorder);
    await expect(gate.call(ask('createDatabase'), undefined, never)).rejects.toMatchObject({
      code: 'WRITE_NOT_PERMITTED',
      message: expect.stringContaining('createDatabase'),
    });
    await gate.call(ask('findDatabases'), undefined, never);
    expect(recorder.calls.map(({ operation }) => operation)).toEqual(['findDatabases']);
  });

  it('goes by the direction, source and delete method of the catalog target whose run it is', async () => {
    const recorder = new Recorder();
    const gate = new MetadataGate(facts, recorder);
    const target = {
      name: 'north',
      element: { guid: 'g', typeName: 'Database', properties: {} },
      source: 'shop/north',
      permittedSynchronization: 'TO_THIRD_PARTY',
      templates: {},
      deleteMethod: 'ARCHIVE',
      registration: registration(),
    } as const;
    const run = { id: 'run-1', mode: 'apply', target } as const;
    await expect(gate.call(ask('createDatabase'), run, never)).rejects.toMatchObject({ code: 'WRITE_NOT_PERMITTED' });
    await gate.call(ask('findDatabases'), run, never);
    expect(recorder.calls[0]?.target).toEqual({ name: 'north', source: 'shop/north', deleteMethod: 'ARCHIVE' });
  });

  it.each([
    ['a function', { search: () => 'a' }],
    ['an instance', { search: new Map() }],
    ['no number', { startFrom: Number.NaN }],
    ['more than a mebibyte', { search: 'x'.repeat(1024 * 1024 + 1) }],
  ])('refuses an input that holds %s', async (_what, input) => {
    const call = new MetadataGate(facts, new Recorder()).call(ask('findDatabases', input), undefined, never);
    await expect(call).rejects.toMatchObject({ code: 'PARAMETER_INVALID', details: { parameter: 'input' } });
  });

  it('gives the input as it was when it was asked', async () => {
    const recorder = new Recorder();
    const input = { search: 'before' };
    const call = new MetadataGate(facts, recorder).call(ask('findDatabases', input), undefined, never);
    input.search = 'after';
    await call;
    expect(recorder.calls[0]?.input).toEqual({ search: 'before' });
  });

  it('carries out sixteen at a time, lets a thousand wait and refuses more', async () => {
    const recorder = new Recorder();
    let release: () => void = () => undefined;
    recorder.hold = new Promise((resolve) => {
      release = resolve;
    });
    const gate = new MetadataGate(facts, recorder);
    const calls = Array.from({ length: 1_016 }, () => gate.call(ask('findDatabases'), undefined, never));
    expect([recorder.calls.length, gate.isServing]).toEqual([16, true]);
    await expect(gate.call(ask('findDatabases'), undefined, never)).rejects.toMatchObject({
      code: 'OPERATIONS_TOO_MANY',
    });
    release();
    await Promise.all(calls);
    expect([recorder.calls.length, gate.isServing]).toEqual([1_016, false]);
  });

  it('begins nothing that waits when its signal is aborted', async () => {
    const recorder = new Recorder();
    recorder.hold = new Promise(() => undefined);
    const gate = new MetadataGate(facts, recorder);
    for (let count = 0; count < 16; count += 1) void gate.call(ask('findDatabases'), undefined, never);
    const stop = new AbortController();
    const waiting = gate.call(ask('findDatabases'), undefined, stop.signal);
    stop.abort(new Error('stopped'));
    await expect(waiting).rejects.toThrow('stopped');
    expect(recorder.calls).toHaveLength(16);
  });

  it('says so where a host carries out no operations', async () => {
    const call = new MetadataGate(facts, undefined).call(ask('findDatabases'), undefined, never);
    await expect(call).rejects.toMatchObject({ code: 'OPERATION_UNKNOWN' });
  });
});

function registration(): Registration {
  return {
    connectorId: 'r',
    connectorGuid: 'c',
    connectorName: 'orders',
    qualifiedName: 'IntegrationConnector::orders',
    refreshTimeInterval: 60,
    permittedSynchronization: 'BOTH_DIRECTIONS',
    generateConnectorActivityReports: false,
    usesBlockingCalls: false,
    version: 1,
  };
}
