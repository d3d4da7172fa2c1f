/**
 * The first part of the proof before blocks go: the rows that are encoded are what was committed, byte for byte. That
 * these are what the chunk decodes to is the other: see `verify-decoded.ts`.
 */
import type { Block } from '@apiary/common/chunks/chunks.ts';
import { type ByteRange, cutRun, subtractRanges } from '@apiary/common/chunks/ranges.ts';
import { AppError } from '@apiary/common/errors.ts';
import type { Run } from '@apiary/common/messages/data/run.ts';
import type { Pace } from '../records/record-set.ts';
import { offsetsOf } from './batch-set.ts';
import type { RowBatch, Stretch } from './row-batch.ts';

/** What is compared with what. */
export interface Verification {
  /** The rows that are encoded. */
  readonly batch: RowBatch;
  /** Those whose runs {@link proveRuns} did not prove. */
  readonly blocks: AsyncIterable<Block>;
  /** Bytes of the source that are proven. */
  readonly provenBytes: number;
  /** Ranges of unfinished records that are not in the chunk, by generation. */
  readonly carried: ReadonlyMap<string, readonly ByteRange[]>;
  readonly pace: Pace;
}

/**
 * Checks that the batch holds every byte of the blocks but for what is carried, and nothing but that and what
 * is proven.
 *
 * @returns what is carried, as blocks
 * @throws AppError `store-corrupt`
 */
export async function verifyBatch(verification: Verification): Promise<Block[]> {
  const { batch, blocks, carried, provenBytes, pace } = verification;
  let comparison: Comparison | undefined;
  const kept: Block[] = [];
  for await (const block of blocks) {
    const rest: Run[] = [];
    for (const run of block.message.runs) {
      const pause = pace();
      if (pause) await pause;
      const ranges = carried.get(run.generation) ?? [];
      for (const range of ranges) {
        if (range.from < run.to && range.to > run.from) rest.push(cutRun(run, range));
      }
      for (const range of subtractRanges(run, ranges)) {
        comparison ??= new Comparison(batch);
        comparison.compare(cutRun(run, range));
      }
    }
    if (rest.length > 0) kept.push({ ...block, message: { ...block.message, runs: rest } });
  }
  const bytes = provenBytes + (comparison?.finish() ?? 0);
  let held = 0;
  for (const length of batch.sourceLength) held += length;
  if (bytes !== held) throw corrupt(`${held} bytes where its blocks hold ${bytes}`);
  return kept;
}

/** Where a run is compared: a stretch, and a row of it. */
interface Place {
  stretch: Stretch;
  row: number;
}

/**
 * Compares runs with the rows. Rows of one stretch follow one another in the source and in the batch, so
 * that their bytes are compared at once; where records begin and end is looked at one by one.
 */
class Comparison {
  readonly #batch: RowBatch;
  readonly #offsets: Float64Array;
  /** Stretches by generation, ascending by offset. */
  readonly #stretches = new Map<string, Stretch[]>();
  /** Parts of bodies that are not their source, until all of them have been seen. */
  readonly #parts = new Map<number, { from: number; bytes: Uint8Array }[]>();
  #compared = 0;

