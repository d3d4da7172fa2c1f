/** The values of a chunk's rows, in the order of rows; its memory is used again. */
export class ValueList {
  /** Where each begins in the batch's bytes, and how long it is. */
  start = new Int32Array(1 << 16);
  length = new Int32Array(1 << 16);
  /** As blooms hash words; useless beyond ASCII, where the mask is -1. */
  hash = new Int32Array(1 << 16);
  /** Its characters: see the mask of slots. */
  mask = new Int32Array(1 << 16);
  count = 0;

  /** Makes room for more values. */
  reserve(more: number): void {
    const atLeast = this.count + more;
    if (atLeast <= this.start.length) return;
    this.start = grow(this.start, atLeast);
    this.length = grow(this.length, atLeast);
    this.hash = grow(this.hash, atLeast);
    this.mask = grow(this.mask, atLeast);
  }
}

function grow(column: Int32Array, atLeast: number): Int32Array<ArrayBuffer> {
  const grown = new Int32Array(Math.max(atLeast, column.length * 2));
  grown.set(column);
  return grown;
}
