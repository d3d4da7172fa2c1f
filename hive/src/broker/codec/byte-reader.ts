import { AmqpError } from '../amqp-error.ts';

/**
 * Reads AMQP's primitive types from a buffer, front to back. Reading past the end is the sender's
 * mistake: 502 SYNTAX_ERROR.
 */
export class ByteReader {
  readonly #bytes: Buffer;
  #offset: number;

  constructor(bytes: Buffer, offset = 0) {
    this.#bytes = bytes;
    this.#offset = offset;
  }

  get offset(): number {
    return this.#offset;
  }

  get remaining(): number {
    return this.#bytes.length - this.#offset;
  }

  #take(length: number): number {
    const at = this.#offset;
    if (at + length > this.#bytes.length) throw new AmqpError(502, 'frame ends in mid-value');
    this.#offset = at + length;
    return at;
  }

  octet(): number {
    return this.#bytes.readUInt8(this.#take(1));
  }

  short(): number {
    return this.#bytes.readUInt16BE(this.#take(2));
  }

  long(): number {
    return this.#bytes.readUInt32BE(this.#take(4));
  }

  /** 64 unsigned bits as a number; delivery tags and sizes beyond 2^53 are nobody's honest value. */
  longlong(): number {
    const at = this.#take(8);
    const high = this.#bytes.readUInt32BE(at);
    if (high > 0x1fffff) throw new AmqpError(502, 'number out of range');
    return high * 0x1_0000_0000 + this.#bytes.readUInt32BE(at + 4);
  }

  /** The next `length` bytes; shares memory with the input. */
  bytes(length: number): Buffer {
    const at = this.#take(length);
    return this.#bytes.subarray(at, at + length);
  }

  shortString(): string {
    const length = this.octet();
    const at = this.#take(length);
    return length === 0 ? '' : this.#bytes.toString('utf8', at, at + length);
  }

  /** A long string; shares memory with the input. */
  longString(): Buffer {
    return this.bytes(this.long());
  }
}
