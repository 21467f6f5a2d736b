import { describe, expect, it } from '@jest/globals';
import { serverGuid, serverNameOf } from './server-guid.js';

describe('the GUID of a server', () => {
  it('is the same for the same name, another for another, and leads back to the name', () => {
    expect(serverGuid('daemon1')).toBe(serverGuid('daemon1'));
    expect(serverGuid('daemon1')).toMatch(/^SoftwareServer-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(serverNameOf(serverGuid('daemon2'), ['daemon1', 'daemon2'])).toBe('daemon2');
    expect(serverNameOf('daemon1', ['daemon1'])).toBeUndefined();
  });
});
