import { describe, expect, it } from '@jest/globals';
import { fromConnection } from './mqtt-config.js';
import { fits, topicNaming } from './topic-names.js';

const open = { include: ['#'], exclude: [], collapse: [], collapseIds: true };

describe('a filter', () => {
  it.each([
    ['#', 'a', true],
    ['a/#', 'a', true],
    ['a/#', 'a/b/c', true],
    ['a/+', 'a/b', true],
    ['a/+', 'a/b/c', false],
    ['a/+', 'a', false],
    ['+/b', '/b', true],
    ['a', 'A', false],
  ])('%s and %s', (filter, topic, expected) => {
    expect(fits(filter, topic)).toBe(expected);
  });
});

describe('the name of a topic', () => {
  it.each([
    ['home/kitchen/temperature', 'home/kitchen/temperature'],
    ['devices/7f3c2a10-1111-4222-8333-abcdefabcdef/state', 'devices/+/state'],
    ['devices/00:1b:44:11:3a:b7/rssi', 'devices/+/rssi'],
    ['orders/1234567', 'orders/+'],
    ['floor/12/light', 'floor/12/light'],
    ['sensor-00a1b2c3d4e5/t', 'sensor-+/t'],
    ['facade/deadbeefcafe/x', 'facade/deadbeefcafe/x'],
  ])('%s is %s', (topic, name) => {
    expect(topicNaming(open).nameOf(topic)).toBe(name);
    expect(topicNaming(open).nameOf(name)).toBe(name);
    expect(topicNaming({ ...open, collapseIds: false }).nameOf(topic)).toBe(topic);
  });

  it('is the first filter of `collapse` that fits, and there is none for what is excluded or the broker says of itself', () => {
    const naming = topicNaming({ ...open, exclude: ['private/#'], collapse: ['floor/+/light', 'floor/#'] });
    expect(naming.nameOf('floor/12/light')).toBe('floor/+/light');
    expect(naming.nameOf('floor/12/door')).toBe('floor/#');
    expect(naming.nameOf('private/x')).toBeUndefined();
    expect(naming.nameOf('$SYS/broker/uptime')).toBeUndefined();
    expect(topicNaming({ ...open, include: ['a/#'] }).nameOf('b')).toBeUndefined();
  });
});

describe('the address of a connection', () => {
  const from = (networkAddress: string) =>
    fromConnection({ providerName: 'mqtt', networkAddress, configurationProperties: {} });

  it('says host, port, user and TLS', () => {
    expect(from('mqtt://u:p%40@broker.example:1884')).toEqual({
      host: 'broker.example',
      port: 1884,
      user: 'u',
      password: 'p@',
    });
    expect(from('mqtts://broker.example')).toEqual({ host: 'broker.example', port: 8883, tls: 'verify' });
    expect(from('broker.example:1885')).toEqual({ host: 'broker.example', port: 1885 });
  });
});
