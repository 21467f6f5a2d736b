import { describe, expect, it } from '@jest/globals';
import { type Answer, TestClient } from '../testing/test-client.js';
import { startTestServer } from '../testing/test-server.js';

const root = '/servers/mds1/open-metadata';
const store = `${root}/framework-services/data-manager/open-metadata-store/users/erin`;
const manager = `${root}/access-services/data-manager/users/erin`;
const values = `${store}/valid-metadata-values`;
const page = 'startingFrom=0&maxPageSize=10';
const ok = { relatedHTTPCode: 200 };

async function started() {
  const server = await startTestServer();
  const client = new TestClient(server);
  const post = async (path: string, body: unknown): Promise<Answer> => (await client.send('POST', path, body)).body;
  const get = async (path: string): Promise<Answer> => (await client.send('GET', path)).body;
  return { client, post, get, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

const guidOf = (answer: Answer) => String(answer.guid);
const guidsOf = ({ guids }: Answer): readonly string[] => (Array.isArray(guids) ? guids.map(String) : []);

describe('valid metadata values of 4.3', () => {
  it('are set, found, listed, changed and cleared', async () => {
    await using test = await started();
    const value = { preferredValue: 'red', displayName: 'Red', usage: 'walls', isDeprecated: true };
    expect(await test.post(`${values}/setup-value/colour`, value)).toMatchObject(ok);
    await test.post(`${values}/setup-value/colour`, { preferredValue: 'blue', additionalProperties: { hex: '00f' } });
    await test.post(`${values}/setup-value/colour`, { preferredValue: 'blue', description: 'a colour' });
    expect(await test.get(`${values}/get-valid-metadata-values/colour?startFrom=0&pageSize=10`)).toMatchObject({
      class: 'ValidMetadataValueListResponse',
      elementList: [
        { class: 'ValidMetadataValue', preferredValue: 'red', displayName: 'Red', usage: 'walls', isDeprecated: true },
        { preferredValue: 'blue', description: 'a colour', additionalProperties: { hex: '00f' }, isDeprecated: false },
      ],
    });
    expect(await test.get(`${values}/get-value/colour?preferredValue=red`)).toMatchObject({
      element: { preferredValue: 'red' },
    });
    expect(await test.post(`${values}/clear-value/colour?preferredValue=red`, {})).toMatchObject(ok);
    expect((await test.get(`${values}/get-value/colour?preferredValue=red`)).element).toBeUndefined();
    expect(await test.post(`${values}/clear-value/colour?preferredValue=red`, {})).toMatchObject(ok);
  });

  it('are all valid where none are set, and otherwise those that are', async () => {
    await using test = await started();
    const isValid = async (query: string) => (await test.get(`${values}/validate-value/priority?${query}`)).flag;
    expect(await isValid('actualValue=high')).toBe(true);
    await test.post(`${values}/setup-value/priority`, { preferredValue: 'high' });
    expect([await isValid('actualValue=high'), await isValid('actualValue=low')]).toEqual([true, false]);
    expect(await isValid('typeName=ToDo&actualValue=high')).toBe(true);
    await test.post(`${values}/setup-value/priority?typeName=ToDo`, { preferredValue: 'low' });
    expect(await isValid('typeName=ToDo&actualValue=high')).toBe(false);
    expect(await isValid('actualValue=high')).toBe(true);
  });

  it('of maps are those of their names and those of the values of one name', async () => {
    await using test = await started();
    await test.post(`${values}/setup-map-name/additionalProperties`, { preferredValue: 'size' });
    await test.post(`${values}/setup-map-value/additionalProperties/size`, { preferredValue: 'big' });
    const flag = async (path: string) => (await test.get(`${values}/${path}`)).flag;
    expect(await flag('validate-map-name/additionalProperties?actualValue=size')).toBe(true);
    expect(await flag('validate-map-name/additionalProperties?actualValue=big')).toBe(false);
    expect(await flag('validate-map-value/additionalProperties/size?actualValue=big')).toBe(true);
    expect(await flag('validate-map-value/additionalProperties/size?actualValue=size')).toBe(false);
    expect(await test.get(`${values}/get-map-value/additionalProperties/size?preferredValue=big`)).toMatchObject({
      element: { preferredValue: 'big' },
    });
    expect(await test.post(`${values}/setup-value/colour`, {})).toMatchObject({ relatedHTTPCode: 400 });
  });
});

describe('what connectors of 4.3 leave to people', () => {
  it('is made with its links: a report of an incident', async () => {
    await using test = await started();
    const file = await test.client.create('DataFile', { qualifiedName: 'file' });
    const before = guidOf(await test.post(`${store}/incident-reports`, { background: 'the first' }));
    const answer = await test.post(`${store}/incident-reports`, {
      qualifiedName: 'incident',
      background: 'it broke',
      domainIdentifier: 0,
      incidentClassifiers: { severity: 3 },
      originatorGUID: file,
      impactedResources: [{ impactedElementGUID: file, impactSeverityLevel: 2 }],
      previousIncidents: [{ previouslyReportedIncidentGUID: before, description: 'again' }],
    });
    expect(answer).toMatchObject({ class: 'GUIDResponse', ...ok });
    const { body } = await test.client.post(`related-elements/${guidOf(answer)}/any-type`, {});
    const types = JSON.stringify(body);
    for (const type of ['ReportOriginator', 'ImpactedResource', 'ReportDependency']) expect(types).toContain(type);
  });

  it('is made with its links: something to do', async () => {
    await using test = await started();
    const file = await test.client.create('DataFile', { qualifiedName: 'file' });
    await test.client.create('PersonRole', { qualifiedName: 'steward' });
    const toDo = { title: 'look', instructions: 'at it', priority: 1, dueDate: '2030-01-01T00:00:00.000+00:00' };
    const links = {
      assignToQualifiedName: 'steward',
      causeGUID: file,
      actionTargets: [{ actionTargetName: 'file', actionTargetGUID: file }],
    };
    const guid = guidOf(await test.post(`${store}/to-dos`, { ...toDo, ...links }));
    const { body } = await test.client.post(`related-elements/${guid}/any-type`, {});
    const types = JSON.stringify(body);
    for (const type of ['AssignmentScope', 'Actions', 'ActionTarget']) expect(types).toContain(type);
    const element = JSON.stringify((await test.client.get(`metadata-elements/${guid}`)).body);
    for (const told of ['look', 'at it', 'REQUESTED']) expect(element).toContain(told);
  });

  it('is not made at all when one of the elements that it names is not there', async () => {
    await using test = await started();
    const targets = [{ actionTargetGUID: 'nothing' }];
    const refused = await test.post(`${store}/to-dos`, { qualifiedName: 'left', title: 'x', actionTargets: targets });
    expect(refused.relatedHTTPCode).toBe(404);
    const nobody = await test.post(`${store}/to-dos`, { qualifiedName: 'left', assignToQualifiedName: 'nobody' });
    expect(nobody.relatedHTTPCode).toBe(404);
    expect(await test.post(`${store}/to-dos`, { qualifiedName: 'left', title: 'x' })).toMatchObject(ok);
  });
});

describe('the catalogue of files of the Data Manager of 4.3', () => {
  const below = `${manager}/filesystems`;
  const source = { class: 'FileSystemProperties', qualifiedName: 'disk', displayName: 'Disk' };

  it('tells file systems, and makes folders below them from a path', async () => {
    await using test = await started();
    const disk = guidOf(await test.post(`${manager}/metadata-sources/filesystems`, source));
    expect(guidsOf(await test.get(`${below}/filesystems?${page}`))).toEqual([disk]);
    expect(await test.get(`${below}/filesystems/by-name/disk`)).toMatchObject({
      class: 'FileSystemResponse',
      fileSystem: { elementHeader: { guid: disk }, fileSystemProperties: { displayName: 'Disk' } },
    });
    const made = guidsOf(await test.post(`${below}/folders/parent/${disk}`, { fullPath: '/a/b/c' }));
    expect(made).toHaveLength(3);
    const [a, b, c] = made;
    expect(guidsOf(await test.post(`${below}/folders/parent/${disk}`, { fullPath: '/a/b/c/d' })).slice(0, 3)).toEqual(
      made,
    );
    expect(guidsOf(await test.get(`${below}/${disk}/folders?${page}`))).toEqual([a]);
    expect(guidsOf(await test.get(`${below}/folders/${a}/folders?${page}`))).toEqual([b]);
    expect(await test.post(`${below}/folders/by-path-name`, { fullPath: '/a/b/c' })).toMatchObject({
      folder: { elementHeader: { guid: c }, fileFolderProperties: { pathName: '/a/b/c', typeName: 'FileFolder' } },
    });
    expect(await test.post(`${below}/${disk}/folders/${a}/detach`, {})).toMatchObject(ok);
    expect((await test.get(`${below}/${disk}/folders?${page}`)).guids).toBeUndefined();
    expect(await test.post(`${below}/${disk}/folders/${a}/attach`, {})).toMatchObject(ok);
    expect(guidsOf(await test.get(`${below}/${disk}/folders?${page}`))).toEqual([a]);
  });

  it('makes files below the folders of their path, finds, changes and deletes them', async () => {
    await using test = await started();
    const bean = { class: 'DataFileProperties', typeName: 'CSVFile', pathName: '/a/b/x.csv', displayName: 'x' };
    const [, folder, file] = guidsOf(await test.post(`${below}/data-files`, bean));
    expect(guidsOf(await test.get(`${below}/folders/${folder}/data-files?${page}`))).toEqual([file]);
    const found = await test.post(`${below}/data-files/by-path-name`, { fullPath: '/a/b/x.csv' });
    expect(found).toMatchObject({
      dataFile: { elementHeader: { guid: file }, dataFileProperties: { typeName: 'CSVFile', displayName: 'x' } },
    });
    const searched = await test.post(`${below}/data-files/by-search-path-name?${page}`, { fullPath: '/a/.*' });
    expect(searched).toMatchObject({ dataFiles: [{ elementHeader: { guid: file } }] });
    const change = { class: 'DataFileProperties', description: 'told' };
    expect(await test.post(`${below}/data-files/${file}?isMergeUpdate=true`, change)).toMatchObject(ok);
    expect(await test.get(`${below}/data-files/${file}`)).toMatchObject({
      dataFile: { dataFileProperties: { description: 'told', pathName: '/a/b/x.csv' } },
    });
    const wrong = await test.post(`${below}/data-files/${file}/delete`, { fullPath: '/a/b/y.csv' });
    expect(wrong.relatedHTTPCode ?? wrong.status).toBe(400);
    expect(await test.post(`${below}/data-files/${file}/delete`, { fullPath: '/a/b/x.csv' })).toMatchObject(ok);
    expect(await test.get(`${below}/data-files/${file}`)).toMatchObject({ relatedHTTPCode: 404 });
    expect((await test.get(`${below}/folders/${folder}/data-files?${page}`)).guids).toBeUndefined();
  });

  it('tells files that are linked to a folder before those that lie in it, page by page', async () => {
    await using test = await started();
    const make = async (pathName: string) => guidsOf(await test.post(`${below}/data-files`, { pathName }));
    const [folder = '', one = ''] = await make('/a/1');
    const [, two = ''] = await make('/a/2');
    const [, other = ''] = await make('/b/3');
    await test.post(`${below}/folders/${folder}/data-files/${other}/attach`, {});
    const told = async (from: number) =>
      guidsOf(await test.get(`${below}/folders/${folder}/data-files?startingFrom=${from}&maxPageSize=2`));
    expect([await told(0), await told(2)]).toEqual([[other, one], [two]]);
  });

  it('makes folders that are data as a whole, and hangs known folders below new ones', async () => {
    await using test = await started();
    const made = guidsOf(await test.post(`${below}/data-folders`, { pathName: 'x/y' }));
    expect(made).toHaveLength(2);
    expect(await test.post(`${below}/data-folders/${made[1]}/archive`, {})).toMatchObject(ok);
    const known = await test.client.create('FileFolder', { qualifiedName: 'known', pathName: '/n/m' });
    const disk = guidOf(await test.post(`${manager}/metadata-sources/filesystems`, source));
    const [above, met] = guidsOf(await test.post(`${below}/folders/parent/${disk}`, { fullPath: '/n/m' }));
    expect(met).toBe(known);
    expect(guidsOf(await test.get(`${below}/folders/${above}/folders?${page}`))).toEqual([known]);
    const wrong = await test.post(`${below}/data-folders`, { pathName: 'x/z', typeName: 'DataFile' });
    expect(wrong.relatedHTTPCode ?? wrong.status).toBe(400);
  });
});
