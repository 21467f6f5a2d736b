import { EventEmitter } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { type Logger, silentLogger } from '@isthmus/kernel';
import type { Account } from '@isthmus/platform';
import { describe, expect, it } from '@jest/globals';
import { loadConfiguration } from '../configuration/load-configuration.js';
import { WinstonLogging } from '../logging/winston-logger.js';
import { accountsFor } from './access-rules.js';
import { Reloads } from './reload.js';
import { surviveStrayErrors } from './stray-errors.js';

function configurationOf(text: string) {
  const file = join(mkdtempSync(join(tmpdir(), 'isthmus-rules-')), 'c.yaml');
  writeFileSync(file, text);
  return { file, loaded: loadConfiguration({ file, environment: {}, flags: new Map() }) };
}

describe('accountsFor', () => {
  const account = 'accounts: [{ name: a, role: admin, token: "${env:TOKEN}" }]';

  it.each([
    '127.0.0.1',
    'localhost',
    '::1',
    '127.8.9.10',
  ])('lets the quick start run without accounts on %s', async (host) => {
    expect(await accountsFor(configurationOf(`listen: { host: "${host}" }`).loaded, true, {})).toEqual([]);
  });

  it.each([
    '0.0.0.0',
    '::',
    '192.168.0.1',
    '127.0.0.1.example.org',
    '1270.0.0.1',
  ])('refuses %s without accounts and says what to set', async (host) => {
    const { loaded } = configurationOf(`listen: { host: "${host}" }`);
    await expect(accountsFor(loaded, true, {})).rejects.toThrow(
      expect.objectContaining({ code: 'LISTEN_NEEDS_ACCOUNTS', next: expect.stringContaining('accounts') }),
    );
  });

  it('refuses a configured start without accounts, on loopback too', async () => {
    await expect(accountsFor(configurationOf('').loaded, false, {})).rejects.toThrow(
      expect.objectContaining({ code: 'LISTEN_NEEDS_ACCOUNTS' }),
    );
  });

  it('resolves tokens, and names the reference that leads to nothing', async () => {
    const { loaded } = configurationOf(account);
    expect(await accountsFor(loaded, false, { TOKEN: 's3cret-token' })).toEqual([
      { name: 'a', role: 'admin', token: 's3cret-token' },
    ]);
    await expect(accountsFor(loaded, false, {})).rejects.toThrow(
      expect.objectContaining({ code: 'CONFIG_SECRET_UNRESOLVED' }),
    );
  });
});

class Sink extends Writable {
  text = '';
  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.text += chunk.toString();
    done();
  }

  /** These tests look at once; `turn-writer.test.ts` is about what waits. */
  override cork(): void {}
  override uncork(): void {}
}

