import { describe, expect, it } from '@jest/globals';
import { locationOf } from './location.js';
import { fromConnection } from './openapi-config.js';
import { refusedReach } from './reach.js';

const near = { references: 'near', referenceOrigins: [] } as const;
const listed = { references: 'listed', referenceOrigins: ['https://schemas.example.org'] } as const;

describe('where a document may lead to', () => {
  it.each([
    ['https://a.example/x.json', 'https://a.example/api.json', near, true],
    ['https://b.example/x.json', 'https://a.example/api.json', near, false],
    ['http://a.example/x.json', 'https://a.example/api.json', near, false],
    ['http://169.254.169.254/latest/meta-data', 'https://a.example/api.json', near, false],
    ['file:///etc/passwd', 'https://a.example/api.json', near, false],
    ['file:///docs/x.json', 'file:///docs/api.json', near, true],
    ['file://server/share/x.json', 'file:///docs/api.json', near, false],
    ['https://a.example/x.json', 'file:///docs/api.json', near, false],
    ['data:application/json,{}', 'file:///docs/api.json', near, false],
    ['https://schemas.example.org/x.json', 'file:///docs/api.json', listed, true],
    ['https://schemas.example.org.evil.example/x.json', 'https://a.example/api.json', listed, false],
    ['https://a.example/x.json', 'https://a.example/api.json', { ...near, references: 'none' as const }, false],
  ])('%s from %s', (uri, root, policy, may) => {
    expect(refusedReach(uri, root, policy) === undefined).toBe(may);
  });
});

describe('a location', () => {
  it('is a URL or a path, with a name or without one', () => {
    expect(locationOf('https://api.example.org:8443/v1/open%20api.json?key=secret#x')).toEqual({
      kind: 'url',
      url: 'https://api.example.org:8443/v1/open%20api.json?key=secret',
      names: ['api.example.org:8443', 'v1', 'open api.json'],
      scope: `location:${encodeURIComponent('https://api.example.org:8443/v1/open%20api.json')}`,
    });
    expect(locationOf('shop=https://api.example.org/x')).toMatchObject({ names: ['shop'], scope: 'location:shop' });
    expect(locationOf('file:///srv/a%20b')).toMatchObject({ kind: 'path', path: '/srv/a b', name: undefined });
    expect(locationOf('docs=/srv/docs/../apis')).toMatchObject({ path: '/srv/apis', name: 'docs' });
  });

  it.each([
    'relative/path',
    'ftp://host/x',
    'https://',
    'https://user:pw@host/x',
    'file://%zz',
  ])('is not %s', (text) => {
    expect(() => locationOf(text)).toThrow(/`locations`/);
    expect(() => locationOf(text)).toThrow(/^(?!.*pw).*$/s);
  });

  it('may be the address of the connection, beside those of the configuration', () => {
    const connection = {
      providerName: 'openapi',
      networkAddress: '/a',
      configurationProperties: { locations: ['/b', '/a'] },
    };
    expect(fromConnection(connection)).toEqual({ locations: ['/a', '/b'] });
    expect(fromConnection({ providerName: 'openapi', configurationProperties: { 'isthmus.schedule': 'x' } })).toEqual(
      {},
    );
  });
});
