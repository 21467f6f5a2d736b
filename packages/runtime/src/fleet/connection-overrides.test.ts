import type { Registration } from '@isthmus/model';
import { describe, expect, it } from '@jest/globals';
import { ConnectionOverrides } from './connection-overrides.js';

const owner = {};
const registered = { providerName: 'files', networkAddress: '/data', configurationProperties: {} };
const other = { ...registered, networkAddress: '/elsewhere' };
const registration: Registration = {
  connectorId: 'r',
  connectorGuid: 'c',
  qualifiedName: 'IntegrationConnector::c',
  connectorName: 'c',
  refreshTimeInterval: 60,
  permittedSynchronization: 'BOTH_DIRECTIONS',
  generateConnectorActivityReports: false,
  usesBlockingCalls: false,
  connection: registered,
  version: 1,
};

describe('a connection that people put in place of the registered one', () => {
  it('outlives a change of what is not the connection', () => {
    const overrides = new ConnectionOverrides();
    expect(overrides.put(owner, registration, other)).toEqual({ ...registration, connection: other });
    const renamed = { ...registration, connectorName: 'renamed', refreshTimeInterval: 5 };
    expect(overrides.rebase(owner, renamed, 'reschedule')).toEqual([{ ...renamed, connection: other }, 'reschedule']);
    expect(overrides.stored(owner)).toEqual(renamed);
  });

  it('ends when the registered connection changes, with a new instance however small the change was', () => {
    const overrides = new ConnectionOverrides();
    overrides.put(owner, registration, other);
    const moved = { ...registration, connection: { ...registered, qualifiedName: 'Connection::renamed' } };
    expect(overrides.rebase(owner, moved, 'relabel')).toEqual([moved, 'restart']);
    expect(overrides.stored(owner)).toBeUndefined();
  });

  it('gives back what is stored after two overrides, and once alone', () => {
    const overrides = new ConnectionOverrides();
    const first = overrides.put(owner, registration, other);
    overrides.put(owner, first, { ...other, networkAddress: '/third' });
    expect(overrides.drop(owner)).toBe(registration);
    expect(overrides.drop(owner)).toBeUndefined();
    expect(overrides.rebase(owner, registration, 'relabel')).toEqual([registration, 'relabel']);
  });
});
