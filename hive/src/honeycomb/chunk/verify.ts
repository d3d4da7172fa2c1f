/**
 * The proof before blocks go: the rows that are encoded are what was committed, byte for byte, and what
 * is decoded from the chunk is these rows.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Block } from '@apiary/common/chunks/chunks.ts';
import { type ByteRange, cutRun, subtractRanges } from '@apiary/common/chunks/ranges.ts';
import { AppError } from '@apiary/common/errors.ts';
import type { Run } from '@apiary/common/messages/data/run.ts';
import type { Pace } from '../record-set.ts';
import { BatchSet } from './batch-set.ts';
import type { RowBatch } from './row-batch.ts';

/** What is compared with what. */
export interface Verification {
  /** The rows that are encoded. */
  readonly batch: RowBatch;
  readonly blocks: AsyncIterable<Block>;
  /** Ranges of unfinished records that are not in the chunk, by generation. */
  readonly carried: ReadonlyMap<string, readonly ByteRange[]>;
  readonly pace: Pace;
}

/**
 * Checks that the batch holds every byte of the blocks but for what is carried, and nothing else.
 *
 * @returns what is carried, as blocks
 * @throws AppError `store-corrupt`
 */
export async function verifyBatch(verification: Verification): Promise<Block[]> {
  const { batch, blocks, carried, pace } = verification;
  const comparison = new Comparison(batch);
  const kept: Block[] = [];
  for await (const block of blocks) {
    const rest: Run[] = [];
    for (const run of block.message.runs) {
      await pace();
      const ranges = carried.get(run.generation) ?? [];
      for (const range of ranges) {
        if (range.from < run.to && range.to > run.from) rest.push(cutRun(run, range));
      }
      for (const range of subtractRanges(run, ranges)) {
        comparison.compare(cutRun(run, range));
      }
    }
    if (rest.length > 0) kept.push({ ...block, message: { ...block.message, runs: rest } });
  }
  comparison.finish();
  return kept;
}

/**
 * Checks that what was decoded is what was encoded.
 *
 * @throws AppError `store-corrupt`
 */
export function verifyDecoded(decoded: RowBatch, batch: RowBatch): void {
  const same =
    decoded.bytes.equals(batch.bytes) &&
    isSame(decoded.start, batch.start) &&
    isSame(decoded.time, batch.time) &&
    isSame(decoded.timestampLength, batch.timestampLength) &&
    isSame(decoded.sourceLength, batch.sourceLength) &&
    isDeepStrictEqual(decoded.stretches, batch.stretches);
  if (!same) throw corrupt('it does not decode to its rows');
}

function isSame(a: Uint8Array | Uint32Array | Float64Array, b: typeof a): boolean {
  const bytes = (array: typeof a) => Buffer.from(array.buffer, array.byteOffset, array.byteLength);
  return bytes(a).equals(bytes(b));
}

class Comparison {
  readonly #reader: BatchSet;
  /** Rows by generation, ascending by offset. */
  readonly #rows = new Map<string, number[]>();
  /** Parts of bodies that are not their source, until all of them have been seen. */
  readonly #parts = new Map<number, { from: number; bytes: Uint8Array }[]>();
  #sourceBytes = 0;
  #compared = 0;

  constructor(batch: RowBatch) {
    const reader = new BatchSet(batch);
    this.#reader = reader;
    for (let row = 0; row < reader.count; row++) {
      const { generation } = reader.source(row);
      const rows = this.#rows.get(generation);
      if (rows) rows.push(row);
      else this.#rows.set(generation, [row]);
      this.#sourceBytes += reader.sourceLength(row);
    }
    for (const rows of this.#rows.values()) {
      rows.sort((a, b) => reader.offset(a) - reader.offset(b));
    }
  }

  compare(run: Run): void {
    const rows = this.#rows.get(run.generation) ?? [];
    let index = this.#indexAt(rows, run.from);
    let body = 0;
    let offset = run.from;
    for (const [record, sourceLength] of run.sourceLengths.entries()) {
      const bodyLength = run.bodyLengths ? (run.bodyLengths[record] ?? 0) : sourceLength;
      const row = rows[index];
      const bytes = run.data.subarray(body, body + bodyLength);
      if (row === undefined || !this.#holds(row, offset, sourceLength)) throw differs(run, offset);
      if (run.bodyLengths) this.#addPart(row, { from: offset, bytes });
      else this.#compareSource(row, offset, bytes, run);
      body += bodyLength;
      offset += sourceLength;
      if (offset === this.#reader.offset(row) + this.#reader.sourceLength(row)) index++;
    }
    this.#compared += run.to - run.from;
  }

  /** @throws AppError `store-corrupt` when the chunk holds something that no block does */
  finish(): void {
    for (const [row, parts] of this.#parts) {
      parts.sort((a, b) => a.from - b.from);
      const whole = Buffer.concat(parts.map(({ bytes }) => bytes));
      if (!whole.equals(this.#reader.bytes(row))) throw corrupt('a body differs from its block');
    }
    if (this.#compared !== this.#sourceBytes) {
      throw corrupt(`${this.#sourceBytes} bytes where its blocks hold ${this.#compared}`);
    }
  }

  #compareSource(row: number, offset: number, bytes: Uint8Array, run: Run): void {
    const start = offset - this.#reader.offset(row);
    const stored = this.#reader.bytes(row).subarray(start, start + bytes.length);
    if (this.#reader.isMapped(row) || Buffer.compare(stored, bytes) !== 0) {
      throw differs(run, offset);
    }
  }

  #addPart(row: number, part: { from: number; bytes: Uint8Array }): void {
    const parts = this.#parts.get(row);
    if (parts) parts.push(part);
    else this.#parts.set(row, [part]);
  }

  #holds(row: number, offset: number, length: number): boolean {
    const from = this.#reader.offset(row);
    return offset >= from && offset + length <= from + this.#reader.sourceLength(row);
  }

  /** The last row that begins at or before an offset. */
  #indexAt(rows: readonly number[], offset: number): number {
    let low = 0;
    let high = rows.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const row = rows[middle];
      if (row !== undefined && this.#reader.offset(row) <= offset) low = middle + 1;
      else high = middle;
    }
    return Math.max(low - 1, 0);
  }
}

function differs(run: Run, offset: number): AppError {
  return corrupt(`byte ${offset} of generation ${run.generation} differs from its block`);
}

function corrupt(what: string): AppError {
  return new AppError('store-corrupt', `A new chunk is not what was committed: ${what}.`);
}
