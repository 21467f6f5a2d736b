import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { checkConfiguration, showConfiguration } from './configuration-commands.js';
import { loadConfiguration } from './load-configuration.js';

function file(text: string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'isthmus-config-')), 'isthmus.yaml');
  writeFileSync(path, text);
  return path;
}

function load(text: string, environment: Record<string, string> = {}, flags: Record<string, string> = {}) {
  return loadConfiguration({
    file: file(text),
    environment,
    flags: new Map(Object.entries(flags).map(([key, value]) => [key, { flag: `--${key}`, value }])),
  });
}

function accountsOf(...variables: readonly string[]): string {
  const items = variables.map(
    (variable, index) => `  - { name: a${index}, role: admin, token: "\${env:${variable}}" }`,
  );
  return `accounts:\n${items.join('\n')}`;
}

async function printed(
  work: (output: { out(text: string): void; error(text: string): void }) => number | Promise<number>,
) {
  const lines: string[] = [];
  const code = await work({ out: (text) => lines.push(text), error: (text) => lines.push(text) });
  return { code, text: lines.join('\n') };
}

describe('loadConfiguration', () => {
  it('lets flags win over the environment, the environment over the file, the file over defaults', () => {
    const text = 'listen: { host: 10.0.0.1, port: 1 }\nlog: { level: warn }';
    const { configuration, origins } = load(
      text,
      { ISTHMUS_LISTEN_PORT: '2', ISTHMUS_LOG_LEVEL: 'error' },
      { 'listen.port': '3' },
    );
    expect(configuration.listen).toEqual({ host: '10.0.0.1', port: 3, hostNames: [] });
    expect(configuration.log).toEqual({ level: 'error', format: 'auto' });
    expect(origins.get('listen.port')).toEqual({ kind: 'flag', flag: '--listen.port' });
    expect(origins.get('log.level')).toEqual({ kind: 'environment', variable: 'ISTHMUS_LOG_LEVEL' });
    expect(origins.get('listen.host')).toMatchObject({ kind: 'file', line: 1 });
    expect(origins.get('log.format')).toEqual({ kind: 'default' });
  });

  it('gathers every mistake with its line', () => {
    const { problems } = load(
      'listen:\n  prot: 9080\n  port: abc\nlog:\n  level: loud\nservers:\n  d: { kind: integration-daemon, groupPollSeconds: -1 }\n',
    );
    expect(problems.map(({ code, field, origin }) => [code, field, origin.kind === 'file' ? origin.line : 0])).toEqual([
      ['CONFIG_UNKNOWN_KEY', 'listen.prot', 2],
      ['CONFIG_INVALID_VALUE', 'listen.port', 3],
      ['CONFIG_INVALID_VALUE', 'log.level', 5],
      ['CONFIG_INVALID_VALUE', 'servers.d.groupPollSeconds', 7],
    ]);
    expect(problems[0]?.next).toContain('did you mean port?');
  });

  it('keeps digits text where text is wanted', () => {
    expect(load('', { ISTHMUS_DATA_DIRECTORY: '2026' }).configuration.dataDirectory).toBe('2026');
  });

  it('refuses a number that is none', () => {
    expect(load('', {}, { 'listen.port': 'many' }).problems).toMatchObject([
      { field: 'listen.port', origin: { kind: 'flag' } },
    ]);
  });

  it('names the line of what is no YAML', () => {
    expect(() => load('listen:\n  port: [1\nlog: x')).toThrow(
      expect.objectContaining({ code: 'CONFIG_UNREADABLE', message: expect.stringMatching(/isthmus\.yaml:\d+:/) }),
    );
  });

  it.each([
    ['an alias inside what it stands for', 'log: {}\na: &a [*a]', /isthmus\.yaml:2: the alias \*a lies inside/],
    [
      'aliases that unfold to more than a file may hold',
      `a: &a [x,x,x,x,x,x,x,x,x]\n${[...'bcdefgh'].map((name, index) => `${name}: &${name} [${Array(9).fill(`*${'abcdefg'[index]}`).join(',')}]`).join('\n')}`,
      /isthmus\.yaml:2: its aliases cannot be unfolded/,
    ],
    ['what nests too deep', `a: ${'['.repeat(50_000)}${']'.repeat(50_000)}`, /isthmus\.yaml:1: /],
  ])('names the line of %s', (_name, text, message) => {
    expect(() => load(text)).toThrow(
      expect.objectContaining({ code: 'CONFIG_UNREADABLE', message: expect.stringMatching(message) }),
    );
  });

  it.each([
    ['ISTHMUS_LISTN_PORT', 'did you mean ISTHMUS_LISTEN_PORT?'],
    ['ISTHMUS_LISTENPORT', 'did you mean ISTHMUS_LISTEN_PORT?'],
    ['ISTHMUS_DATA_DIR', 'did you mean ISTHMUS_DATA_DIRECTORY?'],
    ['ISTHMUS_LOG_LEVLE', 'did you mean ISTHMUS_LOG_LEVEL?'],
  ])('takes %s for a misspelt key', (variable, next) => {
    expect(load('', { [variable]: '1' }).problems).toMatchObject([
      {
        code: 'CONFIG_UNKNOWN_KEY',
        field: variable,
        origin: { kind: 'environment', variable },
        next: expect.stringContaining(next),
      },
    ]);
  });

  it('leaves variables alone that belong to the command line, are referred to, or mean something else', () => {
    const text = 'accounts: [{ name: a, role: admin, token: "${env:ISTHMUS_LISTEN_POST}" }]';
    const others = [
      'ISTHMUS_URL',
      'ISTHMUS_TOKEN',
      'ISTHMUS_TOKEN_FILE',
      'ISTHMUS_DAEMON_TOKEN',
      'ISTHMUS_LISTEN_POST',
    ];
    expect(load(text, Object.fromEntries(others.map((name) => [name, 'x']))).problems).toEqual([]);
  });

  it('refuses a key that is there twice', () => {
    expect(() => load('listen: {}\nlisten: {}')).toThrow(expect.objectContaining({ code: 'CONFIG_UNREADABLE' }));
  });

  it('reads a release that is written as a number, and tells the ones that there are', () => {
    const text = (release: string) =>
      `servers:\n  d: { kind: integration-daemon, metadataServer: { url: "http://x", release: ${release} } }`;
    for (const release of ['4.3', '"4.3"', 'auto']) expect(load(text(release)).problems).toEqual([]);
    expect(load(text('5.3')).problems).toMatchObject([
      { field: 'servers.d.metadataServer.release', fault: expect.stringContaining('auto, 4.3, 6.1') },
    ]);
  });

  it('takes a password for a metadata server elsewhere alone, and not beside a token', () => {
    const problems = (keys: string) =>
      load(
        `servers: { metadata-store: { kind: metadata-store }, d: { kind: integration-daemon, metadataServer: { ${keys} } } }`,
      ).problems;
    const password = 'password: "${env:P}"';
    expect(problems(`url: "http://x", ${password}`)).toEqual([]);
    const field = { field: 'servers.d.metadataServer.password' };
    expect(problems(password)).toMatchObject([field]);
    expect(problems(`url: "http://x", ${password}, token: "\${env:T}"`)).toMatchObject([field]);
    expect(problems('url: "http://x", password: secret')).toMatchObject([field]);
  });

  it('wants a metadata server of this process when no URL is given', () => {
    expect(load('servers:\n  d: { kind: integration-daemon }').problems).toMatchObject([
      { field: 'servers.d.metadataServer.name' },
    ]);
    expect(load('servers:\n  d: { kind: integration-daemon, metadataServer: { url: "http://x" } }').problems).toEqual(
      [],
    );
  });

  it('refuses two accounts of one name', () => {
    const account = '{ name: a, role: admin, token: "${env:A}" }';
    expect(load(`accounts: [${account}, ${account}]`).problems).toMatchObject([{ field: 'accounts.1.name' }]);
  });
});

