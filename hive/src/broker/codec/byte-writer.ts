const SHORT_STRING_BYTES_MAX = 255;

/** Writes AMQP's primitive types into a buffer that grows as needed. */
export class ByteWriter {
  #bytes: Buffer;
  #length = 0;

  constructor(capacity = 128) {
    this.#bytes = Buffer.allocUnsafe(capacity);
  }

  get length(): number {
    return this.#length;
  }

  #reserve(length: number): number {
    const at = this.#length;
    if (at + length > this.#bytes.length) {
      const grown = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, at + length));
      this.#bytes.copy(grown, 0, 0, at);
      this.#bytes = grown;
    }
    this.#length = at + length;
    return at;
  }

  octet(value: number): void {
    const at = this.#reserve(1);
    this.#bytes[at] = value;
  }

  short(value: number): void {
    const at = this.#reserve(2);
    this.#bytes.writeUInt16BE(value, at);
  }

  long(value: number): void {
    const at = this.#reserve(4);
    this.#bytes.writeUInt32BE(value, at);
  }

  longlong(value: number): void {
    const at = this.#reserve(8);
    this.#bytes.writeUInt32BE(Math.floor(value / 0x1_0000_0000), at);
    this.#bytes.writeUInt32BE(value % 0x1_0000_0000, at + 4);
  }

  bytes(value: Buffer): void {
    const at = this.#reserve(value.length);
    value.copy(this.#bytes, at);
  }

  /** Text of at most 255 bytes; longer text is cut between characters. */
  shortString(value: string): void {
    let encoded: Buffer = Buffer.from(value, 'utf8');
    if (encoded.length > SHORT_STRING_BYTES_MAX) encoded = cutUtf8(encoded, SHORT_STRING_BYTES_MAX);
    this.octet(encoded.length);
    this.bytes(encoded);
  }

  longString(value: Buffer): void {
    this.long(value.length);
    this.bytes(value);
  }

  /** Overwrites four bytes that were written before, such as a length known only now. */
  patchLong(offset: number, value: number): void {
    this.#bytes.writeUInt32BE(value, offset);
  }

  /** What was written; shares memory, so the writer is not used afterwards. */
  finish(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }
}

function cutUtf8(bytes: Buffer, length: number): Buffer {
  let end = length;
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return bytes.subarray(0, end);
}
