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

  it('refuses a key that is there twice', () => {
    expect(() => load('listen: {}\nlisten: {}')).toThrow(expect.objectContaining({ code: 'CONFIG_UNREADABLE' }));
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
          checkConfiguration({ file: path, environment: { NOT_SET: 'x' }, flags: new Map() }, false, output),
        )
      ).code,
    ).toBe(0);
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
