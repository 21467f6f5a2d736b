import { ManualClock, settle } from '@isthmus/connector-testing';
import { IsthmusError, type LogFields, type Logger } from '@isthmus/kernel';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { LogIn } from './log-in.js';
import type { TextAnswer } from './store-http.js';

const never = new AbortController().signal;
const hourMs = 3_600_000;
let clock: ManualClock;
let asked: { body: object; answer: (answer: TextAnswer | Error) => void }[];
let logged: string[];
let password: string;
let other: string | undefined;
let logIn: LogIn;

beforeEach(() => {
  clock = new ManualClock(1_700_000_000_000);
  asked = [];
  logged = [];
  password = 'pa55word';
  other = undefined;
  logIn = new LogIn({
    userId: 'garygeeke',
    credentials: async () => (password === '' ? undefined : { password, ...(other && { userId: other }) }),
    ask: (body) =>
      new Promise((resolve, reject) => {
        asked.push({ body, answer: (answer) => (answer instanceof Error ? reject(answer) : resolve(answer)) });
      }),
    clock,
    logger: remembering(),
    random: () => 1,
  });
});

describe('a log-in', () => {
  it('is made once for all who wait for a token, and not again while the token holds', async () => {
    const waiting = [logIn.token(undefined, never), logIn.token(undefined, never)];
    await settle();
    expect(asked.map(({ body }) => body)).toEqual([{ userId: 'garygeeke', password: 'pa55word' }]);
    const token = jwt('a', hourMs);
    await answer(token);
    expect(await Promise.all(waiting)).toEqual([token, token]);
    await clock.advance(hourMs - 61_000);
    expect(await logIn.token(undefined, never)).toBe(token);
    expect(asked).toHaveLength(1);
  });

  it('is made as the user that comes with the password', async () => {
    other = 'egerianpa';
    const waiting = logIn.token(undefined, never);
    await settle();
    await answer(jwt('a', hourMs));
    await waiting;
    expect(asked[0]?.body).toEqual({ userId: 'egerianpa', password: 'pa55word' });
  });

  it('is not made without a password', async () => {
    password = '';
    expect(await logIn.token(undefined, never)).toBeUndefined();
    expect(asked).toEqual([]);
  });

  it('is renewed before the token expires, with the password of the day', async () => {
    await holding(jwt('a', hourMs));
    await clock.advance(hourMs - 59_000);
    password = 'changed';
    const renewed = logIn.token(undefined, never);
    await answer(jwt('b', hourMs));
    expect(await renewed).toBe(jwt('b', hourMs));
    expect(asked[1]?.body).toMatchObject({ password: 'changed' });
  });

  it('counts the life of a token by the clock of its server', async () => {
    const issued = 4_000_000_000;
    const token = `e30.${encoded({ iat: issued, exp: issued + 100 })}.x`;
    await holding(token);
    await clock.advance(79_000);
    expect(await logIn.token(undefined, never)).toBe(token);
    await clock.advance(2_000);
    const renewed = logIn.token(undefined, never);
    await answer(jwt('b', hourMs));
    expect(await renewed).toBe(jwt('b', hourMs));
  });

  it('keeps a token that still holds when renewing it fails', async () => {
    const token = jwt('a', hourMs);
    await holding(token);
    await clock.advance(hourMs - 30_000);
    const renewed = logIn.token(undefined, never);
    await settle();
    asked[1]?.answer(new IsthmusError('STORE_UNREACHABLE', 'away'));
    expect(await renewed).toBe(token);
    await clock.advance(31_000);
    const late = logIn.token(undefined, never);
    await settle();
    asked[2]?.answer(new IsthmusError('STORE_UNREACHABLE', 'away'));
    await expect(late).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' });
  });

  it('is made again once for all whose token was refused', async () => {
    const old = jwt('old', hourMs);
    await holding(old);
    const waiting = [logIn.token(old, never), logIn.token(old, never)];
    await answer(jwt('new', hourMs));
    expect(await Promise.all(waiting)).toEqual([jwt('new', hourMs), jwt('new', hourMs)]);
    expect(await logIn.token(old, never)).toBe(jwt('new', hourMs));
    expect(asked).toHaveLength(2);
  });

  it('that is refused passes, is not tried again for a while, and waits longer each time', async () => {
    for (const [count, pauseMs] of [2_000, 4_000, 8_000].entries()) {
      const refused = logIn.token(undefined, never);
      await settle();
      asked[count]?.answer({ status: 401, text: '{"relatedHTTPCode":401}' });
      await expect(refused).rejects.toMatchObject({
        code: 'STORE_NOT_AUTHORIZED',
        retryable: true,
        next: expect.stringContaining('metadataServer.password'),
      });
      await clock.advance(pauseMs - 1);
      await expect(logIn.token(undefined, never)).rejects.toMatchObject({ code: 'STORE_NOT_AUTHORIZED' });
      expect(asked).toHaveLength(count + 1);
      await clock.advance(1);
    }
    const good = logIn.token(undefined, never);
    await answer(jwt('a', hourMs));
    expect(await good).toBe(jwt('a', hourMs));
  });

  it('lets one who gives up go at once while the others wait on', async () => {
    const leaving = new AbortController();
    const left = logIn.token(undefined, leaving.signal);
    const staying = logIn.token(undefined, never);
    await settle();
    leaving.abort(new Error('enough'));
    await expect(left).rejects.toThrow('enough');
    await answer(jwt('a', hourMs));
    expect(await staying).toBe(jwt('a', hourMs));
  });

  it.each([
    '',
    '<html>sorry</html>',
    '{"token":"x"}',
    'two\nlines',
    'x'.repeat(20_000),
  ])('takes no token from %j', async (text) => {
    const token = logIn.token(undefined, never);
    await settle();
    asked[0]?.answer({ status: 200, text });
    await expect(token).rejects.toMatchObject({ code: 'STORE_ANSWER_INVALID' });
  });

  it('tells neither password nor token in an error or a log', async () => {
    const refused = logIn.token(undefined, never).catch((error: unknown) => error);
    await settle();
    asked[0]?.answer({ status: 401, text: 'pa55word' });
    const told = JSON.stringify([await refused, String(await refused), logged]);
    expect(told).not.toContain('pa55word');
    await clock.advance(60_000);
    await holding(jwt('a', hourMs));
    expect(logged.join()).not.toContain(jwt('a', hourMs));
  });
});

async function holding(token: string): Promise<void> {
  const got = logIn.token(undefined, never);
  await answer(token);
  await got;
}

/** Answers the last log-in. */
async function answer(text: string): Promise<void> {
  await settle();
  asked.at(-1)?.answer({ status: 200, text });
}

function jwt(subject: string, lifeMs: number): string {
  return `e30.${encoded({ sub: subject, iat: 1_700_000_000, exp: 1_700_000_000 + lifeMs / 1000 })}.sig`;
}

function encoded(claims: object): string {
  return Buffer.from(JSON.stringify(claims)).toString('base64url');
}

function remembering(): Logger {
  const note = (message: string, fields?: LogFields) => void logged.push(JSON.stringify([message, fields]));
  const logger: Logger = { error: note, warn: note, info: note, debug: note, child: () => logger };
  return logger;
}
