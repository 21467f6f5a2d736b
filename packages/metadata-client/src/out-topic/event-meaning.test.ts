import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { meaningOf } from './event-meaning.js';

const watchdog = (typeName: string, superTypeNames: readonly string[] = [], member = 'metadataElement') =>
  JSON.stringify({
    class: 'WatchdogGovernanceServiceEvent',
    watchdogGovernanceEvent: { [member]: { type: { typeName, superTypeNames } } },
  });
const outTopic = (typeName: string, superTypeNames: readonly string[] = []) =>
  JSON.stringify({ eventVersionId: 1, elementHeader: { type: { typeName, superTypeNames } } });

describe('the meaning of an event', () => {
  it('is a change of a group when a part of one is told of, in any release', () => {
    expect(meaningOf(watchdog('IntegrationGroup'))).toBe('relevant');
    expect(meaningOf(watchdog('RegisteredIntegrationConnector', [], 'relatedMetadataElements'))).toBe('relevant');
    expect(meaningOf(watchdog('ConnectionToAsset', [], 'relatedMetadataElements'))).toBe('relevant');
    expect(meaningOf(JSON.stringify({ class: 'IntegrationConnectorConfigurationEvent' }))).toBe('relevant');
    expect(meaningOf(outTopic('Connection'))).toBe('relevant');
    expect(meaningOf(outTopic('VirtualConnection', ['Connection', 'Referenceable']))).toBe('relevant');
  });

  it('is none of ours for other elements and other events of the topic', () => {
    expect(meaningOf(watchdog('DataFile', ['DataStore', 'Asset']))).toBe('other');
    expect(meaningOf(outTopic('CSVFile', ['DataFile']))).toBe('other');
    expect(meaningOf(JSON.stringify({ class: 'GovernanceEngineConfigurationEvent' }))).toBe('other');
  });

  it('is never an error', () => {
    for (const text of ['', 'null', '[]', '{}', '{"class":7}', '{"elementHeader":{}}', '['.repeat(50_000)])
      expect(meaningOf(text)).toBe('malformed');
    expect(meaningOf(`"${'x'.repeat(5_000_000)}"`)).toBe('malformed');
    fc.assert(fc.property(fc.json(), (text) => ['relevant', 'other', 'malformed'].includes(meaningOf(text))));
    fc.assert(fc.property(fc.string(), (text) => ['relevant', 'other', 'malformed'].includes(meaningOf(text))));
  });
});
