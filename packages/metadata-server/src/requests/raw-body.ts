/** The bytes of a body that nobody has parsed yet; none when there is no body. */
export function bytesOf(body: unknown): Buffer {
  return Buffer.isBuffer(body) ? body : Buffer.alloc(0);
}