  constructor(batch: RowBatch) {
    this.#batch = batch;
    this.#offsets = offsetsOf(batch);
    for (const stretch of batch.stretches) {
      const { generation } = stretch.source;
      const known = this.#stretches.get(generation);
      if (known) known.push(stretch);
      else this.#stretches.set(generation, [stretch]);
    }
    for (const stretches of this.#stretches.values()) stretches.sort((a, b) => a.offset - b.offset);
  }

  compare(run: Run): void {
    const place = this.#placeAt(run);
    let first = run.from;
    let body = 0;
    let begun = 0;
    let offset = run.from;
    for (let record = 0; record < run.sourceLengths.length; record++) {
      const sourceLength = run.sourceLengths[record] ?? 0;
      const bodyLength = run.bodyLengths ? (run.bodyLengths[record] ?? 0) : sourceLength;
      const { row } = place;
      if (!this.#holds(row, offset, sourceLength)) throw differs(run, offset);
      if (run.bodyLengths) {
        this.#addPart(row, { from: offset, bytes: run.data.subarray(body, body + bodyLength) });
      }
      body += bodyLength;
      offset += sourceLength;
      if (offset !== this.#endOf(row)) continue;
      place.row++;
      if (place.row < place.stretch.to || offset === run.to) continue;
      if (!run.bodyLengths) this.#compareSource(run, { place, first, begun, body });
      this.#goOn(run, place, offset);
      first = offset;
      begun = body;
    }
    if (!run.bodyLengths) this.#compareSource(run, { place, first, begun, body });
    this.#compared += run.to - run.from;
  }

  /** Bytes of the source that were compared. @throws AppError `store-corrupt` when a body differs */
  finish(): number {
    const { bytes, start } = this.#batch;
    for (const [row, parts] of this.#parts) {
      parts.sort((a, b) => a.from - b.from);
      const whole = Buffer.concat(parts.map((part) => part.bytes));
      if (!whole.equals(bytes.subarray(start[row], start[row + 1]))) {
        throw corrupt('a body differs from its block');
      }
    }
    return this.#compared;
  }

  /** Compares the source's bytes from `first` on, at `begun` to `body` of the run's data. */
  #compareSource(
    run: Run,
    at: {
      readonly place: Place;
      readonly first: number;
      readonly begun: number;
      readonly body: number;
    },
  ): void {
    const { bytes, start } = this.#batch;
    const { stretch } = at.place;
    const from = (start[stretch.from] ?? 0) + at.first - stretch.offset;
    const to = from + at.body - at.begun;
    const inside = to <= (start[stretch.to] ?? 0);
    if (stretch.mapped || !inside || bytes.compare(run.data, at.begun, at.body, from, to) !== 0) {
      throw differs(run, at.first);
    }
  }

  #addPart(row: number, part: { from: number; bytes: Uint8Array }): void {
    const parts = this.#parts.get(row);
    if (parts) parts.push(part);
    else this.#parts.set(row, [part]);
  }

  #holds(row: number, offset: number, length: number): boolean {
    return offset >= (this.#offsets[row] ?? 0) && offset + length <= this.#endOf(row);
  }

  #endOf(row: number): number {
    return (this.#offsets[row] ?? 0) + (this.#batch.sourceLength[row] ?? 0);
  }

  /** The last row that begins at or before the run. */
  #placeAt(run: Run): Place {
    const stretches = this.#stretches.get(run.generation) ?? [];
    const stretch = lastAtOrBefore(stretches.length, (index) => stretches[index]?.offset, run.from);
    const found = stretches[stretch];
    if (!found) throw differs(run, run.from);
    const rows = found.to - found.from;
    const row = lastAtOrBefore(rows, (index) => this.#offsets[found.from + index], run.from);
    return { stretch: found, row: found.from + row };
  }

  /** To the stretch that begins where the last one ended. */
  #goOn(run: Run, place: Place, offset: number): void {
    const stretches = this.#stretches.get(run.generation) ?? [];
    const index = lastAtOrBefore(stretches.length, (at) => stretches[at]?.offset, offset);
    const next = stretches[index];
    if (!next || next === place.stretch) throw differs(run, offset);
    place.stretch = next;
    place.row = next.from;
  }
}

/** The last of `count` ascending places at or before `wanted`; 0 when there is none. */
function lastAtOrBefore(
  count: number,
  placeOf: (index: number) => number | undefined,
  wanted: number,
): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((placeOf(middle) ?? 0) <= wanted) low = middle + 1;
    else high = middle;
  }
  return Math.max(low - 1, 0);
}

function differs(run: Run, offset: number): AppError {
  return corrupt(`byte ${offset} of generation ${run.generation} differs from its block`);
}

function corrupt(what: string): AppError {
  return new AppError('store-corrupt', `A new chunk is not what was committed: ${what}.`);
}
