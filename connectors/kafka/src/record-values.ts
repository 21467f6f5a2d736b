import { gunzipSync } from 'node:zlib';

/** Of one batch when it is unpacked: what unfolds further is not believed. */
const largestBatchBytes = 8 * 1024 * 1024;
const headerBytes = 61;
const compressionBits = 0x07;
const controlBit = 0x20;
const gzip = 1;

/**
 * The newest values of records, as brokers hand them over. Read here and not by the client, which unpacks whatever it is
 * sent, however large it becomes. Batches packed otherwise than by gzip are passed over, as are those without data.
 *
 * @param bytes - batches of format 2 (Kafka 0.11 and later), the last of them maybe cut off
 */
export function recordValues(bytes: Buffer, most: number): readonly Buffer[] {
  const values: Buffer[] = [];
  for (let at = 0; at + headerBytes <= bytes.length; ) {
    const end = at + 12 + bytes.readInt32BE(at + 8);
    if (end <= at + headerBytes || end > bytes.length) break;
    if (bytes.readInt8(at + 16) === 2) values.push(...valuesOf(bytes.subarray(at, end)));
    at = end;
  }
  return values.slice(-most);
}

function valuesOf(batch: Buffer): readonly Buffer[] {
  const attributes = batch.readInt16BE(21);
  const packing = attributes & compressionBits;
  if ((attributes & controlBit) !== 0 || (packing !== 0 && packing !== gzip)) return [];
  try {
    const packed = batch.subarray(headerBytes);
    const records = packing === 0 ? packed : gunzipSync(packed, { maxOutputLength: largestBatchBytes });
    return valuesIn(records, batch.readInt32BE(57));
  } catch {
    // damaged, or more than is unpacked
    return [];
  }
}

/** @throws RangeError where the bytes end too early */
function valuesIn(records: Buffer, count: number): readonly Buffer[] {
  const values: Buffer[] = [];
  const cursor = { at: 0 };
  for (let record = 0; record < count && cursor.at < records.length; record += 1) {
    const length = varint(records, cursor);
    const next = cursor.at + length;
    cursor.at += 1;
    varint(records, cursor);
    varint(records, cursor);
    const keyLength = varint(records, cursor);
    cursor.at += Math.max(0, keyLength);
    const valueLength = varint(records, cursor);
    if (valueLength > 0) values.push(records.subarray(cursor.at, cursor.at + valueLength));
    if (next <= 0 || next > records.length) break;
    cursor.at = next;
  }
  return values;
}

/** A number in as many bytes as it takes, signed by zigzag. */
function varint(bytes: Buffer, cursor: { at: number }): number {
  let value = 0n;
  for (let shift = 0n; shift < 70n; shift += 7n) {
    const byte = bytes.readUInt8(cursor.at);
    cursor.at += 1;
    value |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) return Number((value >> 1n) ^ -(value & 1n));
  }
  throw new RangeError('a number of more than ten bytes');
}
