import type { PushedElement } from '@isthmus/connector-sdk';
import { TimeSlicer } from '@isthmus/kernel';
import { describe, expect, it } from '@jest/globals';
import { item } from '../test-support/items.js';
import { judgedAnswers } from './push-answers.js';

const asked = (...names: readonly string[]): readonly PushedElement[] =>
  names.map((qualifiedName) => ({
    guid: qualifiedName,
    typeName: 'DataFile',
    qualifiedName,
    state: 'live',
    properties: {},
    changes: {},
  }));
const judge = (elements: readonly PushedElement[], told: unknown) =>
  judgedAnswers(elements, told, new TimeSlicer(), (text, longest) => text.replace('secret', '***').slice(0, longest));

describe('answers of a connector to what it was to take over', () => {
  it('get the hash of the item that the source shows, as a refresh would', async () => {
    const answers = [
      { qualifiedName: 'a', outcome: 'written', scope: '/', item: item('a') },
      { qualifiedName: 'b', outcome: 'conflict', scope: '/', item: item('b') },
      { qualifiedName: 'c', outcome: 'gone' },
    ];
    expect(await judge(asked('a', 'b', 'c'), answers)).toMatchObject([
      { outcome: 'written', scope: '/', digest: { key: 'a', hash: expect.stringMatching(/^[\w-]{43}$/) } },
      { outcome: 'conflict', digest: { key: 'b' } },
      { outcome: 'gone' },
    ]);
  });

  it('stay as they were given, whatever the connector does with its objects afterwards', async () => {
    const shown = item('a', { additionalProperties: { line: '1' } });
    const [answer] = await judge(asked('a'), [{ qualifiedName: 'a', outcome: 'written', scope: '/', item: shown }]);
    Object.assign(shown.elements[0].properties, { additionalProperties: { line: '2' } });
    expect(answer).toMatchObject({ item: item('a', { additionalProperties: { line: '1' } }) });
  });

  it('count as refused where they are missing or cannot be used, without secrets', async () => {
    const odd = [
      { qualifiedName: 'a', outcome: 'refused', message: 'no secret' },
      { qualifiedName: 'b', outcome: 'written', scope: '', item: item('b') },
      { qualifiedName: 'c', outcome: 'perhaps', scope: '/', item: item('c') },
      { qualifiedName: 'd', outcome: 'written', scope: '/', item: { key: 'd', elements: [] } },
      undefined,
    ];
    const judged = await judge(asked('a', 'b', 'c', 'd', 'e'), odd);
    expect(judged.map(({ outcome }) => outcome)).toEqual(Array.from({ length: 5 }, () => 'refused'));
    expect(judged[0]).toMatchObject({ message: 'no ***' });
    await expect(judge(asked('a'), 'done')).rejects.toMatchObject({ code: 'CONNECTOR_FAILED' });
  });
});
