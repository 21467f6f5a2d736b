import type { MetadataElement, Properties } from '@isthmus/model';
import { describe, expect, it } from '@jest/globals';
import { changedFields } from './changed-fields.js';

const signal = new AbortController().signal;

function version(number: number, properties: Properties, updatedBy = 'isthmus'): MetadataElement {
  return {
    guid: 'g',
    typeName: 'DataFile',
    superTypeNames: [],
    status: 'ACTIVE',
    origin: { originCategory: 'LOCAL_COHORT', homeMetadataCollectionId: 'c', homeMetadataCollectionName: 'store' },
    versions: { createdBy: 'isthmus', updatedBy, createTime: 0, version: number },
    classifications: [],
    properties: { qualifiedName: 'DataFile::x:a', ...properties },
  };
}

function store(...history: readonly MetadataElement[]) {
  return { getByQualifiedName: async () => history[0], history: async () => history };
}

describe('what has changed of an element since a plan was made', () => {
  it('is told field by field, with the values before and now and who changed it last', async () => {
    const now = version(3, { description: 'by hand', additionalProperties: { size: '2', unit: 'kB' } }, 'ann');
    const then = version(1, { description: 'first', additionalProperties: { size: '1', unit: 'kB' }, url: 'u' });
    expect(await changedFields(store(now, version(2, {}), then), 'DataFile::x:a', 1, signal)).toBe(
      'description was "first" and is "by hand", additionalProperties.size was "1" and is "2", url was "u" and is gone; last changed by ann',
    );
  });

  it('is told in short where it is much', async () => {
    const many = (value: string) => Object.fromEntries(Array.from({ length: 9 }, (_, n) => [`field${n}`, value]));
    const text = await changedFields(store(version(2, many('b'.repeat(500))), version(1, many('a'))), 'a', 1, signal);
    expect(text).toMatch(/^field0 was "a" and is "b{98}…, .*, and 4 more; last changed by isthmus$/);
  });

  it('is not told where nobody knows it any more', async () => {
    expect(await changedFields(store(version(9, {})), 'a', 1, signal)).toBeUndefined();
    expect(await changedFields(store(version(2, {}), version(1, {})), 'a', 1, signal)).toBeUndefined();
    expect(await changedFields(store(), 'a', 1, signal)).toBeUndefined();
    const refuses = { ...store(version(2, {})), history: () => Promise.reject(new Error('not known here')) };
    expect(await changedFields(refuses, 'a', 1, signal)).toBeUndefined();
  });

  it('ends with the run', async () => {
    const ended = AbortSignal.abort();
    const stops = { ...store(version(2, {})), history: () => Promise.reject(ended.reason) };
    await expect(changedFields(stops, 'a', 1, ended)).rejects.toBe(ended.reason);
  });
});
