/** A data message in the making: pieces until one of the message's bounds is near. */
import {
  MESSAGE_HEAD_BYTES_MAX,
  MESSAGE_RAW_BYTES_MAX,
  MESSAGE_RUNS_MAX,
} from '@apiary/common/limits.ts';
import type { Piece, Room } from './source.ts';

// The fixed fields of a run head and its references, rounded up; a path and tags at their largest.
const RUN_HEAD_BYTES = 48;
const STRING_HEAD_BYTES = 3;
const NEXT_HEAD_BYTES_MAX = 16 * 1024;

/** The room of one message after another: each is encoded before the next one begins. */
export class MessageRoom implements Room {
  #buffer: Buffer | undefined;
  #used = 0;

  keep(bytes: Uint8Array): Buffer {
    this.#buffer ??= Buffer.allocUnsafeSlow(MESSAGE_RAW_BYTES_MAX);
    const from = this.#used;
    if (from + bytes.length > this.#buffer.length) return Buffer.from(bytes);
    this.#buffer.set(bytes, from);
    this.#used += bytes.length;
    return this.#buffer.subarray(from, this.#used);
  }

  /** The message is encoded. */
  clear(): void {
    this.#used = 0;
  }
}

/** See the file's head. */
export class Batch {
  readonly #pieces: Piece[] = [];
  readonly #strings = new Set<string>();
  #headBytes = 0;
  #dataBytes = 0;

  /** What it holds, in order. */
  get pieces(): readonly Piece[] {
    return this.#pieces;
  }

  get isEmpty(): boolean {
    return this.#pieces.length === 0;
  }

  /** Bytes of data that still fit. */
  get space(): number {
    return MESSAGE_RAW_BYTES_MAX - this.#dataBytes;
  }

  /** True while one more run fits, whatever its names. */
  get hasRoom(): boolean {
    return (
      this.space > 0 &&
      this.#pieces.length < MESSAGE_RUNS_MAX &&
      this.#headBytes + NEXT_HEAD_BYTES_MAX <= MESSAGE_HEAD_BYTES_MAX
    );
  }

  /** Adds a piece; only while {@link hasRoom}, with at most {@link space} bytes of data. */
  add(piece: Piece): void {
    this.#pieces.push(piece);
    this.#dataBytes += piece.run.data.length;
    const { target, file, tags } = piece.run;
    this.#headBytes += RUN_HEAD_BYTES + 2 * tags.length;
    for (const text of [target, file, ...tags]) {
      if (this.#strings.has(text)) continue;
      this.#strings.add(text);
      this.#headBytes += STRING_HEAD_BYTES + Buffer.byteLength(text);
    }
  }
}
