import { IsthmusError } from '@isthmus/kernel';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { CommandEnd, main } from './index.js';
import { runCli, startTestDaemon, stopTestDaemon, type TestDaemon } from './testing/run-cli.js';

let test: TestDaemon;

beforeAll(async () => {
  test = await startTestDaemon();
});
afterAll(() => stopTestDaemon(test));

describe('exit codes', () => {
  it('is 2 for a command line that is not understood, with the help to read', async () => {
    const result = await runCli(test.url, ['connector', 'list', '--bogus']);
    expect(result).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: "error: unknown option '--bogus' (USAGE)\nnext: see `isthmus connector list --help`\n",
    });
  });

  it('is 3 for what is not there', async () => {
    const result = await runCli(test.url, ['group', 'show', 'nowhere']);
    expect(result.exitCode).toBe(3);
    expect(result.stderr).toBe(
      'error: there is no group nowhere (GROUP_NOT_FOUND)\nnext: list the groups with `isthmus group list`\n',
    );
  });

  it('is 4 for what is refused', async () => {
    expect((await runCli(test.url, ['group', 'create', 'twice'])).exitCode).toBe(0);
    expect((await runCli(test.url, ['group', 'create', 'twice'])).exitCode).toBe(4);
  });

  it('is 5 when no daemon answers', async () => {
    const result = await runCli('http://127.0.0.1:1', ['status']);
    expect(result.exitCode).toBe(5);
    expect(result.stderr).toContain(
      'no daemon answers at http://127.0.0.1:1 (connection refused) (DAEMON_UNREACHABLE)',
    );
  });

  it('is 1 for an unexpected fault', async () => {
    const broken = await startTestDaemon();
    broken.daemon.failWith('groups', new TypeError('x is undefined'));
    expect((await runCli(broken.url, ['group', 'list'])).exitCode).toBe(1);
    await stopTestDaemon(broken);
  });

  it('is 130 when the person has had enough', async () => {
    const result = await runCli(test.url, ['status'], { signal: AbortSignal.abort() });
    expect(result).toEqual({ exitCode: 130, stdout: '', stderr: '' });
  });
});

describe('accounts', () => {
  let guarded: TestDaemon;
  beforeAll(async () => {
    guarded = await startTestDaemon([
      { name: 'reader', role: 'viewer', token: 'viewer-token' },
      { name: 'ops', role: 'operator', token: 'operator-token' },
    ]);
  });
  afterAll(() => stopTestDaemon(guarded));
  beforeEach(() => guarded.daemon.groupsByName.clear());

  it('answers 6 without a token, with a wrong one, and where the role is too weak', async () => {
    const calls = [
      runCli(guarded.url, ['group', 'list']),
      runCli(guarded.url, ['group', 'list', '--token', 'wrong']),
      runCli(guarded.url, ['group', 'create', 'g', '--token', 'viewer-token']),
    ];
    expect((await Promise.all(calls)).map(({ exitCode }) => exitCode)).toEqual([6, 6, 6]);
  });

  it('takes the token from the option, a file or the environment, in this order', async () => {
    const create = ['group', 'create', 'g'];
    const env = { ISTHMUS_TOKEN: 'viewer-token' };
    const files = { '/home/operator/token': 'operator-token\n' };
    expect((await runCli(guarded.url, create, { env })).exitCode).toBe(6);
    expect((await runCli(guarded.url, [...create, '--token-file', 'token'], { env, files })).exitCode).toBe(0);
    const fromFile = { ISTHMUS_TOKEN_FILE: '/home/operator/token' };
    expect((await runCli(guarded.url, ['group', 'delete', 'g', '--yes'], { env: fromFile, files })).exitCode).toBe(0);
    expect(guarded.daemon.calls.at(-1)).toEqual(['deleteGroup', 'g', 'ops']);
  });

  it('never shows a token that it cannot use', async () => {
    const result = await runCli(guarded.url, ['status', '--token', 'se cret\n']);
    expect(result.exitCode).toBe(2);
    expect(result.stderr).not.toContain('cret\n');
    expect(result.stderr).not.toContain('se cret');
  });

  it('says which file cannot be read', async () => {
    const result = await runCli(guarded.url, ['status', '--token-file', 'nope']);
    expect(result.exitCode).toBe(2);
    expect(result.stderr).toContain('the token file nope cannot be read');
  });
});

