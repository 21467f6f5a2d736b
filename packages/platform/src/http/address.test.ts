import { expect, it } from '@jest/globals';
import { addressOf } from './address.js';

it('the address of a client that went away while it was asked for is told as gone', () => {
  expect(addressOf({ ip: '127.0.0.1' })).toBe('127.0.0.1');
  expect(addressOf({ ip: undefined })).toBe('gone');
});
