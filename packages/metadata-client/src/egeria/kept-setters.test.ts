import type { MetadataElement, Properties } from '@isthmus/model';
import { describe, expect, it } from '@jest/globals';
import { settersOf } from './kept-setters.js';

const never: AbortSignal = new AbortController().signal;

function version(number: number, updatedBy: string, properties: Properties): MetadataElement {
  const versions = { createdBy: 'isthmus', createTime: 1, updatedBy, updateTime: number, version: number };
  const origin = { originCategory: 'UNKNOWN', homeMetadataCollectionId: '', homeMetadataCollectionName: '' } as const;
  const classifications = [{ classificationName: 'Confidentiality', properties: {}, createdBy: 'ann' }];
  const element = { guid: 'guid', typeName: 'DataFile', superTypeNames: [], status: 'ACTIVE' as const };
  return { ...element, origin, versions, classifications, properties };
}

describe('who set the fields that stay', () => {
  const now = version(4, 'isthmus', { displayName: 'by hand', description: 'c' });
  const former = [
    version(1, 'isthmus', { displayName: 'a', description: 'a' }),
    version(3, 'isthmus', { displayName: 'by hand', description: 'b' }),
    version(2, 'ann', { displayName: 'by hand', description: 'a' }),
  ];
  const kept = { displayName: 'by hand', '@Confidentiality.confidentialityLevel': 3 };

  it('is found in the history where the writer itself has changed the element since', async () => {
    const store = { history: async () => former };
    expect(await settersOf(store, now, kept, 'isthmus', never)).toEqual({
      keptBy: {
        displayName: { at: 2, by: 'ann' },
        '@Confidentiality.confidentialityLevel': { at: 4, by: 'ann' },
      },
    });
  });

  it('is not asked for where the last change tells it, nor missed where the server tells no history', async () => {
    const store = { history: async () => Promise.reject(new Error('no history')) };
    expect(await settersOf(store, now, kept, 'somebody else', never)).toEqual({});
    expect(await settersOf(store, now, {}, 'isthmus', never)).toEqual({});
    expect((await settersOf(store, now, kept, 'isthmus', never)).keptBy?.displayName).toEqual({ at: 4, by: 'isthmus' });
  });
});
