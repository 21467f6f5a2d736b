import { describe, expect, it } from '@jest/globals';
import { TestClient } from '../testing/test-client.js';
import { startTestServer } from '../testing/test-server.js';

const older = '/servers/mds1/open-metadata/framework-services/data-manager/open-metadata-store/users/erin';

describe('texts in other languages', () => {
  it('are kept one for each language and locale, replaced and taken away', async () => {
    await using server = await startTestServer();
    const client = new TestClient(server);
    const guid = await client.create('DataFile', { qualifiedName: 'f' });
    const set = (body: object) => client.post(`multi-language/set-translation/${guid}`, body);
    await set({ language: 'German', languageCode: 'de', displayName: 'Datei' });
    await set({ language: 'German', locale: 'AT', displayName: 'Akt', additionalTranslations: { x: 'y' } });
    await set({ language: 'German', displayName: 'Die Datei' });
    const all = await client.get(`multi-language/get-translations/${guid}?startFrom=0&pageSize=10`);
    expect(all.body).toMatchObject({
      class: 'TranslationListResponse',
      elements: [
        { language: 'German', displayName: 'Die Datei' },
        { language: 'German', locale: 'AT', displayName: 'Akt', additionalTranslations: { x: 'y' } },
      ],
    });
    const one = await client.get(`multi-language/get-translation/${guid}?language=German&locale=AT`);
    expect(one.body).toMatchObject({ element: { class: 'TranslationDetailProperties', displayName: 'Akt' } });
    await client.post(`multi-language/clear-translation/${guid}?language=German&locale=AT`);
    const none = await client.get(`multi-language/get-translation/${guid}?language=German&locale=AT`);
    expect(none.body).toEqual({
      class: 'TranslationDetailResponse',
      requestId: expect.any(String),
      relatedHTTPCode: 200,
    });
    const olderAll = await client.send(
      'GET',
      `${older}/multi-language/get-translations/${guid}?startFrom=0&pageSize=10`,
    );
    expect(olderAll.body).toMatchObject({ elementList: [{ class: 'TranslationDetail', displayName: 'Die Datei' }] });
  });

  it('belong to an element that is there', async () => {
    await using server = await startTestServer();
    const client = new TestClient(server);
    const { body } = await client.post('multi-language/set-translation/nope', { language: 'German' });
    expect(body).toMatchObject({ relatedHTTPCode: 404, exceptionErrorMessageId: 'OMAG-REPOSITORY-HANDLER-404-007' });
  });
});
