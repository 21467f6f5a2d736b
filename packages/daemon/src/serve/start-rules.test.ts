import { EventEmitter } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { type Logger, silentLogger } from '@isthmus/kernel';
import { describe, expect, it } from '@jest/globals';
import { loadConfiguration } from '../configuration/load-configuration.js';
import { WinstonLogging } from '../logging/winston-logger.js';
import { accountsFor } from './access-rules.js';
import { followReloads } from './reload.js';
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
    expect(await accountsFor(configurationOf(`listen: { host: "${host}" }`).loaded.configuration, true, {})).toEqual(
      [],
    );
  });

  it.each([
    '0.0.0.0',
    '::',
    '192.168.0.1',
    '127.0.0.1.example.org',
    '1270.0.0.1',
  ])('refuses %s without accounts and says what to set', async (host) => {
    const { configuration } = configurationOf(`listen: { host: "${host}" }`).loaded;
    await expect(accountsFor(configuration, true, {})).rejects.toThrow(
      expect.objectContaining({ code: 'LISTEN_NEEDS_ACCOUNTS', next: expect.stringContaining('accounts') }),
    );
  });

  it('refuses a configured start without accounts, on loopback too', async () => {
    await expect(accountsFor(configurationOf('').loaded.configuration, false, {})).rejects.toThrow(
      expect.objectContaining({ code: 'LISTEN_NEEDS_ACCOUNTS' }),
    );
  });

  it('resolves tokens, and names the reference that leads to nothing', async () => {
    const { configuration } = configurationOf(account).loaded;
    expect(await accountsFor(configuration, false, { TOKEN: 's3cret' })).toEqual([
      { name: 'a', role: 'admin', token: 's3cret' },
    ]);
    await expect(accountsFor(configuration, false, {})).rejects.toThrow(
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
}

describe('followReloads', () => {
  function reloading(text: string) {
    const { file, loaded } = configurationOf(text);
    const sink = new Sink();
    const logging = new WinstonLogging({ level: 'info', format: 'json' }, sink as unknown as NodeJS.WriteStream);
    const signals = new EventEmitter();
    const follow = followReloads({ file, environment: {}, flags: new Map() }, loaded, logging, signals);
    const reload = (next: string) => {
      writeFileSync(file, next);
      signals.emit('SIGHUP');
    };
    return { sink, logging, signals, follow, reload };
  }

  it('applies hot keys and names those that need a restart', () => {
    const { sink, logging, follow, reload } = reloading('log: { level: info }');
    reload('log: { level: debug }\nlisten: { port: 1 }');
    logging.logger.debug('now it is told');
    follow[Symbol.dispose]();
    expect(sink.text).toContain('"applied":["log.level"]');
    expect(sink.text).toContain('"needRestart":["listen.port"]');
    expect(sink.text).toContain('now it is told');
  });

  it('keeps the old configuration when the new one has mistakes', () => {
    const { sink, logging, follow, reload } = reloading('log: { level: info }');
    reload('log: { levle: debug }');
    reload('log: [');
    logging.logger.debug('not told');
    follow[Symbol.dispose]();
    expect(sink.text).toContain('did you mean level');
    expect(sink.text.match(/the old one stays/g)).toHaveLength(2);
    expect(sink.text).not.toContain('not told');
  });

  it('stops listening', () => {
    const { signals, follow } = reloading('');
    follow[Symbol.dispose]();
    expect(signals.listenerCount('SIGHUP')).toBe(0);
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
