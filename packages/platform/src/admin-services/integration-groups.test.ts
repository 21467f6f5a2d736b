import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type AdminWorld, adminWorld } from '../testing/admin-world.js';

interface Group {
  readonly class: 'IntegrationGroupConfig';
  readonly omagserverPlatformRootURL: string;
  readonly omagserverName: string;
  readonly integrationGroupQualifiedName: string;
  readonly secretsStoreCollection?: string;
}

type Step =
  | { readonly do: 'set'; readonly group: Group }
  | { readonly do: 'set all'; readonly groups: readonly Group[] }
  | { readonly do: 'remove'; readonly name: string }
  | { readonly do: 'remove all' }
  | { readonly do: 'read' };

let world: AdminWorld;
beforeAll(async () => {
  world = await adminWorld();
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

describe('the five operations on integration groups', () => {
  let count = 0;
  const newServer = () => `/servers/daemon${++count}`;
  const groupsOf = async (server: string) =>
    (await world.ask('GET', `${server}/integration-groups/configuration`)).json();

  it('keeps a second group beside the first', async () => {
    const server = newServer();
    await world.ask('POST', `${server}/integration-groups/configuration`, group('one'));
    await world.ask('POST', `${server}/integration-groups/configuration`, group('two'));
    expect(await groupsOf(server)).toMatchObject({
      class: 'IntegrationGroupsResponse',
      relatedHTTPCode: 200,
      groups: [group('one'), group('two')],
    });
  });

  it('replaces a group of the same name and puts it last', async () => {
    const server = newServer();
    const later = { ...group('one'), omagserverName: 'mds2' };
    for (const sent of [group('one'), group('two'), later])
      await world.ask('POST', `${server}/integration-groups/configuration`, sent);
    expect(await groupsOf(server)).toMatchObject({ groups: [group('two'), later] });
  });

  it.each([
    ['no address of the metadata server', { omagserverPlatformRootURL: '' }, 'OMAG-ADMIN-400-039'],
    ['no name of the metadata server', { omagserverName: null }, 'OMAG-ADMIN-400-040'],
    ['no name', { integrationGroupQualifiedName: null }, 'OMAG-ADMIN-400-032'],
  ])('refuses a group with %s, alone and in a list', async (_what, members, messageId) => {
    const server = newServer();
    const refusal = { class: 'VoidResponse', relatedHTTPCode: 400, exceptionErrorMessageId: messageId };
    const wrong = { ...group('one'), ...members };
    const alone = await world.ask('POST', `${server}/integration-groups/configuration`, wrong);
    expect(alone.status).toBe(200);
    expect(alone.json()).toMatchObject(refusal);
    const list = await world.ask('POST', `${server}/integration-groups/configuration/all`, [group('two'), wrong]);
    expect(list.json()).toMatchObject(refusal);
    expect((await groupsOf(server)).groups).toBeUndefined();
    expect(world.documents.names()).not.toContain(server.slice(9));
  });

  it.each([
    ['a URL that is none', { omagserverPlatformRootURL: 'not a url' }, 'OMAG-ADMIN-400-039'],
    ['a URL without a host', { omagserverPlatformRootURL: 'http://' }, 'OMAG-ADMIN-400-039'],
    ['a URL without slashes', { omagserverPlatformRootURL: 'http:localhost:9443' }, 'OMAG-ADMIN-400-039'],
    ['a host with a blank', { omagserverPlatformRootURL: 'http://a b' }, 'OMAG-ADMIN-400-039'],
    ['another protocol', { omagserverPlatformRootURL: 'ftp://x' }, 'OMAG-ADMIN-400-039'],
    ['a variable of no URL', { omagserverPlatformRootURL: '~{word}~' }, 'OMAG-ADMIN-400-039'],
    ['a blank URL', { omagserverPlatformRootURL: '  ' }, 'OMAG-ADMIN-400-039'],
    ['a blank metadata server', { omagserverName: ' ' }, 'OMAG-ADMIN-400-040'],
  ])('refuses a group with %s, alone, in lists and in whole documents', async (_what, members, messageId) => {
    await world.documents.setVariables(new Map([['word', 'nonsense']]), { by: 'me', from: 'here', what: 'set' });
    const server = newServer();
    const wrong = { ...group('wrong one'), ...members };
    const whole = { class: 'OMAGServerConfig', localServerName: server.slice(9) };
    const lists = { dynamicIntegrationGroupsConfig: [group('two'), wrong] };
    for (const [path, body] of [
      ['/integration-groups/configuration', wrong],
      ['/integration-groups/configuration/all', [group('two'), wrong]],
      ['/integration-daemon-services', { class: 'IntegrationDaemonServicesConfig', ...lists }],
      ['/configuration', { ...whole, ...lists }],
    ] as const) {
      const answer = (await world.ask('POST', `${server}${path}`, body)).json();
      expect(answer).toMatchObject({ relatedHTTPCode: 400, exceptionErrorMessageId: messageId });
      expect(answer.exceptionErrorMessage).toMatch(new RegExp(`${Object.keys(members)[0]}.*"wrong one"`));
    }
    expect(world.documents.names()).not.toContain(server.slice(9));
  });

  it('stores a group whose variable may be set later', async () => {
    const server = newServer();
    const later = { ...group('one'), omagserverPlatformRootURL: '~{nope}~' };
    await world.ask('POST', `${server}/integration-groups/configuration`, later);
    expect(await groupsOf(server)).toMatchObject({ groups: [later] });
  });

  it.each(['', '  '])('stores a group that is called %j, and removes it with the next list', async (name) => {
    const server = newServer();
    await world.ask('POST', `${server}/integration-groups/configuration`, group('one'));
    await world.ask('POST', `${server}/integration-groups/configuration`, group(name));
    expect(await groupsOf(server)).toMatchObject({ groups: [group('one'), group(name)] });
    await world.ask('POST', `${server}/integration-groups/configuration/all`, [group('one')]);
    expect(await groupsOf(server)).toMatchObject({ groups: [group('one')] });
  });

  it('refuses what is no group before it reads it', async () => {
    const server = newServer();
    const path = `${server}/integration-groups/configuration`;
    for (const [body, parser] of [
      ['{}', 'databind.exc.InvalidTypeIdException'],
      ['{"class":"EngineConfig"}', 'databind.exc.InvalidTypeIdException'],
      ['[]', 'databind.exc.MismatchedInputException'],
      ['{"class":', 'core.JsonParseException'],
    ] as const) {
      const answer = await world.ask('POST', path, body);
      expect(answer.status).toBe(400);
      expect(answer.json()).toMatchObject({ exceptionClassName: `com.fasterxml.jackson.${parser}` });
    }
    expect((await world.ask('POST', path)).status).toBe(400);
    expect((await world.ask('POST', path, group('one'), { 'content-type': 'text/plain' })).status).toBe(415);
    expect((await world.ask('POST', path, group('one'), { accept: 'text/html' })).status).toBe(406);
    expect((await world.ask('PUT', path, group('one'))).status).toBe(405);
    expect((await world.ask('GET', `${path}/`)).status).toBe(404);
    expect((await world.ask('DELETE', `${server}/integration-groups/`)).status).toBe(404);
  });

  it('removes groups whatever characters their names have', async () => {
    const server = newServer();
    for (const name of ['a b', 'a/b', 'a\\b', '50% done', 'a;b=c', 'grüppe-漢字', 'configuration', '..']) {
      await world.ask('POST', `${server}/integration-groups/configuration`, group(name));
      await world.ask(
        'DELETE',
        `${server}/integration-groups/${name === '..' ? '%2E%2E%2F..' : encodeURIComponent(name)}`,
      );
    }
    expect((await groupsOf(server)).groups).toEqual([group('..')]);
  });

  it('leaves a daemon with nothing to do when its last group is removed, and none when all are', async () => {
    const server = newServer();
    const kind = async () => (await world.ask('GET', `${server}/server-type-classification`)).json();
    await world.ask('POST', `${server}/integration-groups/configuration`, group('one'));
    await world.ask('DELETE', `${server}/integration-groups/one`);
    expect(await kind()).toMatchObject({ serverTypeClassification: { serverTypeName: 'Integration Daemon' } });
    await world.ask('DELETE', `${server}/integration-groups`);
    expect(await kind()).toMatchObject({ relatedHTTPCode: 400, exceptionErrorMessageId: 'OMAG-ADMIN-400-035' });
  });

  it('shows those who speak 4.3 what 4.3 knows, and keeps the rest', async () => {
    const server = newServer();
    const withSecrets = { ...group('one'), secretsStoreCollection: 'EgeriaServers' };
    await world.ask('POST', `${server}/integration-groups/configuration`, withSecrets);
    const old = await world.ask('GET', `/users/quick-start${server}/integration-groups/configuration`);
    expect(old.json()).toEqual({ class: 'IntegrationGroupsResponse', relatedHTTPCode: 200, groups: [group('one')] });
    expect(await groupsOf(server)).toMatchObject({ groups: [withSecrets] });
  });

  it('follows a list of groups through any sequence of calls', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(step(), fc.boolean()), { maxLength: 25 }), async (steps) => {
        const server = newServer();
        let model: readonly Group[] = [];
        for (const [taken, old] of steps) {
          await take(old ? `/users/quick-start${server}` : server, taken);
          model = after(model, taken);
          const stored = world.documents.get(server.slice(9))?.document.dynamicIntegrationGroupsConfig ?? [];
          expect(stored).toEqual(model);
        }
      }),
      { numRuns: 40 },
    );
  });

  async function take(server: string, taken: Step): Promise<void> {
    const path = `${server}/integration-groups`;
    const answer = await {
      set: () => world.ask('POST', `${path}/configuration`, taken.do === 'set' ? taken.group : undefined),
      'set all': () =>
        world.ask('POST', `${path}/configuration/all`, taken.do === 'set all' ? taken.groups : undefined),
      remove: () => world.ask('DELETE', `${path}/${encodeURIComponent(taken.do === 'remove' ? taken.name : '')}`),
      'remove all': () => world.ask('DELETE', path),
      read: () => world.ask('GET', `${path}/configuration`),
    }[taken.do]();
    expect(answer.json().relatedHTTPCode).toBe(200);
  }
});

