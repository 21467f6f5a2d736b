import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { createRecordsBatch } from '@platformatic/kafka';
import { recordValues } from './record-values.js';

function batch(values: readonly string[], compression: 'none' | 'gzip' | 'snappy' = 'none'): Buffer {
  const messages = values.map((value) => ({ topic: 't', key: Buffer.from('k'), value: Buffer.from(value) }));
  return createRecordsBatch(messages, { compression }).buffer;
}
const texts = (bytes: Buffer, most = 100) => recordValues(bytes, most).map(String);

describe('values of records', () => {
  it('are read of several batches, plain or packed by gzip, the newest of them', () => {
    const bytes = Buffer.concat([batch(['a', 'b']), batch(['c', 'x'.repeat(300)], 'gzip')]);
    expect(texts(bytes)).toEqual(['a', 'b', 'c', 'x'.repeat(300)]);
    expect(texts(bytes, 2)).toEqual(['c', 'x'.repeat(300)]);
  });

  it('are passed over where they are packed otherwise, cut off, damaged or none', () => {
    expect(texts(batch(['a'], 'snappy'))).toEqual([]);
    const whole = batch(['a', 'b']);
    for (let length = 0; length < whole.length; length += 1) expect(texts(whole.subarray(0, length))).toEqual([]);
    for (let at = 0; at < whole.length; at += 1) {
      const damaged = Buffer.from(whole);
      damaged[at] = (damaged[at] ?? 0) ^ 0xff;
      expect(recordValues(damaged, 10).length).toBeLessThanOrEqual(10);
    }
  });

  it('are not unpacked without end', () => {
    const packed = gzipSync(Buffer.alloc(16 * 1024 * 1024));
    const header = Buffer.from(batch(['a'], 'gzip').subarray(0, 61));
    header.writeInt32BE(61 - 12 + packed.length, 8);
    expect(texts(Buffer.concat([header, packed]))).toEqual([]);
  });
});
