import { RECEIVED_RECORD_BYTES_MAX } from '@apiary/common/limits.ts';

/** Cuts a stream of bytes into lines; one longer than RECEIVED_RECORD_BYTES_MAX becomes several. */
export class LineSplitter {
  readonly #end: number;
  #parts: Buffer[] = [];
  #length = 0;

  /** @param end the byte that ends a line, which is left out */
  constructor(end = 10) {
    this.#end = end;
  }

  /** The lines that are whole with these bytes, as views where they can be. */
  push(chunk: Buffer): Buffer[] {
    const lines: Buffer[] = [];
    let start = 0;
    for (;;) {
      const room = start + RECEIVED_RECORD_BYTES_MAX - this.#length;
      const found = chunk.indexOf(this.#end, start);
      const end = found < 0 ? chunk.length : found;
      if (end > room) {
        lines.push(this.#finish(chunk.subarray(start, room)));
        start = room;
      } else if (found < 0) break;
      else {
        lines.push(this.#finish(chunk.subarray(start, found)));
        start = found + 1;
      }
    }
    if (start < chunk.length) {
      this.#parts.push(chunk.subarray(start));
      this.#length += chunk.length - start;
    }
    return lines;
  }

  /** What came after the last end of a line. */
  end(): Buffer[] {
    return this.#length === 0 ? [] : [this.#finish(Buffer.alloc(0))];
  }

  #finish(last: Buffer): Buffer {
    const line = this.#parts.length === 0 ? last : Buffer.concat([...this.#parts, last]);
    this.#parts = [];
    this.#length = 0;
    return line;
  }
}