describe('config check', () => {
  it('looks secrets up and names what is not there', async () => {
    const path = file('accounts: [{ name: a, role: admin, token: "${env:NOT_SET}" }]');
    const { code, text } = await printed((output) =>
      checkConfiguration({ file: path, environment: {}, flags: new Map() }, false, output),
    );
    expect(code).toBe(4);
    expect(text).toContain('CONFIG_SECRET_UNRESOLVED');
    expect(
      (
        await printed((output) =>
          checkConfiguration({ file: path, environment: { NOT_SET: 'long-enough' }, flags: new Map() }, false, output),
        )
      ).code,
    ).toBe(0);
  });

  it.each([
    ['no accounts', 'log: {}', /isthmus\.yaml:1: accounts: .*\[LISTEN_NEEDS_ACCOUNTS\]\n {2}next: add an account/],
    ['an empty list of accounts', 'log: {}\naccounts: []', /isthmus\.yaml:2: accounts: .*\[LISTEN_NEEDS_ACCOUNTS\]/],
    [
      'two accounts of one token',
      accountsOf('GOOD', 'SAME'),
      /:3: accounts\.1\.token: .*the account a0 has .*\n {2}next: give/,
    ],
    [
      'a token too short',
      accountsOf('SHORT'),
      /:2: accounts\.0\.token: .*fewer than 8 characters \[CONFIG_INVALID_VALUE\]/,
    ],
    ['a token with white space', accountsOf('SPACED'), /:2: accounts\.0\.token: .*white space/],
    [
      'a folder of connectors that is not there',
      `${accountsOf('GOOD')}\nconnectors:\n  directories:\n    - /nowhere/at/all`,
      /:5: connectors\.directories\.0: there is no folder \/nowhere\/at\/all .*\n {2}next: create/,
    ],
  ])('finds what would keep it from starting: %s', async (_name, text, said) => {
    const environment = { GOOD: 'long-enough', SAME: 'long-enough', SHORT: '1234567', SPACED: 'two words here' };
    const checked = await printed((output) =>
      checkConfiguration({ file: file(text), environment, flags: new Map() }, false, output),
    );
    expect(checked.code).toBe(4);
    expect(checked.text).toMatch(said);
    for (const secret of Object.values(environment)) expect(checked.text).not.toContain(secret);
  });

  it('needs no file: the quick start on loopback is valid, elsewhere it needs accounts', async () => {
    const check = (environment: Record<string, string>) =>
      printed((output) => checkConfiguration({ environment, flags: new Map() }, false, output));
    expect((await check({})).code).toBe(0);
    expect((await check({ ISTHMUS_LISTEN_HOST: '0.0.0.0' })).text).toMatch(
      /^environment ISTHMUS_LISTEN_HOST: listen\.host: .*\[LISTEN_NEEDS_ACCOUNTS\]/,
    );
  });

  it('never prints a secret that was written out', async () => {
    const sources = {
      file: file('accounts: [{ name: a, role: admin, token: hunter2 }]'),
      environment: {},
      flags: new Map(),
    };
    for (const json of [true, false]) {
      expect((await printed((output) => checkConfiguration(sources, json, output))).text).not.toContain('hunter2');
      expect(
        (await printed((output) => showConfiguration(sources, { json, origin: true }, output))).text,
      ).not.toContain('hunter2');
    }
  });
});
