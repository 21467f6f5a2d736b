import { describe, expect, it } from '@jest/globals';
import { defaultSyncSettings, policyFor, syncSettingsOf } from './sync-settings.js';

const read = (configurationProperties: object) =>
  syncSettingsOf({ connection: { providerName: 'p', configurationProperties: { ...configurationProperties } } });

describe('the reserved keys of a registration', () => {
  it('have defaults, also without a connection', () => {
    expect(syncSettingsOf({})).toEqual(defaultSyncSettings);
    expect(read({ root: '/' })).toEqual(defaultSyncSettings);
  });

  it('are read', () => {
    const settings = read({
      'isthmus.fieldPolicy': { '*': 'newest', displayName: 'ask', 'additionalProperties.size': 'source' },
      'isthmus.adoption': 'report',
      'isthmus.fullRunEvery': 7,
      'isthmus.removalLimit': { items: 5, percent: 10 },
    });
    expect(settings).toMatchObject({ adoption: 'report', fullRunEvery: 7, removalLimit: { items: 5, share: 0.1 } });
    expect(policyFor(settings, 'displayName')).toBe('ask');
    expect(policyFor(settings, 'additionalProperties.size')).toBe('source');
    expect(policyFor(settings, 'additionalProperties.mode')).toBe('newest');
    expect(policyFor(settings, 'constructor')).toBe('newest');
    expect(policyFor(read({ 'isthmus.fieldPolicy': { additionalProperties: 'ask' } }), 'additionalProperties.a')).toBe(
      'ask',
    );
    expect(policyFor(read({ 'isthmus.fieldPolicy': 'source' }), 'description')).toBe('source');
    expect(policyFor(defaultSyncSettings, 'description')).toBe('hub');
  });

  it.each([
    [{ 'isthmus.fieldPolicy': { displayName: 'mine' } }, 'isthmus.fieldPolicy.displayName'],
    [{ 'isthmus.fieldPolicy': 3 }, 'isthmus.fieldPolicy'],
    [{ 'isthmus.fieldPolicy': 'mine' }, 'isthmus.fieldPolicy.*'],
    [{ 'isthmus.adoption': 'steal' }, 'isthmus.adoption'],
    [{ 'isthmus.fullRunEvery': 0 }, 'isthmus.fullRunEvery'],
    [{ 'isthmus.removalLimit': { share: 1 } }, 'isthmus.removalLimit.share'],
    [{ 'isthmus.removalLimit': { items: -1 } }, 'isthmus.removalLimit.items'],
    [{ 'isthmus.removalLimit': { percent: 101 } }, 'isthmus.removalLimit.percent'],
  ])('are refused by name: %j', (properties, field) => {
    expect(() => read(properties)).toThrow(
      expect.objectContaining({ code: 'CONNECTOR_CONFIGURATION_INVALID', details: { field } }),
    );
  });
});
