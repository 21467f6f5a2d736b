import type { Buffer } from 'node:buffer';

const deepest = 16;

/**
 * Length of the first three fields (version, schema, number of rows) of a Parquet footer, which is a struct in Thrift's
 * compact protocol. Throws when they are not there or are cut.
 */
export function schemaEnd(footer: Buffer): number {
  const reader = new Skipper(footer);
  let field = 0;
  for (;;) {
    const start = reader.offset;
    const header = reader.byte();
    if (header === 0) return fieldsEnd(field, start);
    const delta = header >> 4;
    field = delta === 0 ? Number(reader.varint()) >> 1 : field + delta;
    if (field > 3) return fieldsEnd(3, start);
    reader.skip(header & 0x0f, 0);
    if (field === 3) return reader.offset;
  }
}

function fieldsEnd(lastField: number, end: number): number {
  if (lastField < 3) throw new Error('its footer names no schema');
  return end;
}

class Skipper {
  offset = 0;

  constructor(private readonly bytes: Buffer) {}

  byte(): number {
    const value = this.bytes[this.offset];
    if (value === undefined) throw new Error('its footer is cut, or its schema is too large');
    this.offset += 1;
    return value;
  }

  varint(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.byte();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw new Error('its footer is broken');
  }

  skip(type: number, depth: number): void {
    if (depth > deepest) throw new Error('its footer is nested too deeply');
    if (type === 1 || type === 2) return;
    if (type === 3) this.#advance(1);
    else if (type >= 4 && type <= 6) this.varint();
    else if (type === 7) this.#advance(8);
    else if (type === 8) this.#advance(Number(this.varint()));
    else if (type === 9 || type === 10) this.#skipList(depth);
    else if (type === 12) this.#skipStruct(depth);
    else throw new Error('its footer is broken');
  }

  #skipStruct(depth: number): void {
    for (let header = this.byte(); header !== 0; header = this.byte()) {
      if (header >> 4 === 0) this.varint();
      this.skip(header & 0x0f, depth + 1);
    }
  }

  #skipList(depth: number): void {
    const header = this.byte();
    const size = header >> 4 === 15 ? Number(this.varint()) : header >> 4;
    const type = header & 0x0f;
    for (let index = 0; index < size; index += 1) {
      // In a list a boolean takes a byte.
      if (type === 1 || type === 2) this.#advance(1);
      else this.skip(type, depth + 1);
    }
  }

  #advance(length: number): void {
    this.offset += length;
    if (this.offset > this.bytes.length) throw new Error('its footer is cut, or its schema is too large');
  }
}
