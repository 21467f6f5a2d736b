import type { FilesContext, IntegrationConnector, RefreshRun } from '@isthmus/connector-sdk';
import { describe, expect, it } from '@jest/globals';
import { describeConnectorContract, type TestWords } from './connector-contract.js';
import { type TrivialBehaviour, type TrivialConfiguration, trivialProvider } from './trivial-provider.js';

const configuration = { files: ['a', 'b', 'c'] };

/** Runs the suite apart from this one. @returns names of the tests that failed */
async function failures(behaviour: TrivialBehaviour, source: { readonly break?: () => Promise<void> } = {}) {
  const tests: { readonly name: string; readonly body: () => Promise<void> }[] = [];
  const words: TestWords = {
    describe: (_name, body) => body(),
    it: (name, body) => void tests.push({ name, body }),
  };
  describeConnectorContract(trivialProvider(behaviour), async () => ({ configuration, ...source }), words);
  const failed: string[] = [];
  for (const { name, body } of tests) {
    await body().catch(() => failed.push(name));
  }
  return failed;
}

function withRefresh(
  refresh: (run: RefreshRun<'files'>, plain: (run: RefreshRun<'files'>) => Promise<void>) => Promise<void>,
): TrivialBehaviour {
  return {
    hooks: (_context: FilesContext, _configuration: TrivialConfiguration, plain): IntegrationConnector<'files'> => ({
      refresh: (run) => refresh(run, plain),
    }),
  };
}

describe('the contract of connectors', () => {
  it('is kept by the trivial provider', async () => {
    expect(await failures({})).toEqual([]);
  });

  it('is kept by a connector that keeps many items at once', async () => {
    const failed = await failures(
      withRefresh((run, plain) =>
        plain({
          ...run,
          scope(name) {
            const scope = run.scope(name);
            return {
              ...scope,
              keep: async (key, sourceVersion) => (await scope.keepKnown([{ key, sourceVersion }])).length === 0,
            };
          },
        }),
      ),
    );
    expect(failed).toEqual([]);
  });

  it('notices a connector that says something else each time', async () => {
    let count = 0;
    const failed = await failures(
      withRefresh(async (run, plain) => {
        await plain(run);
        count += 1;
        const extra = {
          key: 'x',
          path: '/x',
          name: `x${count}`,
          pathName: '/x',
          folder: '/',
          typeName: 'DataFile',
        } as const;
        await run.scope('folder:/').file({ ...extra, sizeInBytes: count });
      }),
    );
    expect(failed).toContain('changes nothing in a second refresh');
  });

  it('notices a connector that names a child before its parent', async () => {
    const failed = await failures(
      withRefresh(async (run, plain) => {
        const early = {
          key: 'x',
          path: '/sub/x',
          name: 'x',
          pathName: '/x',
          folder: '/sub',
          typeName: 'DataFile',
        } as const;
        await run.scope('folder:/sub').file({ ...early, sizeInBytes: 0 });
        await plain(run);
      }),
    );
    expect(failed).toEqual(['names every parent before what refers to it']);
  });

  it('notices a connector that does not follow an abort', async () => {
    const failed = await failures(withRefresh((run, plain) => plain(run).catch(() => undefined)));
    expect(failed).toContain('ends when it is aborted and certifies nothing afterwards');
    expect(failed).toContain('fails when the host refuses a call, and works again afterwards');
  });

  it('notices a connector that certifies after an abort', async () => {
    const failed = await failures(
      withRefresh(async (run, plain) => {
        try {
          await plain(run);
        } catch (error) {
          run
            .scope('folder:/')
            .complete()
            .catch(() => undefined);
          throw error;
        }
      }),
    );
    expect(failed).toContain('ends when it is aborted and certifies nothing afterwards');
  });

  it('notices a connector that takes an unreadable source for an empty one', async () => {
    let isBroken = false;
    const behaviour = withRefresh(async (run, plain) => {
      if (isBroken) await run.scope('folder:/').complete();
      else await plain(run);
    });
    const source = {
      break: async () => {
        isBroken = true;
      },
    };
    expect(await failures(behaviour, source)).toContain('fails when the source cannot be read, and removes nothing');
  });

  it('notices a connector that leaves a timer running', async () => {
    const timers: NodeJS.Timeout[] = [];
    const failed = await failures({
      hooks: (_context, _configuration, refresh) => ({
        refresh,
        start: async () => void timers.push(setInterval(() => undefined, 60_000)),
      }),
    });
    for (const timer of timers) clearInterval(timer);
    expect(failed).toEqual(['leaves nothing open when it is stopped, once or twice']);
  });

  it('notices a connector that cannot be stopped twice', async () => {
    const failed = await failures({
      hooks(_context, _configuration, refresh) {
        let stopped = 0;
        return {
          refresh,
          async stop() {
            stopped += 1;
            if (stopped > 1) throw new Error('stopped already');
          },
        };
      },
    });
    expect(failed).toEqual(['leaves nothing open when it is stopped, once or twice']);
  });
});
