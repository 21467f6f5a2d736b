import { IsthmusError, TimeSlicer } from '@isthmus/kernel';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { item } from '../test-support/items.js';
import { RecordingSink } from '../test-support/recording-sink.js';
import { RunChannel } from './run-channel.js';

function open(mayWrite = true) {
  const sink = new RecordingSink();
  const stop = new AbortController();
  const channel = new RunChannel('run', sink, stop.signal, {
    connectorName: 'files',
    mayWrite,
    slicer: new TimeSlicer(),
    clean: (text, longest) => text.slice(0, longest),
  });
  const put = (scope: string, key: string, size = 0) =>
    channel.call({ type: 'scope.put', run: 'run', scope, item: item(key, size > 0 ? { text: 'x'.repeat(size) } : {}) });
  const complete = (scope: string) => channel.call({ type: 'scope.complete', run: 'run', scope });
  const keep = (scope: string, items: readonly { readonly key: string; readonly sourceVersion?: string }[]) =>
    channel.call({
      type: 'scope.keep',
      run: 'run',
      scope,
      items: items.map((one) => ({ sourceVersion: '1', ...one })),
    });
  return { sink, stop, channel, put, complete, keep };
}

describe('a run channel', () => {
  it('offers in batches of 200 items, delivers what is wanted, certifies last', async () => {
    const { sink, channel, put, complete } = open();
    sink.wants = ({ key }) => key === '7';
    for (let key = 0; key < 250; key += 1) await put('/', String(key));
    await complete('/');
    await channel.end();
    expect(sink.calls).toEqual(['offer / 200', 'deliver / 1', 'offer / 50', 'complete /']);
    expect(sink.bodies).toEqual([item('7')]);
  });

  it('delivers an item as it was when it was told, also when its connector goes on with the same objects', async () => {
    const { sink, channel, complete } = open();
    const additionalProperties = { line: '0' };
    for (let line = 0; line < 3; line += 1) {
      additionalProperties.line = String(line);
      const told = { key: String(line), sourceVersion: 'v', opens: 'below', changedAt: 7 };
      const elements = item(told.key, { additionalProperties }).elements;
      const put = { ...told, elements };
      await channel.call({ type: 'scope.put', run: 'run', scope: '/', item: put });
      Object.assign(put, { sourceVersion: 'w', changedAt: 8 });
    }
    additionalProperties.line = 'x'.repeat(40_000);
    await channel.call({ type: 'scope.put', run: 'run', scope: '/', item: item('large', { additionalProperties }) });
    additionalProperties.line = 'none';
    await complete('/');
    const lines = sink.bodies.map(({ elements: [{ properties }] }) => properties.additionalProperties);
    expect(lines).toEqual([{ line: '0' }, { line: '1' }, { line: '2' }, { line: 'x'.repeat(40_000) }]);
    expect(sink.bodies[0]).toEqual({
      key: '0',
      sourceVersion: 'v',
      opens: 'below',
      changedAt: 7,
      elements: item('0', { additionalProperties: { line: '0' } }).elements,
    });
  });

  it.each(['2026-11-30', Number.NaN])('sets an item aside whose time of change is %p', async (changedAt) => {
    const { sink, channel, complete } = open();
    const odd = Object.assign({}, item('a'), { changedAt });
    await channel.call({ type: 'scope.put', run: 'run', scope: '/', item: odd });
    await complete('/');
    expect(sink.findings).toMatchObject([
      { finding: { code: 'ITEM_INVALID', key: 'a', message: expect.stringContaining('`changedAt`') } },
    ]);
  });

  it('passes on the medium that was listed when it is told as short text', async () => {
    const { sink, channel } = open();
    await channel.call({ type: 'scope.complete', run: 'run', scope: '/a', place: 'device 7' });
    await channel.call({ type: 'scope.complete', run: 'run', scope: '/b', place: 'x'.repeat(201) });
    expect(sink.calls).toEqual(['complete /a on device 7', 'complete /b']);
  });

  it.each([
    ['links', [{ relationshipTypeName: 'ForeignKey' }]],
    ['links', [{ qualifiedName: 'Table::x:y' }]],
    ['links', { relationshipTypeName: 'ForeignKey', qualifiedName: 'Table::x:y' }],
    ['anchor', ''],
  ])('sets an item aside whose %s cannot be: %j', async (member, value) => {
    const { sink, channel, complete } = open();
    const [element] = item('a').elements;
    const odd = { key: 'a', elements: [Object.assign({}, element, { [member]: value })] } as const;
    await channel.call({ type: 'scope.put', run: 'run', scope: '/', item: odd });
    await complete('/');
    expect(sink.findings).toMatchObject([{ finding: { code: 'ITEM_INVALID', key: 'a' } }]);
  });

  it.each([
    ' ',
    'T::a:\0',
    'T::a:\ud800',
  ])('sets an item aside that is called %j, and goes on', async (qualifiedName) => {
    const { sink, channel, complete } = open();
    const [element] = item('a').elements;
    const odd = { key: 'a', elements: [{ ...element, qualifiedName }] } as const;
    await channel.call({ type: 'scope.put', run: 'run', scope: '/', item: odd });
    await channel.call({ type: 'scope.put', run: 'run', scope: '/', item: item('b') });
    await complete('/');
    expect(sink.findings).toMatchObject([
      {
        finding: {
          code: 'ITEM_INVALID',
          key: 'a',
          message: expect.stringMatching(/qualified name .*: (write|name) it/),
        },
      },
    ]);
    expect(sink.calls.at(-1)).toBe('complete /');
  });

  it('takes a finding of a severity that there is not for an error, and says so', async () => {
    const { sink, channel } = open();
    const finding = Object.assign({ severity: 'error', code: 'BROKEN', message: 'm' } as const, { severity: 'fatal' });
    await channel.call({ type: 'scope.finding', run: 'run', scope: '/', finding });
    expect(sink.findings).toMatchObject([
      {
        finding: {
          severity: 'error',
          message: 'm (told with the severity "fatal", which there is not: use info, warning, error)',
        },
      },
    ]);
  });

  it('hands over what is gone and the cursor after all that was put before, and what the source says of its listing', async () => {
    const { sink, channel, put } = open();
    await put('/', '1');
    await channel.call({ type: 'scope.gone', run: 'run', scope: '/', key: '0' });
    await put('/', '2');
    await channel.call({ type: 'run.cursor', run: 'run', value: { at: 7 } });
    await channel.call({ type: 'scope.complete', run: 'run', scope: '/', count: 2, rights: ['read'] });
    await channel.call({ type: 'run.cursorRefused', run: 'run' });
    expect(sink.calls.filter((call) => !call.startsWith('deliver'))).toEqual([
      'offer / 1',
      'gone / 0',
      'offer / 1',
      'cursor {"at":7}',
      'complete / {"count":2,"rights":["read"]}',
      'cursor refused',
    ]);
  });

  it('answers what is missing after all that was put before, and refuses a position that is none', async () => {
    const { sink, channel, put } = open();
    sink.absent = ['a', 'b'];
    await put('/', '1');
    expect(await channel.call({ type: 'scope.missing', run: 'run', scope: '/', from: 1 })).toEqual(['b']);
    expect(sink.calls).toEqual(['offer / 1', 'deliver / 1', 'missing / 1']);
    const wrong = channel.call({ type: 'scope.missing', run: 'run', scope: '/', from: -1 });
    await expect(wrong).rejects.toMatchObject({ code: 'CONNECTOR_FAILED' });
  });

  it('takes no cursor that is too large or no JSON, and no proof that cannot be read', async () => {
    const { channel } = open();
    const cursor = (value: string) => channel.call({ type: 'run.cursor', run: 'run', value });
    await cursor('x'.repeat(60_000));
    await expect(cursor('x'.repeat(70_000))).rejects.toMatchObject({ code: 'CURSOR_INVALID' });
    const complete = (proof: object) =>
      open().channel.call(Object.assign({ type: 'scope.complete', run: 'run', scope: '/' } as const, proof));
    for (const proof of [{ count: -1 }, { count: 'x' }, { rights: 'read' }, { rights: [''] }])
      await expect(complete(proof)).rejects.toMatchObject({ code: 'CONNECTOR_FAILED' });
  });

  it('offers earlier when items are large', async () => {
    const { sink, put } = open();
    for (let key = 0; key < 5; key += 1) await put('/', String(key), 300_000);
    expect(sink.calls).toEqual(['offer / 4', 'deliver / 4']);
  });

  it('never loses or reorders items of a scope, and never certifies before them, awaited or not', async () => {
    const step = fc.oneof(
      {
        weight: 20,
        arbitrary: fc.record({ kind: fc.constant('put' as const), scope: fc.nat(3), large: fc.boolean() }),
      },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('complete' as const), scope: fc.nat(3) }) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 300 }), fc.boolean(), async (steps, waits) => {
        const { sink, channel, put, complete } = open();
        const said: string[] = [];
        const calls: Promise<unknown>[] = [];
        for (const [index, { scope, ...what }] of steps.entries()) {
          const name = `/${scope}`;
          const call =
            what.kind === 'complete'
              ? complete(name)
              : put(name, String(index), 'large' in what && what.large ? 50_000 : 0);
          if (what.kind === 'put') said.push(`${name} ${index}`);
          if (waits) await call;
          calls.push(call);
        }
        await channel.end();
        await Promise.all(calls);
        const heard = sink.offered.map(({ scope, item: { key } }) => `${scope} ${key}`);
        for (const scope of ['/0', '/1', '/2', '/3']) {
          const own = (lines: readonly string[]) => lines.filter((line) => line.startsWith(`${scope} `));
          expect(own(heard)).toEqual(own(said));
        }
        const certified = sink.calls.filter((call) => call.startsWith('complete')).length;
        expect(certified).toBe(steps.filter(({ kind }) => kind === 'complete').length);
      }),
      { numRuns: 30 },
    );
  });

  it('gives no certificate when the run was aborted while the last items were written', async () => {
    const { sink, stop, channel, put, complete } = open();
    await put('/', 'a');
    let release: () => void = () => undefined;
    sink.gate = () =>
      new Promise((resolve) => {
        release = resolve;
      });
    const completing = complete('/');
    const refused = expect(completing).rejects.toMatchObject({ code: 'CONNECTOR_STOPPED' });
    await new Promise((resolve) => setImmediate(resolve));
    stop.abort();
    await refused;
    sink.gate = () => Promise.resolve();
    release();
    await channel.end();
    expect(sink.calls).not.toContain('complete /');
  });

  it('refuses every call after the run, also a late certificate', async () => {
    const { sink, channel, put, complete } = open();
    await channel.end();
    await expect(put('/', 'a')).rejects.toMatchObject({ code: 'CONNECTOR_STOPPED' });
    await expect(complete('/')).rejects.toMatchObject({ code: 'CONNECTOR_STOPPED' });
    expect(sink.calls).toEqual([]);
  });

  it('refuses writes, keeps and certificates of a connector that may only read', async () => {
    const { sink, channel, put, complete } = open(false);
    const keep = channel.call({
      type: 'scope.keep',
      run: 'run',
      scope: '/',
      items: [{ key: 'a', sourceVersion: '1' }],
    });
    // all at once: one that is refused while another is waited for would count as an error that nobody caught
    const calls = [put('/', 'a'), complete('/'), keep];
    await Promise.all(calls.map((call) => expect(call).rejects.toMatchObject({ code: 'WRITE_NOT_PERMITTED' })));
    expect(sink.calls).toEqual([]);
  });

  it('answers at once what nothing has to be waited for, and otherwise in turn', async () => {
    const { sink, channel, put, complete, keep } = open();
    sink.keepsAtOnce = true;
    sink.knows = (key) => key !== 'b';
    expect(await keep('/', [{ key: 'a' }, { key: 'b' }])).toEqual([1]);
    void put('/', 'c');
    const kept = keep('/', [{ key: 'b' }, { key: 'd' }]);
    const completed = complete('/');
    expect(await kept).toEqual([0]);
    await completed;
    await channel.end();
    expect(sink.calls).toEqual(['keep / 2', 'keep / 2', 'offer / 1', 'deliver / 1', 'complete /']);
  });

  it('keeps of many just those that can be told apart, and asks for those without a version', async () => {
    const key = fc.oneof(
      { weight: 5, arbitrary: fc.constantFrom('a', 'b', 'c') },
      { weight: 1, arbitrary: fc.constantFrom('', 'x'.repeat(5_000)) },
    );
    const kept = fc.record({ key, sourceVersion: fc.constantFrom('1', '1', '1', '', 'x'.repeat(2_000)) });
    await fc.assert(
      fc.asyncProperty(fc.array(kept, { maxLength: 20 }), fc.boolean(), async (items, atOnce) => {
        const { sink, channel, complete, keep } = open();
        sink.keepsAtOnce = atOnce;
        sink.knows = (one) => one !== 'b';
        const isFit = ({ key: own }: { key: string }) => own.length > 0 && own.length < 5_000;
        const isWhole = (item: { key: string; sourceVersion: string }) => isFit(item) && item.sourceVersion === '1';
        const expected = [...items.keys()].filter((position) => {
          const item = items[position];
          return item !== undefined && isFit(item) && (!isWhole(item) || item.key === 'b');
        });
        expect(await keep('/', items)).toEqual(expected);
        await complete('/');
        await channel.end();
        expect(sink.kept.map(({ item }) => item)).toEqual(items.filter(isWhole));
        // a key that is no text may have been any item
        const isCertified = items.every(({ key: own }) => own !== '');
        expect(sink.calls.includes('complete /')).toBe(isCertified);
      }),
    );
  });

  it('takes a list of at most a thousand items to keep', async () => {
    const { sink, keep } = open();
    const many = Array.from({ length: 1_001 }, (_, key) => ({ key: String(key) }));
    await expect(keep('/', many)).rejects.toMatchObject({ code: 'CONNECTOR_FAILED' });
    expect(await keep('/', many.slice(1))).toEqual([]);
    expect(sink.calls).toEqual(['keep / 1000']);
  });

  it('fails the run when the store cannot say what is known', async () => {
    const { sink, channel, complete, keep } = open();
    const fault = new IsthmusError('STORE_UNREACHABLE', 'no answer');
    sink.gate = () => Promise.reject(fault);
    await expect(keep('/', [{ key: 'a' }])).rejects.toBe(fault);
    await expect(complete('/')).rejects.toBe(fault);
    await expect(channel.end()).rejects.toBe(fault);
  });

  it('makes a finding of an item that does not fit, sets it aside, and goes on', async () => {
    const { sink, put, complete } = open();
    await put('/', 'large', 2_000_000);
    await put('/', 'fine');
    await complete('/');
    expect(sink.findings).toMatchObject([
      { scope: '/', finding: { severity: 'error', code: 'ITEM_TOO_LARGE', key: 'large' } },
    ]);
    expect(sink.calls).toEqual(['finding / ITEM_TOO_LARGE', 'offer / 1', 'deliver / 1', 'complete /']);
  });

  it('does not certify a scope with an item that cannot be told apart', async () => {
    const { sink, put, complete } = open();
    await put('/', '');
    await complete('/');
    await put('/other', 'a');
    await complete('/other');
    expect(sink.calls.filter((call) => call.startsWith('complete'))).toEqual(['complete /other']);
    expect(sink.findings.map(({ finding }) => finding.code)).toEqual(['ITEM_KEY_INVALID', 'SCOPE_NOT_CERTIFIED']);
  });

  it('does not certify a scope with an item whose key holds a NUL, where keys would be cut', async () => {
    const { sink, put, complete } = open();
    await put('/', 'a\0b');
    await put('/', 'a');
    await complete('/');
    expect(sink.calls).toEqual([
      'finding / ITEM_KEY_INVALID',
      'offer / 1',
      'deliver / 1',
      'finding / SCOPE_NOT_CERTIFIED',
    ]);
    expect(sink.findings[0]?.finding.message).toMatch(/key holds a NUL \("a\\u0000b"\)/);
  });

  it('certifies nothing more once the configuration has changed under the run', async () => {
    const { sink, channel, put, complete } = open();
    await put('/', 'a');
    channel.voidCertificates();
    await complete('/');
    expect(sink.calls).toEqual(['offer / 1', 'deliver / 1', 'finding / SCOPE_NOT_CERTIFIED']);
  });

  it('fails the whole run with the first fault of the store, even when the author swallows it', async () => {
    const { sink, channel, put, complete } = open();
    const fault = new IsthmusError('STORE_UNREACHABLE', 'no answer');
    sink.gate = () => Promise.reject(fault);
    await put('/', 'a');
    await expect(complete('/')).rejects.toBe(fault);
    sink.gate = () => Promise.resolve();
    await expect(complete('/')).rejects.toBe(fault);
    await expect(channel.end()).rejects.toBe(fault);
    expect(sink.calls).toEqual(['offer / 1']);
  });

  it('bounds how many calls may be left unanswered', async () => {
    const { sink, channel, put } = open();
    sink.gate = () => new Promise(() => undefined);
    const calls = Array.from({ length: 10_001 }, (_, key) => put('/', String(key)));
    for (const call of calls) call.catch(() => undefined);
    await expect(calls.at(-1)).rejects.toMatchObject({ code: 'CONNECTOR_FAILED' });
    channel.cut();
    await expect(calls[5_000]).rejects.toMatchObject({ code: 'CONNECTOR_STOPPED' });
  });
});
