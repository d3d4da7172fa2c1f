import { AmqpError } from '../amqp-error.ts';

/** Frame types of AMQP 0-9-1. */
export const FRAME = { method: 1, header: 2, body: 3, heartbeat: 8 } as const;
/** The octet that ends every frame. */
export const FRAME_END = 0xce;
/** Type, channel and size. */
export const FRAME_HEADER_BYTES = 7;
/** What a frame costs beside its payload. */
export const FRAME_OVERHEAD_BYTES = FRAME_HEADER_BYTES + 1;

/** What a {@link FrameReader} tells. */
export interface FrameSink {
  /** Payload of a method frame; only valid during the call. */
  onMethod(channel: number, payload: Buffer): void;
  /** Payload of a content header; only valid during the call. */
  onHeader(channel: number, payload: Buffer): void;
  /** A piece of a body frame; may be kept. */
  onBody(channel: number, piece: Buffer): void;
  onHeartbeat(): void;
}

/**
 * Cuts a byte stream into frames, whatever the pieces it arrives in. Bodies are passed on piece by
 * piece without being copied, unless a piece would keep a much larger chunk alive.
 */
export class FrameReader {
  /** Largest frame, overhead included; the connection changes it after tuning. */
  frameBytesMax: number;
  readonly #sink: FrameSink;
  readonly #header = Buffer.alloc(FRAME_HEADER_BYTES);
  #headerLength = 0;
  #type = 0;
  #channel = 0;
  /** Payload octets that are still to come; -1 between frames. */
  #missing = -1;
  #payload: Buffer | undefined;
  #stopped = false;

  constructor(sink: FrameSink, frameBytesMax: number) {
    this.#sink = sink;
    this.frameBytesMax = frameBytesMax;
  }

  /** Ignores whatever else comes. */
  stop(): void {
    this.#stopped = true;
    this.#payload = undefined;
  }

  /** Takes the next chunk of the stream. @throws AmqpError 501 for what is no frame, and what the sink throws. */
  push(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length && !this.#stopped) {
      if (this.#missing < 0) at = this.#readHeader(chunk, at);
      else if (this.#missing > 0) at = this.#readPayload(chunk, at);
      else {
        if (chunk[at++] !== FRAME_END)
          throw new AmqpError(501, 'frame does not end where it should');
        this.#endFrame();
      }
    }
  }

  #readHeader(chunk: Buffer, start: number): number {
    const take = Math.min(FRAME_HEADER_BYTES - this.#headerLength, chunk.length - start);
    chunk.copy(this.#header, this.#headerLength, start, start + take);
    this.#headerLength += take;
    if (this.#headerLength < FRAME_HEADER_BYTES) return start + take;
    this.#headerLength = 0;
    this.#type = this.#header.readUInt8(0);
    this.#channel = this.#header.readUInt16BE(1);
    this.#missing = this.#header.readUInt32BE(3);
    if (this.#missing + FRAME_OVERHEAD_BYTES > this.frameBytesMax) {
      throw new AmqpError(501, `frame of ${this.#missing} bytes is larger than the tuned maximum`);
    }
    return start + take;
  }

  #readPayload(chunk: Buffer, start: number): number {
    const take = Math.min(this.#missing, chunk.length - start);
    const piece = chunk.subarray(start, start + take);
    const size = this.#missing;
    this.#missing -= take;
    if (this.#type === FRAME.body) {
      // A view of less than half a chunk would keep the rest of it alive.
      const kept = take * 2 < chunk.buffer.byteLength ? Buffer.from(piece) : piece;
      this.#sink.onBody(this.#channel, kept);
    } else if (this.#payload) {
      piece.copy(this.#payload, this.#payload.length - size);
    } else if (take === size) {
      this.#payload = piece;
    } else {
      this.#payload = Buffer.allocUnsafe(size);
      piece.copy(this.#payload, 0);
    }
    return start + take;
  }

  #endFrame(): void {
    const payload = this.#payload ?? Buffer.alloc(0);
    this.#payload = undefined;
    this.#missing = -1;
    if (this.#type === FRAME.method) this.#sink.onMethod(this.#channel, payload);
    else if (this.#type === FRAME.header) this.#sink.onHeader(this.#channel, payload);
    else if (this.#type === FRAME.heartbeat) this.#sink.onHeartbeat();
    else if (this.#type !== FRAME.body) {
      throw new AmqpError(501, `unknown frame type ${this.#type}`);
    }
  }
}
