// One write for every route of the store that changes something, each over elements of its own, so that each can be
// refused or accepted alone. All of it plain REST.
import { string, wrapped } from './store-rest.mjs';

const name = (number, part) => `DataFile::fence:/${number}${part}`;
/**
 * What each kind does with its fixture `a`, `b` (elements), `link` (a relationship of both, if `needs` says so).
 * `needs: 'link'`: a and b are related; `'classified'`: a has the classification.
 */
const kinds = {
  create: { path: () => '/metadata-elements', body: ({ number }) => newElement(name(number, 'new')) },
  'update properties': {
    path: element('update-properties'),
    body: () => ({ properties: wrapped({ description: 'x' }) }),
  },
  'update effectivity': {
    path: element('update-effectivity'),
    body: () => ({ effectiveFrom: '2020-01-01T00:00:00.000+00:00' }),
  },
  delete: { path: element('delete'), body: () => ({ deleteMethod: 'SOFT_DELETE' }) },
  purge: { path: element('delete'), body: () => ({ deleteMethod: 'PURGE', forLineage: true }) },
  archive: { path: element('archive'), body: () => ({}) },
  publish: { path: element('publish'), body: () => ({}) },
  withdraw: { path: element('withdraw'), needs: 'zoned', body: () => ({}) },
  classify: { path: element('classifications/Confidentiality'), body: () => ({ properties: wrapped({ notes: 'x' }) }) },
  'update classification': {
    path: element('classifications/Confidentiality/update-properties'),
    needs: 'classified',
    body: () => ({ properties: wrapped({ notes: 'y' }) }),
  },
  'classification effectivity': {
    path: element('classifications/Confidentiality/update-effectivity'),
    needs: 'classified',
    body: () => ({ effectiveFrom: '2020-01-01T00:00:00.000+00:00' }),
  },
  declassify: { path: element('classifications/Confidentiality/delete'), needs: 'classified', body: () => ({}) },
  relate: {
    path: () => '/related-elements',
    body: ({ a, b }) => ({ typeName: 'DataSetContent', metadataElement1GUID: a, metadataElement2GUID: b }),
    types: ['DataSet', 'DataFile'],
  },
  'update relationship': {
    path: link('update-properties'),
    needs: 'link',
    body: () => ({ properties: wrapped({ query: 'x' }) }),
  },
  'relationship effectivity': {
    path: link('update-effectivity'),
    needs: 'link',
    body: () => ({ effectiveFrom: '2020-01-01T00:00:00.000+00:00' }),
  },
  unrelate: { path: link('delete'), needs: 'link', body: () => ({}) },
  'batch: upsert': batch(({ number }) => [
    upsert(name(number, 'new')),
    upsert(name(number, 'a'), { description: 'x' }),
  ]),
  'batch: delete': batch(({ number }) => [{ op: 'delete', qualifiedName: name(number, 'a') }]),
  'batch: link': batch(({ number }) => [linking('link', number)], { types: ['DataSet', 'DataFile'] }),
  'batch: unlink': batch(({ number }) => [linking('unlink', number)], { needs: 'link' }),
  'batch: grant in the body': {
    ...batch(({ number }) => [upsert(name(number, 'new'))]),
    grantInBody: true,
  },
};
export const kindNames = Object.keys(kinds);

/** Makes what `count` writes need, kinds in turn. @returns {Promise<object[]>} the writes, ready to be sent */
export async function fencedWrites(face, count) {
  const writes = [];
  const operations = [];
  for (let number = 0; number < count; number += 1) {
    const kindName = kindNames[number % kindNames.length];
    const { needs, types = needs === 'link' ? ['DataSet', 'DataFile'] : ['DataFile', 'DataFile'] } = kinds[kindName];
    const classifications = {
      ...(needs === 'classified' ? { classifications: { Confidentiality: { notes: 'before' } } } : {}),
      ...(needs === 'zoned' ? { classifications: { ZoneMembership: { zoneMembership: ['before'] } } } : {}),
    };
    operations.push({ ...upsert(name(number, 'a')), typeName: types[0], ...classifications });
    operations.push({ ...upsert(name(number, 'b')), typeName: types[1] });
    if (needs === 'link') operations.push(linking('link', number));
    writes.push({ number, kindName });
  }
  const guids = new Map();
  for (let start = 0; start < operations.length; start += 1500) {
    const slice = operations.slice(start, start + 1500);
    const { body } = await face.batch({ id: `fixture-${start}-${count}-${Math.random()}`, operations: slice });
    if (body.relatedHTTPCode !== 200) throw new Error(`fixtures: ${JSON.stringify(body)}`);
    for (const [index, item] of body.result.items.entries()) {
      if (item.outcome === 'refused') throw new Error(`fixture ${JSON.stringify(slice[index])}: ${item.error.message}`);
      if (slice[index].op === 'upsert') guids.set(slice[index].qualifiedName, item.guid);
    }
  }
  const links = new Map(
    (await face.store.allRelationships('DataSetContent')).map((found) => [
      found.elementGUIDAtEnd1,
      found.relationshipGUID,
    ]),
  );
  return writes.map(({ number, kindName }) => {
    const kind = kinds[kindName];
    const a = guids.get(name(number, 'a'));
    const fixture = { number, a, b: guids.get(name(number, 'b')), link: links.get(a) };
    const body = kind.body(fixture);
    return {
      number,
      kindName,
      isBatch: kind.isBatch === true,
      grantInBody: kind.grantInBody,
      path: kind.path?.(fixture),
      body,
    };
  });
}

/** The store's REST with a grant; `grant`: header text, or { slot, token }. */
export function fencedFace(url, store, token) {
  const post = async (target, body, headers = {}) => {
    const response = await fetch(target, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, ...headers },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: await response.json() };
  };
  const header = (grant) =>
    grant === undefined
      ? {}
      : { 'x-isthmus-grant': typeof grant === 'string' ? grant : `${grant.token} ${encodeURIComponent(grant.slot)}` };
  const face = {
    store,
    batch: (body, grant) => post(`${url}/servers/metadata-store/isthmus/users/prover/write-batch`, body, header(grant)),
    /** @param suffix - keeps ids of batches apart when a write is sent twice on purpose */
    send(write, grant, suffix = '') {
      const { number, isBatch, grantInBody, path, body } = write;
      if (!isBatch) return post(store.base + path, body, header(grant));
      const whole = { id: `fenced-${number}${suffix}`, operations: body };
      if (grantInBody && typeof grant === 'object') return face.batch({ ...whole, grant }, undefined);
      return face.batch(whole, grant);
    },
    async sequence() {
      const answer = await fetch(`${url}/servers/metadata-store/isthmus/identity`, {
        headers: { authorization: `Bearer ${token}` },
      });
      return (await answer.json()).identity.changeSequence;
    },
  };
  return face;
}

function element(rest) {
  return ({ a }) => `/metadata-elements/${a}/${rest}`;
}

function link(rest) {
  return (fixture) => `/related-elements/${fixture.link}/${rest}`;
}

function batch(body, more = {}) {
  return { isBatch: true, body, ...more };
}

function newElement(qualifiedName) {
  return { typeName: 'DataFile', isOwnAnchor: true, properties: wrapped({ qualifiedName: string(qualifiedName) }) };
}

function upsert(qualifiedName, properties = {}) {
  return { op: 'upsert', typeName: 'DataFile', qualifiedName, properties: { displayName: 'fence', ...properties } };
}

function linking(op, number) {
  return { op, typeName: 'DataSetContent', end1: name(number, 'a'), end2: name(number, 'b') };
}