describe('--json', () => {
  it('is taken before and after the command', async () => {
    const before = await runCli(test.url, ['--json', 'connector', 'list']);
    const after = await runCli(test.url, ['connector', 'list', '--json']);
    expect(before).toEqual({ exitCode: 0, stdout: '{\n  "items": []\n}\n', stderr: '' });
    expect(after).toEqual(before);
  });

  it('writes errors as JSON too, those of the command line included', async () => {
    const missing = await runCli(test.url, ['connector', 'show', 'x', '--json']);
    expect(missing.stdout).toBe('');
    expect(JSON.parse(missing.stderr)).toMatchObject({ code: 'CONNECTOR_NOT_FOUND', retryable: false });
    const usage = await runCli(test.url, ['nonsense', '--json']);
    expect(JSON.parse(usage.stderr)).toMatchObject({ code: 'USAGE', message: "unknown command 'nonsense'" });
  });
});

describe('help', () => {
  const commands = [
    'status',
    ...['list', 'show', 'create', 'delete', 'confirm'].map((name) => `group ${name}`),
    ...['list', 'show', 'add', 'remove', 'update', 'pause', 'resume', 'refresh', 'restart'].map(
      (name) => `connector ${name}`,
    ),
    'find',
    'show',
  ];

  it.each(commands)('of %s has examples and says what every command takes', async (command) => {
    const { exitCode, stdout } = await runCli(test.url, [...command.split(' '), '--help']);
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`Examples:\n  $ isthmus ${command}`);
    expect(stdout).toContain('--token-file <file>');
    expect(stdout).toContain('--json');
  });

  it('explains the exit codes', async () => {
    const { stdout } = await runCli(test.url, ['--help']);
    for (const code of [0, 1, 2, 3, 4, 5, 6, 7, 130]) expect(stdout).toContain(`\n  ${code}  `);
  });

  it('is shown when no command is named', async () => {
    const result = await runCli(test.url, []);
    expect(result.exitCode).toBe(2);
    expect(result.stderr).toContain('Usage: isthmus');
  });
});

describe('commands of the caller', () => {
  const io = (written: string[]) => ({
    stdout: { write: (text: string) => written.push(text) },
    stderr: { write: (text: string) => written.push(text) },
    env: {},
    directory: '/',
    interactive: false,
    signal: new AbortController().signal,
    now: () => 0,
    wait: async () => undefined,
    confirm: async () => false,
    password: async () => '',
    readText: async () => '',
  });

  it('stand in the help and run', async () => {
    const written: string[] = [];
    let served = 0;
    const run = (argv: readonly string[]) =>
      main(argv, io(written), (program) => {
        program
          .command('serve')
          .summary('run the daemon')
          .action(() => {
            served += 1;
          });
      });
    expect(await run(['serve'])).toBe(0);
    expect(served).toBe(1);
    await run(['--help']);
    expect(written.join('')).toMatch(/serve +run the daemon/);
  });

  it('end with a code of their own, or with an error as everywhere', async () => {
    const written: string[] = [];
    const failing = (error: unknown) =>
      main(['serve'], io(written), (program) => {
        program.command('serve').action(() => {
          throw error;
        });
      });
    expect(await failing(new CommandEnd(9))).toBe(9);
    expect(await failing(new IsthmusError('LISTEN_PORT_IN_USE', 'port 9080 is in use'))).toBe(4);
    expect(written.join('')).toBe(
      'error: port 9080 is in use (LISTEN_PORT_IN_USE)\nnext: stop that program or choose another port with --port\n',
    );
  });
});
