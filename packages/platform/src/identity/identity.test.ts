import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Clock, type Logger, silentLogger, systemClock } from '@isthmus/kernel';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt, decodeProtectedHeader, generateKeyPair, SignJWT } from 'jose';
import { createHttpHost } from '../http/http-host.js';
import { call, type TestCall } from '../testing/test-call.js';
import { changeUsers } from './change-users.js';
import { createIdentity, type Identity, type IdentityOptions } from './identity.js';
import { hashPassword } from './password-hash.js';

const folder = mkdtempSync(join(tmpdir(), 'isthmus-identity-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let hash = '';
beforeAll(async () => {
  hash = await hashPassword('correct horse', { logN: 10, r: 8, p: 1 });
});

/** A clock that only the test moves. */
class TestClock implements Clock {
  time = Date.UTC(2026, 2, 1, 8);
  now = () => this.time;
  monotonic = () => this.time;
  schedule = (delayMs: number, action: () => void) => systemClock.schedule(delayMs, action);
}

interface Setting extends AsyncDisposable {
  readonly identity: Identity;
  readonly clock: TestClock;
  readonly lines: string[];
  readonly dataDirectory: string;
  readonly usersFile: string;
  send(path: string, request?: TestCall): ReturnType<typeof call>;
  logIn(userId: string, password: string, more?: object): ReturnType<typeof call>;
  who(token: string, path?: string): ReturnType<typeof call>;
}

const users = () => ({
  ada: { role: 'admin', displayName: 'Ada L.', password: hash },
  olga: { role: 'operator', password: hash, actsFor: ['robot'] },
  dora: { role: 'viewer', password: hash, disabled: true },
  nopass: { role: 'viewer' },
});

async function listening(options: Partial<IdentityOptions> = {}, clock = new TestClock()): Promise<Setting> {
  const dataDirectory = options.dataDirectory ?? mkdtempSync(join(folder, 'data-'));
  const usersFile = join(dataDirectory, 'users.json');
  if (options.dataDirectory === undefined) writeFileSync(usersFile, JSON.stringify({ users: users() }));
  const lines: string[] = [];
  const note = (message: string, fields: object = {}) => void lines.push(`${message} ${JSON.stringify(fields)}`);
  const logger: Logger = { ...silentLogger, info: note, warn: note, error: note };
  const identity = await createIdentity({ dataDirectory, clock, logger, ...options });
  const release = options.release ?? 'both';
  const host = createHttpHost({ host: '127.0.0.1', port: 0, logger: silentLogger, identity, release });
  const tell = { config: { role: 'viewer' } } as const;
  for (const url of ['/who', '/users/:userId/who', '/open-metadata/admin-services/who'])
    host.http.get(url, tell, async ({ caller, actingFor }) => ({ ...caller, actingFor }));
  const base = await host.listen();
  const send = (path: string, request?: TestCall) => call(base + path, request);
  return {
    identity,
    clock,
    lines,
    dataDirectory,
    usersFile,
    send,
    logIn: (userId, password, more = {}) =>
      send('/api/token', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        payload: JSON.stringify({ userId, password, ...more }),
      }),
    who: (token, path = '/who') => send(path, { headers: { authorization: `Bearer ${token}` } }),
    async [Symbol.asyncDispose]() {
      await host[Symbol.asyncDispose]();
      await identity[Symbol.asyncDispose]();
    },
  };
}

describe('a log-in', () => {
  it('gives a signed token with the claims of Egeria, good for an hour', async () => {
    await using setting = await listening();
    const answer = await setting.logIn('ada', 'correct horse');
    expect([answer.status, answer.headers['content-type']]).toEqual([200, 'text/plain;charset=UTF-8']);
    expect(decodeProtectedHeader(answer.text)).toEqual({ alg: 'RS256' });
    const issuedAt = setting.clock.time / 1000;
    expect(decodeJwt(answer.text)).toMatchObject({
      iss: 'self',
      sub: 'ada',
      displayName: 'Ada L.',
      iat: issuedAt,
      exp: issuedAt + 3600,
    });
    expect((await setting.who(answer.text)).json()).toMatchObject({ name: 'ada', role: 'admin' });
    setting.clock.time += 3_600_000;
    expect((await setting.who(answer.text)).status).toBe(401);
  });

  it('is answered alike whoever fails, and the log never holds the password', async () => {
    await using setting = await listening();
    const answers = [];
    for (const name of ['ada', 'nobody', 'dora', 'nopass', '', '__proto__'])
      answers.push(await setting.logIn(name, name === 'ada' ? 'wrong horse' : 'correct horse'));
    const [first] = answers;
    expect(first?.json()).toMatchObject({
      class: 'FFDCResponseBase',
      relatedHTTPCode: 401,
      isthmusCode: 'LOGIN_FAILED',
    });
    for (const answer of answers) expect([answer.status, answer.text]).toEqual([401, first?.text]);
    expect(setting.lines.join()).not.toContain('horse');
  });

  it('becomes slow for who guesses, for nobody else and not for ever', async () => {
    await using setting = await listening();
    const statuses = [];
    for (let attempt = 0; attempt < 12; attempt += 1) statuses.push((await setting.logIn('ada', 'guess')).status);
    expect(statuses).toEqual([...Array(10).fill(401), 429, 429]);
    const late = await setting.logIn('ada', 'correct horse');
    expect([late.status, late.headers['retry-after']]).toEqual([429, '15']);
    expect((await setting.logIn('olga', 'correct horse')).status).toBe(200);
    setting.clock.time += 15_000;
    expect((await setting.logIn('ada', 'correct horse')).status).toBe(200);
  });

  it('may change the password; tokens given out before end, the new one holds', async () => {
    await using setting = await listening();
    const before = (await setting.logIn('olga', 'correct horse')).text;
    const short = await setting.logIn('olga', 'correct horse', { newPassword: 'short' });
    expect([short.status, short.json().isthmusCode]).toEqual([400, 'PASSWORD_UNSUITABLE']);
    const after = (await setting.logIn('olga', 'correct horse', { newPassword: 'battery staple' })).text;
    expect((await setting.who(before)).status).toBe(401);
    expect((await setting.who(after)).json()).toMatchObject({ name: 'olga' });
    expect((await setting.logIn('olga', 'correct horse')).status).toBe(401);
    expect((await setting.logIn('olga', 'battery staple')).status).toBe(200);
    expect(readdirSync(setting.dataDirectory).sort()).toEqual(['token-key.pem', 'users.json']);
  });
});

describe('a token', () => {
  it('survives a restart by a key that only its owner may read', async () => {
    const first = await listening();
    const token = (await first.logIn('ada', 'correct horse')).text;
    const { dataDirectory } = first;
    await first[Symbol.asyncDispose]();
    expect(statSync(join(dataDirectory, 'token-key.pem')).mode & 0o777).toBe(0o600);
    await using second = await listening({ dataDirectory });
    expect((await second.who(token)).status).toBe(200);
  });

  it('is made with one key when several processes start at once', async () => {
    const dataDirectory = mkdtempSync(join(folder, 'race-'));
    writeFileSync(join(dataDirectory, 'users.json'), JSON.stringify({ users: users() }));
    const settings = await Promise.all([1, 2, 3].map(() => listening({ dataDirectory })));
    const token = (await settings[0]?.logIn('ada', 'correct horse'))?.text ?? '';
    for (const setting of settings) {
      expect((await setting.who(token)).status).toBe(200);
      await setting[Symbol.asyncDispose]();
    }
    expect(readdirSync(dataDirectory).sort()).toEqual(['token-key.pem', 'users.json']);
  });

  it('that was forged is worth nothing', async () => {
    await using setting = await listening();
    const good = (await setting.logIn('olga', 'correct horse')).text;
    const [header = '', payload = '', signature = ''] = good.split('.');
    const claims = decodeJwt(good);
    const other = await generateKeyPair('RS256');
    const text = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const publicKey = readFileSync(join(setting.dataDirectory, 'token-key.pem'));
    const forged: Record<string, string> = {
      'alg none': `${text({ alg: 'none' })}.${payload}.`,
      'alg none with a signature': `${text({ alg: 'none' })}.${payload}.${signature}`,
      'another subject': `${header}.${text({ ...claims, sub: 'ada' })}.${signature}`,
      'another key': await new SignJWT(claims).setProtectedHeader({ alg: 'RS256' }).sign(other.privateKey),
      'a secret that is the key': await new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(publicKey),
      'no signature': `${header}.${payload}.`,
      'a cut one': good.slice(0, -3),
      'a very long one': `${good}${'a'.repeat(10_000)}`,
      garbage: 'abc',
    };
    for (const [name, token] of Object.entries(forged))
      expect([name, (await setting.who(token)).status]).toEqual([name, 401]);
    expect((await setting.who(good)).status).toBe(200);
  });

  it('follows its user: another role, disabled, removed', async () => {
    await using setting = await listening();
    const token = (await setting.logIn('olga', 'correct horse')).text;
    const change = async (entry: object | undefined) => {
      await changeUsers(setting.usersFile, ({ olga, ...others }) =>
        entry === undefined || olga === undefined ? others : { ...others, olga: { ...olga, ...entry } },
      );
      await setting.identity.users.reload();
    };
    await change({ role: 'viewer' });
    expect((await setting.who(token)).json()).toMatchObject({ role: 'viewer' });
    await change({ disabled: true });
    expect((await setting.who(token)).status).toBe(401);
    await change({ disabled: false });
    expect((await setting.who(token)).status).toBe(200);
    await change(undefined);
    expect((await setting.who(token)).status).toBe(401);
  });
});

describe('the users file', () => {
  it.each([
    ['no JSON', '{"users":{"ada":{"password":"hunter2"', 'no JSON'],
    ['an unknown role', '{"users":{"ada":{"role":"emperor"}}}', 'users.ada.role'],
    ['an unknown key', '{"users":{"ada":{"role":"admin","pasword":"x"}}}', 'pasword'],
    ['a password that is no hash', '{"users":{"ada":{"role":"admin","password":"hunter2"}}}', 'users.ada.password'],
    ['nothing', '', 'no JSON'],
  ])('with %s changes nothing and the log names the place', async (_name, text, said) => {
    await using setting = await listening();
    writeFileSync(setting.usersFile, text);
    await setting.identity.users.reload();
    expect(setting.identity.users.count).toBe(4);
    expect(setting.lines.join()).toContain(said);
    expect(setting.lines.join()).not.toContain('hunter2');
    await expect(listening({ dataDirectory: setting.dataDirectory })).rejects.toMatchObject({
      code: 'USERS_UNREADABLE',
    });
  });

  it('that went away leaves its users, and the log says so', async () => {
    await using setting = await listening();
    rmSync(setting.usersFile);
    await setting.identity.users.reload();
    expect(setting.identity.users.count).toBe(4);
    expect(setting.lines.join()).toContain('gone');
  });

  it('loses no change when several are made at once', async () => {
    const path = join(mkdtempSync(join(folder, 'many-')), 'users.json');
    const names = Array.from({ length: 20 }, (_, index) => `user-${index}`);
    await Promise.all(
      names.map((name) => changeUsers(path, (known) => ({ ...known, [name]: { role: 'viewer' as const } }))),
    );
    expect(Object.keys(JSON.parse(readFileSync(path, 'utf8')).users).sort()).toEqual([...names].sort());
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('is not blocked by a process that ended while it changed the file', async () => {
    const path = join(mkdtempSync(join(folder, 'stale-')), 'users.json');
    writeFileSync(`${path}.lock`, '2147483646');
    await changeUsers(path, () => ({ ada: { role: 'admin' } }));
    expect(JSON.parse(readFileSync(path, 'utf8')).users).toEqual({ ada: { role: 'admin' } });
  });
});

describe('in whose name a call is made', () => {
  it.each([
    ['ada', '/users/anybody/who', 200],
    ['olga', '/users/olga/who', 200],
    ['olga', '/users/robot/who', 200],
    ['olga', '/users/ada/who', 403],
    ['olga', '/who?delegatingUserId=robot', 200],
    ['olga', '/who?delegatingUserId=ada', 403],
    ['olga', '/who?delegatingUserId=', 200],
    ['olga', '/who?delegatingUserId=robot&delegatingUserId=ada', 400],
  ])('%s may call %s: %i', async (name, path, status) => {
    await using setting = await listening();
    const token = (await setting.logIn(name, 'correct horse')).text;
    expect((await setting.who(token, path)).status).toBe(status);
  });

  it('must be known to the administration', async () => {
    await using setting = await listening();
    const token = (await setting.logIn('ada', 'correct horse')).text;
    const path = '/open-metadata/admin-services/who?delegatingUserId=';
    expect((await setting.who(token, `${path}olga`)).json()).toMatchObject({ name: 'ada', actingFor: 'olga' });
    expect((await setting.who(token, `${path}nobody`)).status).not.toBe(200);
  });

  it('is believed of a path only where that is configured, with the weaker role', async () => {
    await using closed = await listening();
    expect((await closed.send('/users/ada/who')).status).toBe(401);
    await using open = await listening({ userIdInPath: 'operator' });
    expect((await open.send('/users/ada/who')).json()).toMatchObject({ name: 'ada', role: 'operator' });
    expect((await open.send('/users/stranger/who')).json()).toMatchObject({ name: 'stranger', role: 'operator' });
    expect((await open.send('/users/nopass/who')).json()).toMatchObject({ role: 'viewer' });
    expect((await open.send('/users/dora/who')).status).toBe(401);
    expect((await open.send('/who')).status).toBe(401);
    const token = (await open.logIn('olga', 'correct horse')).text;
    expect((await open.who(token, '/users/ada/who')).status).toBe(403);
  });
});

describe('a process without accounts', () => {
  it('is open in the quick start alone, and closes for good with its first user', async () => {
    const dataDirectory = mkdtempSync(join(folder, 'open-'));
    const usersFile = join(dataDirectory, 'users.json');
    await expect(listening({ dataDirectory })).rejects.toMatchObject({ code: 'LISTEN_NEEDS_ACCOUNTS' });
    await using setting = await listening({ dataDirectory, openWithoutAccounts: true });
    expect((await setting.send('/who')).json()).toMatchObject({ name: 'quick-start', role: 'admin' });
    writeFileSync(usersFile, JSON.stringify({ users: users() }));
    await setting.identity.users.reload();
    expect((await setting.send('/who')).status).toBe(401);
    writeFileSync(usersFile, '{"users":{}}');
    await setting.identity.users.reload();
    expect((await setting.send('/who')).status).toBe(401);
  });
});
