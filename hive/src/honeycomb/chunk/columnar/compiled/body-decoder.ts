/**
 * Decodes the bodies of a chunk with the compiled loops: so many rows at a time, of each template those that are among
 * them, each row to its place.
 */
import type { Pace } from '../../../records/record-set.ts';
import type { ChunkData } from '../chunk-data.ts';
import { corruptRow } from '../decode-rows.ts';
import { isEnded, type SlotTable } from '../slot-table.ts';
import type { LinearMemory } from './linear-memory.ts';
import { type Pieces, TemplatePieces } from './template-pieces.ts';

const MINUTE_MS = 60_000;
/** Rows between two looks at the clock. */
const ROWS_PER_LOOK = 4096;
/** How many pieces of memory are laid out. */
const PLACES = 7;

/** Where everything is in memory. */
interface Places {
  readonly columnsEnd: number;
  readonly rawRows: number;
  readonly order: number;
  readonly starts: number;
  readonly times: number;
  readonly bytes: number;
}

interface Laid {
  readonly memory: LinearMemory;
  readonly at: Places;
  readonly pieces: readonly Pieces[];
  readonly slots: SlotTable;
  readonly order: Uint32Array;
  readonly start: Uint32Array;
  readonly parts: readonly Part[];
}

/** Rows that are decoded together: the first, and the one behind the last. */
interface Part {
  readonly from: number;
  readonly to: number;
}

/** See the file's head. */
export class BodyDecoder {
  readonly #laid: Laid;
  /** By template, of which the last is that of raw rows: the place of its next row in the order of templates. */
  readonly #next: Uint32Array;
  #part = 0;
  #rawBytes = 0;
  #looked = 0;

  private constructor(laid: Laid) {
    this.#laid = laid;
    this.#next = laid.slots.firstRow.slice();
  }

  /**
   * Lays everything out; nobody else does until the last part was seen.
   *
   * @param partBytes of bodies in one part, at most; a longer row is one by itself
   * @throws AppError `store-corrupt`
   */
  static async open(
    data: ChunkData,
    memory: LinearMemory,
    partBytes: number,
  ): Promise<BodyDecoder> {
    const [{ head }, slots, order] = [await data.runs(), await data.slots(), await data.order()];
    const [times, dictionary] = [await data.times(), await data.dictionary()];
    const columnBytes = await data.columnBytes();
    const start = startsOf((await data.lengths()).body);
    const parts = partsOf(start, partBytes);
    const longest = parts.reduce(
      (most, { from, to }) => Math.max(most, (start[to] ?? 0) - (start[from] ?? 0)),
      0,
    );
    const templates = new TemplatePieces(head.templates, { slots, dictionary });
    const numbers = order.byteLength + times.byteLength + start.byteLength;
    memory.reserve(columnBytes + templates.bytes + numbers + longest, PLACES);
    const columns = memory.take(columnBytes);
    await data.copyColumns(memory.bytesAt(columns, columnBytes));
    const pieces = templates.layOut(memory, columns);
    const at = {
      columnsEnd: columns + columnBytes,
      rawRows: columns + (slots.from[head.slots - 1] ?? 0),
      ...{ order: memory.put(order), starts: memory.put(start), times: memory.put(times) },
      bytes: memory.take(longest),
    };
    return new BodyDecoder({ memory, at, pieces, slots, order, start, parts });
  }

  /** Where each row begins among the bodies; one more than there are. */
  get start(): Uint32Array {
    return this.#laid.start;
  }

  /**
   * The next bodies, there until the next ones are asked for; undefined when there are no more.
   *
   * @throws AppError `store-corrupt` when a row has not the length that the chunk says
   */
  async next(pace: Pace): Promise<Buffer | undefined> {
    const { memory, at, pieces, start, parts } = this.#laid;
    const part = parts[this.#part++];
    if (!part) return undefined;
    const first = start[part.from] ?? 0;
    const bytes = memory.bytesAt(at.bytes, (start[part.to] ?? 0) - first);
    // What is not written must not pass for what was written there before.
    bytes.fill(0);
    for (let template = 0; template < pieces.length; template++) {
      const end = this.#endOf(template, part);
      // Addresses are counted modulo 2^32: only rows of this part are written.
      await this.#write(template, end, at.bytes - first, pace);
    }
    this.#copyRawRows(bytes, part);
    return bytes;
  }

  async #write(template: number, end: number, target: number, pace: Pace): Promise<void> {
    const { memory, at, pieces, slots, order } = this.#laid;
    const own = pieces[template];
    let from = this.#next[template] ?? 0;
    this.#next[template] = end;
    while (own && from < end) {
      const to = Math.min(end, from + ROWS_PER_LOOK);
      const done = memory.loops.decodeTemplate(
        ...[own.at, own.count, own.text, memory.layoutAt(slots.layout[template] ?? 0)],
        ...[(slots.shiftMinutes[template] ?? 0) * MINUTE_MS, isEnded(slots, template) ? 1 : 0],
        ...[at.order, from, to, at.starts, at.times, target, at.columnsEnd],
      );
      if (done !== to) throw corruptRow(order[done] ?? 0);
      this.#looked += to - from;
      from = to;
      if (this.#looked < ROWS_PER_LOOK) continue;
      this.#looked = 0;
      const pause = pace();
      if (pause) await pause;
    }
  }

  /** The place behind a template's last row of a part. */
  #endOf(template: number, { from, to }: Part): number {
    const { slots, order } = this.#laid;
    const behind = slots.firstRow[template + 1] ?? 0;
    let place = this.#next[template] ?? 0;
    for (; place < behind; place++) {
      const row = order[place] ?? 0;
      if (row >= to) break;
      if (row < from) throw corruptRow(row);
    }
    return place;
  }

  #copyRawRows(target: Buffer, part: Part): void {
    const { memory, at, pieces, slots, order, start, parts } = this.#laid;
    const raw = pieces.length;
    const end = this.#endOf(raw, part);
    const first = start[part.from] ?? 0;
    const columnBytes = slots.bytes[slots.bytes.length - 1] ?? 0;
    for (let place = this.#next[raw] ?? 0; place < end; place++) {
      const row = order[place] ?? 0;
      const from = (start[row] ?? 0) - first;
      const length = (start[row + 1] ?? 0) - (start[row] ?? 0);
      if (this.#rawBytes + length > columnBytes) throw corruptRow(row);
      target.set(memory.bytesAt(at.rawRows + this.#rawBytes, length), from);
      this.#rawBytes += length;
    }
    this.#next[raw] = end;
    if (this.#part === parts.length && this.#rawBytes !== columnBytes) throw corruptRow(0);
  }
}

function startsOf(lengths: Uint32Array): Uint32Array {
  const start = new Uint32Array(lengths.length + 1);
  for (let row = 0, at = 0; row < lengths.length; row++) {
    at += lengths[row] ?? 0;
    start[row + 1] = at;
  }
  return start;
}

function partsOf(start: Uint32Array, partBytes: number): Part[] {
  const parts: Part[] = [];
  const rows = start.length - 1;
  for (let from = 0, to = 0; from < rows; from = to) {
    do to++;
    while (to < rows && (start[to + 1] ?? 0) - (start[from] ?? 0) <= partBytes);
    parts.push({ from, to });
  }
  return parts;
}