describe('Reloads', () => {
  const account = (name: string, variable: string) => `{ name: ${name}, role: admin, token: "\${env:${variable}}" }`;
  const accounts = `accounts: [${account('ada', 'ADA')}]`;

  async function reloading(text: string) {
    const environment: Record<string, string> = { ADA: 'token-of-ada', BOB: 'token-of-bob' };
    const { file, loaded } = configurationOf(`${accounts}\n${text}`);
    const sink = new Sink();
    const logging = new WinstonLogging({ level: 'info', format: 'json' }, sink as unknown as NodeJS.WriteStream);
    const source = new EventEmitter();
    const set: (readonly Account[])[] = [];
    const reloads = new Reloads({
      sources: { file, environment, flags: new Map() },
      loaded,
      accounts: await accountsFor(loaded, false, environment),
      logging,
      setAccounts: (next) => set.push(next),
      source,
    }).start();
    const reload = async (next: string) => {
      writeFileSync(file, next);
      source.emit('SIGHUP');
      await reloads.idle();
    };
    return { sink, logging, source, reloads, reload, environment, set };
  }

  it('apply hot keys and name those that need a restart', async () => {
    const { sink, logging, reloads, reload, set } = await reloading('log: { level: info }');
    await reload(`${accounts}\nlog: { level: debug }\nlisten: { port: 1 }`);
    logging.logger.debug('now it is told');
    reloads[Symbol.dispose]();
    expect(sink.text).toContain('"applied":["log.level"]');
    expect(sink.text).toContain('"needRestart":["listen.port"]');
    expect(sink.text).toContain('now it is told');
    expect(set).toEqual([]);
  });

  it('keep the old configuration when the new one has mistakes', async () => {
    const { sink, logging, reloads, reload } = await reloading('log: { level: info }');
    await reload('log: { levle: debug }');
    await reload('log: [');
    logging.logger.debug('not told');
    reloads[Symbol.dispose]();
    expect(sink.text).toContain('did you mean level');
    expect(sink.text.match(/the old one stays/g)).toHaveLength(2);
    expect(sink.text).not.toContain('not told');
  });

  it('take over accounts that come, go or change', async () => {
    const { sink, reloads, reload, set } = await reloading('');
    await reload(`accounts: [${account('bob', 'BOB')}]`);
    reloads[Symbol.dispose]();
    expect(set).toEqual([[{ name: 'bob', role: 'admin', token: 'token-of-bob' }]]);
    expect(sink.text).toContain('"accounts":["ada","bob"]');
    expect(sink.text).toContain('"needRestart":[]');
  });

  it('take over a rotated secret though no key changed, and never log it', async () => {
    const { sink, reloads, reload, environment, set } = await reloading('');
    environment.ADA = 'rotated-token';
    await reload(accounts);
    reloads[Symbol.dispose]();
    expect(set).toEqual([[{ name: 'ada', role: 'admin', token: 'rotated-token' }]]);
    expect(sink.text).toContain('"accounts":["ada"]');
    expect(sink.text).not.toContain('rotated-token');
  });

  it.each([
    ['without accounts', 'accounts: []', {}, 'LISTEN_NEEDS_ACCOUNTS'],
    ['with a secret that leads to nothing', accounts, { ADA: undefined }, 'CONFIG_SECRET_UNRESOLVED'],
    ['with a token too short', accounts, { ADA: 'short' }, 'fewer than 8 characters'],
  ])('keep the old accounts when they would be left %s, and say so', async (_name, text, changed, said) => {
    const { sink, reloads, reload, environment, set } = await reloading('');
    Object.assign(environment, changed);
    await reload(`${text}\nlog: { level: debug }`);
    reloads[Symbol.dispose]();
    expect(set).toEqual([]);
    expect(sink.text).toContain(said);
    expect(sink.text).toContain('the old one stays');
    expect(sink.text).not.toContain('applied');
  });

  it('stop listening', async () => {
    const { source, reloads } = await reloading('');
    reloads[Symbol.dispose]();
    expect(source.listenerCount('SIGHUP')).toBe(0);
  });
});

describe('surviveStrayErrors', () => {
  it('logs what nobody caught and lets the process go on', () => {
    const lines: string[] = [];
    const logger: Logger = {
      ...silentLogger,
      error: (message, fields) => void lines.push(`${message}: ${String(fields?.problem)}`),
    };
    const source = new EventEmitter();
    const stop = surviveStrayErrors(source, logger);
    source.emit('unhandledRejection', new Error('left behind'));
    source.emit('uncaughtException', 'a string');
    stop[Symbol.dispose]();
    expect(lines).toEqual([expect.stringContaining('left behind'), expect.stringContaining('a string')]);
    expect(source.eventNames()).toEqual([]);
  });
});

describe('the log', () => {
  it('lets no name steer the terminal', () => {
    const sink = new Sink();
    new WinstonLogging({ level: 'info', format: 'text' }, sink as unknown as NodeJS.WriteStream).logger.info('file', {
      name: 'a\u001b[2Jb\nc',
    });
    expect(sink.text).toContain('a\\x1b[2Jb\\x0ac');
    expect(sink.text.trimEnd().split('\n')).toHaveLength(1);
  });

  it('never lets a fact replace level or message', () => {
    const sink = new Sink();
    new WinstonLogging({ level: 'info', format: 'json' }, sink as unknown as NodeJS.WriteStream).logger
      .child({ message: 'fake' })
      .warn('true', { level: 'debug' });
    expect(JSON.parse(sink.text)).toMatchObject({
      level: 'warn',
      message: 'true',
      fields: { message: 'fake', level: 'debug' },
    });
  });
});