/** What the operations mean, without anything of how they are done. */
function after(groups: readonly Group[], taken: Step): readonly Group[] {
  const others = (name: string) => groups.filter((other) => other.integrationGroupQualifiedName !== name);
  if (taken.do === 'set') return [...others(taken.group.integrationGroupQualifiedName), taken.group];
  if (taken.do === 'set all') return taken.groups;
  if (taken.do === 'remove') return others(taken.name);
  return taken.do === 'remove all' ? [] : groups;
}

function step(): fc.Arbitrary<Step> {
  const names = fc.constantFrom('one', 'two', 'a/b c', 'Größe');
  const groups = fc.record({ name: names, server: fc.constantFrom('mds1', 'mds2') });
  const made = groups.map(({ name, server }) => ({ ...group(name), omagserverName: server }));
  return fc.oneof(
    { weight: 4, arbitrary: made.map((one): Step => ({ do: 'set', group: one })) },
    fc.array(made, { maxLength: 4 }).map((list): Step => ({ do: 'set all', groups: list })),
    { weight: 3, arbitrary: names.map((name): Step => ({ do: 'remove', name })) },
    fc.constant<Step>({ do: 'remove all' }),
    fc.constant<Step>({ do: 'read' }),
  );
}

function group(name: string): Group {
  return {
    class: 'IntegrationGroupConfig',
    omagserverPlatformRootURL: 'http://localhost:9443',
    omagserverName: 'mds1',
    integrationGroupQualifiedName: name,
  };
}
