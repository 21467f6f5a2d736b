// Requests made from a route: mostly near its real shape, so that they get past the first check, and odd somewhere.
import { makeValues, oddTexts } from './values.mjs';

const verbs = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'TRACE', 'PROPFIND'];
const mediaTypes = [
  'application/json; charset=utf-16',
  'application/json;charset=latin1',
  'APPLICATION/JSON',
  'text/plain',
  'text/xml',
  'multipart/form-data; boundary=x',
  'application/x-www-form-urlencoded',
  'application/json, text/plain',
  'application/',
  '/',
  '',
  'application/jsonx',
  'application/vnd.api+json',
];
/** Ending a server is no bad input: such calls get names that nobody has. */
const ends = /server-platform|\/instance|\/users\/:userId\/servers\/:serverName$/;

/** @param known { tokens, forged, user, names: values that exist, by name of the parameter } */
export function requestMaker(random, known) {
  const { pick, chance, odd, shaped, ofSchema, brokenBody, heavyBody } = makeValues(random);

  function parameter(name, route) {
    if (name === 'userId') return chance(0.8) ? known.user : pick(oddTexts);
    const mayExist = !(ends.test(route.url) && route.method !== 'GET');
    const existing = known.names[name];
    if (mayExist && existing !== undefined && chance(0.7)) return pick(existing);
    return chance(0.5) ? `no-such-${Math.floor(random() * 5)}` : pick(oddTexts);
  }

  function path(route) {
    const filled = route.url.replace(/:(\w+)(\([^)]*\))?|\*/g, (_all, name = 'rest') => {
      const text = parameter(name, route);
      // as it is, where HTTP allows it
      if (chance(0.03)) return text.replace(/[^!-~]/g, '');
      return encodeURIComponent(text.toWellFormed?.() ?? text.replace(/[\ud800-\udfff]/g, ''));
    });
    return chance(0.01) ? filled.replace(/\//g, () => pick(['/', '//', '/./', '/%2e%2e/', '/%2F', ';x=1/'])) : filled;
  }

  function query(route) {
    const properties = Object.keys(route.schema?.querystring?.properties ?? {});
    const usual = [
      'startFrom',
      'pageSize',
      'delegatingUserId',
      'startingAtEnd',
      'limit',
      'cursor',
      'after',
      'asOfTime',
    ];
    const pairs = [];
    for (let count = Math.floor(random() * 4); count > 0; count -= 1) {
      const name = chance(0.9) ? pick([...properties, ...usual]) : pick(oddTexts);
      const value = chance(0.4) ? pick(['0', '1', '10', known.user, 'true']) : String(odd() ?? '');
      const encode = chance(0.95)
        ? (text) => encodeURIComponent(text.toWellFormed?.() ?? text)
        : (text) => text.replace(/[^!-~]|#/g, '');
      pairs.push(`${encode(name)}=${encode(value.slice(0, 4000))}`);
      if (chance(0.1)) pairs.push(pairs.at(-1));
    }
    return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
  }

  function body(route, headers) {
    const kind = random();
    if (kind < 0.15) return undefined;
    headers['content-type'] = chance(0.94) ? 'application/json' : pick(mediaTypes);
    if (kind < 0.25) return brokenBody();
    if (kind < 0.29) return Buffer.from(heavyBody());
    const schema = route.schema?.body;
    const value = schema !== undefined && chance(0.85) ? ofSchema(schema, 0.12) : chance(0.9) ? shaped(6) : odd();
    return Buffer.from(JSON.stringify(value) ?? '');
  }

  return (route) => {
    const headers = { prefer: 'wait=0', accept: pick(['application/json', '*/*', 'text/html', '']) };
    const kind = random();
    const all = ends.test(route.url) && route.method !== 'GET' && !route.url.includes(':serverName');
    const who = all
      ? kind < 0.8
        ? 'weak'
        : 'forged'
      : kind < 0.84
        ? 'good'
        : kind < 0.9
          ? 'weak'
          : kind < 0.93
            ? 'none'
            : 'forged';
    if (who === 'good') headers.authorization = `Bearer ${pick(known.tokens)}`;
    if (who === 'weak') headers.authorization = `Bearer ${known.weakToken}`;
    if (who === 'forged') headers.authorization = `Bearer ${pick(Object.values(known.forged))}`;
    if (chance(0.02))
      headers.authorization = pick(['Bearer', 'Basic YTpi', 'bearer  ', 'Bearer a b', 'Negotiate', 'Bearer \u00e9']);
    // another verb on such a path would end servers, too
    const method = chance(0.95) || route.url.includes('/server-platform') ? route.method : pick(verbs);
    const sent =
      method === 'GET' || method === 'HEAD' ? (chance(0.05) ? body(route, headers) : undefined) : body(route, headers);
    for (const [name, values] of Object.entries(oddHeaders)) if (chance(0.01)) headers[name] = pick(values);
    if (chance(0.02))
      for (const name of Object.keys(route.schema?.headers?.properties ?? {})) headers[name.toLowerCase()] = '\u00ff';
    const heavyPath = chance(0.004) ? `/${'a'.repeat(pick([5_000, 12_000, 40_000]))}` : '';
    return { method, path: `${path(route)}${heavyPath}${query(route)}`, headers, body: sent, who, route };
  };
}

const oddHeaders = {
  'if-match': ['*', '"1"', 'W/"x"', '"', 'x'.repeat(3000)],
  'if-none-match': ['*', '"1"', '"'],
  'x-isthmus-grant': ['1', '-1', '{}', 'a:b:c', '9'.repeat(400)],
  'content-encoding': ['gzip', 'br', 'x'],
  expect: ['100-continue', 'x'],
  upgrade: ['h2c', 'websocket'],
  'transfer-encoding': ['chunked'],
  host: ['evil.example', '', 'localhost:99999999'],
  origin: ['null', 'http://evil.example'],
  'x-forwarded-for': ['1.2.3.4', '\u00ff'],
  'idempotency-key': ['a', 'x'.repeat(5000)],
};
