import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger, systemClock } from '@isthmus/kernel';
import { type Account, type HttpRoute, type Role, roles } from '@isthmus/platform';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadConfiguration } from '../configuration/load-configuration.js';
import { type ComposedProcess, composeProcess } from './process-composition.js';
import { openIdentity } from './process-identity.js';

/** Everything that needs no account, and why. */
const publicRoutes: Readonly<Record<string, string>> = {
  'GET /healthz': 'whether the process answers at all: asked by what starts it again',
  'GET /readyz': 'whether its servers are ready: asked by what sends it requests',
  'POST /api/token': 'who logs in has no token yet',
  'POST /servers/:serverName/api/token': 'the same, as clients of a server ask it',
  'GET /api/about': 'clients of Egeria look for the platform before they log in; tells its release',
  'GET /api/public/app/info': 'what the platform is called, shown before a log-in',
  'GET /actuator/health': 'the same as healthz, where tools for Egeria look for it',
  'GET /open-metadata/platform-services/server-platform/origin': 'the same, of older clients',
  'GET /open-metadata/platform-services/users/:userId/server-platform/origin': 'the same, in the paths of 4.3',
};

/** POST that only reads: Egeria's searches carry their conditions in a body. */
const readingPosts = [
  /\/metadata-elements\/(?:by-|guid-by-|:guid$|:guid\/(?:history|with-anchored-elements|linked-by-))/,
  /\/metadata-elements\/:guid\/classifications\/:name\/history$/,
  /\/related-elements\/(?:by-search|:guid\/(?:any-type|type\/))/,
  /\/relationships\/(?:by-|:guid\/history$)/,
  /\/metadata-sources\/by-name$/,
  /\/filesystems\/(?:folders|data-files)\/by-(?:search-)?(?:path-)?name$/,
  /\/isthmus\/groups\/:groupGuid\/connectors$/,
  /\/api\/open-metadata\/(?:classification-explorer|runtime-manager\/software-servers)\//,
];

/** What each verb on each path needs, written down without looking at the routes. */
function neededRole({ method, url, otherVerb }: HttpRoute): Role | 'public' {
  const asked = method === 'HEAD' ? 'GET' : method;
  if (Object.hasOwn(publicRoutes, `${asked} ${url}`)) return 'public';
  if (otherVerb === true || asked === 'OPTIONS') return 'viewer';
  // makes a daemon read its registrations anew, whatever the verb
  if (url.endsWith('/refresh-config')) return 'operator';
  // tells of everybody what they did and from where
  if (url === '/api/v1/audit') return 'admin';
  if (asked === 'GET') return 'viewer';
  if (asked === 'POST' && readingPosts.some((pattern) => pattern.test(url))) return 'viewer';
  if (url.startsWith('/open-metadata/platform-services/')) {
    const ofOneServer = /\/servers\/:serverName(?:\/instance)?$/.test(url);
    return ofOneServer ? 'operator' : 'admin';
  }
  const startsOrStops = /\/users\/:userId\/servers\/:serverName(?:\/instance)?$/.test(url);
  if (url.startsWith('/open-metadata/admin-services/')) return startsOrStops ? 'operator' : 'admin';
  return 'operator';
}

const accounts: readonly Account[] = roles.map((role) => ({ name: role, role, token: `token-of-${role}` }));
const folder = mkdtempSync(join(tmpdir(), 'isthmus-rights-'));
let composed: ComposedProcess;
let base = '';
let closeIdentity: () => PromiseLike<void> = async () => {};

beforeAll(async () => {
  const flags = new Map([['listen.port', { flag: '--port', value: '0' }]]);
  const { configuration } = loadConfiguration({ environment: {}, flags });
  const parts = { configuration, accounts, dataDirectory: folder, clock: systemClock, logger: silentLogger };
  const identity = await openIdentity({ ...parts, isQuickStart: false });
  closeIdentity = () => identity.identity[Symbol.asyncDispose]();
  composed = composeProcess({ ...parts, identity, providerDirectories: [], closeGraceMs: 100, shutDown: () => {} });
  base = (await composed.start()).url;
});

afterAll(async () => {
  await composed[Symbol.asyncDispose]();
  await closeIdentity();
  rmSync(folder, { recursive: true, force: true });
});

type Outcome = 'admitted' | 'forbidden' | 'unauthenticated';

/** The body is cut off: whoever is admitted is told so before anything is done. */
async function ask({ method, url }: HttpRoute, caller: Role | undefined): Promise<Outcome> {
  const path = url
    .replace(/\(\^[^)]*\)/g, '')
    .replace(/:(\w+)/g, (_all, name) => (name === 'userId' ? (caller ?? 'x') : 'x'));
  const authorization = caller === undefined ? {} : { authorization: `Bearer token-of-${caller}` };
  const hasBody = method !== 'GET' && method !== 'HEAD';
  const answer = await fetch(base + path.replace('*', 'x'), {
    method,
    headers: { ...authorization, ...(hasBody ? { 'content-type': 'application/json' } : {}) },
    ...(hasBody ? { body: '{' } : {}),
  });
  const text = await answer.text();
  if (answer.status === 401) return 'unauthenticated';
  // Egeria's faces tell it in their envelope
  return answer.status === 403 || /"isthmusCode":"FORBIDDEN"/.test(text) ? 'forbidden' : 'admitted';
}

async function eachRoute(look: (route: HttpRoute) => Promise<string | undefined>): Promise<readonly string[]> {
  const waiting = [...composed.routes()];
  const found: string[] = [];
  const worker = async () => {
    for (let route = waiting.pop(); route !== undefined; route = waiting.pop()) {
      const wrong = await look(route);
      if (wrong !== undefined) found.push(`${route.method} ${route.url}: ${wrong}`);
    }
  };
  await Promise.all(Array.from({ length: 10 }, worker));
  return found.sort();
}

describe('the rights', () => {
  it('are declared by every route as this table has them', async () => {
    const wrong = await eachRoute(async (route) =>
      route.role === neededRole(route) ? undefined : `declares ${route.role}, needed is ${neededRole(route)}`,
    );
    expect(wrong).toEqual([]);
    expect(composed.routes().length).toBeGreaterThan(150);
  });

  it('name no public route that is not there', () => {
    const there = new Set(composed.routes().map(({ method, url }) => `${method} ${url}`));
    expect(Object.keys(publicRoutes).filter((route) => !there.has(route))).toEqual([]);
  });

  it.each([undefined, ...roles])('hold in every cell of caller %s', async (caller) => {
    const wrong = await eachRoute(async (route) => {
      const needed = neededRole(route);
      const rank = caller === undefined ? -1 : roles.indexOf(caller);
      const refusal = caller === undefined ? 'unauthenticated' : 'forbidden';
      const expected = needed === 'public' || rank >= roles.indexOf(needed) ? 'admitted' : refusal;
      // a log-in that is cut off is answered as one that is refused
      if (needed === 'public' && route.url.endsWith('/api/token')) return undefined;
      // an answer to HEAD has no envelope that would tell
      if (route.method === 'HEAD' && expected === 'forbidden') return undefined;
      const outcome = await ask(route, caller);
      return outcome === expected ? undefined : `${outcome} instead of ${expected}`;
    });
    expect(wrong).toEqual([]);
  });
});
