/**
 * Committed records that are in no chunk yet, of one partition, searchable at once. A record whose bytes
 * come in several runs is put together byte for byte, in whatever order they come.
 */
import type { Partition } from '@apiary/common/chunks/chunks.ts';
import type { ByteRange } from '@apiary/common/chunks/ranges.ts';
import { RECORD_BYTES_MAX } from '@apiary/common/limits.ts';
import { LEVELS, type Level } from '@apiary/common/record.ts';
import type { RowBatch } from '../chunk/row-batch.ts';
import type { RunProof } from '../chunk/run-proofs.ts';
import { type MemoryOf, newMemory } from '../chunk/spare-memory.ts';
import { levelOfBody, stampIn } from '../records/record-facts.ts';
import type { RowSource } from '../records/record-set.ts';
import { LooseEnds } from './loose-ends.ts';
import { type Extent, flagTimes, OpenChunkView, type SearchedSlabs } from './open-chunk-view.ts';
import { type CommittedRun, OpenRuns, type RunFacts } from './open-runs.ts';
import { packRows } from './pack-rows.ts';
import { RowStore } from './row-store.ts';

const NEWLINE = 10;

/** See the file's head. */
export class OpenChunk {
  /** The id of the chunk that it becomes. */
  readonly id: string;
  readonly partition: Partition;
  #rows: RowStore;
  readonly #runs = new OpenRuns();
  readonly #ends = new LooseEnds();
  /** Rows that are another row's part or went to the next open chunk, and the version that made it so. */
  readonly #hidden = new Map<number, number>();
  readonly #carried = new Map<string, ByteRange[]>();
  #successor: OpenChunk | undefined;
  /** True once somebody has a view of it for good. */
  #isKept = false;
  /** Views that end. */
  #looks = 0;
  #version = 0;
  #rawBytes = 0;
  #minTime = Number.POSITIVE_INFINITY;
  #maxTime = Number.NEGATIVE_INFINITY;

  /** @param rows without any; it belongs to this chunk then */
  constructor(id: string, partition: Partition, rows = new RowStore()) {
    this.id = id;
    this.partition = partition;
    this.#rows = rows;
  }

  /** Sequences of the blocks whose records it holds, ascending. */
  get sequences(): readonly number[] {
    return this.#runs.sequences;
  }

  get count(): number {
    return this.#rows.count;
  }

  /** Records that show: rows that became part of others or went on in the next chunk do not count. */
  get records(): number {
    return this.#rows.count - this.#hidden.size;
  }

  /** Bytes of bodies as stored. */
  get rawBytes(): number {
    return this.#rawBytes;
  }

  /** Takes a run in; the rows that are new or grew are added to `touched`. */
  append(committed: CommittedRun, touched: number[] = []): number[] {
    const { run } = committed;
    this.#version++;
    const runIndex = this.#runs.take(committed, this.#rows.count);
    this.#rows.take(run.data, run.bodyLengths ?? run.sourceLengths);
    const lastIndex = run.sourceLengths.length - 1;
    let offset = run.from;
    let start = 0;
    for (let index = 0; index <= lastIndex; index++) {
      const sourceLength = run.sourceLengths[index] ?? 0;
      const end = start + (run.bodyLengths ? (run.bodyLengths[index] ?? 0) : sourceLength);
      const continues = index === 0 && run.startsMidRecord;
      let row = continues
        ? this.#continue(offset, sourceLength, run.data.subarray(start, end), runIndex)
        : undefined;
      if (row === undefined) {
        row = this.#addRow(run.data, { run: runIndex, offset, sourceLength, start, end });
        if (continues) this.#ends.addHead(run.generation, offset, row);
      }
      offset += sourceLength;
      if (index === lastIndex && run.endsMidRecord) this.#leaveOpen(row, offset);
      touched.push(row);
      start = end;
    }
    return touched;
  }

  /** What is there now; rows that come later do not show in it. It may be looked at for as long as anybody likes. */
  snapshot(): OpenChunkView {
    this.#isKept = true;
    return new OpenChunkView(this, this.extent());
  }

  /** As {@link snapshot}, until `end` is called. */
  look(): { readonly set: OpenChunkView; readonly end: () => void } {
    this.#looks++;
    const end = () => {
      this.#looks--;
    };
    return { set: new OpenChunkView(this, this.extent()), end };
  }

  /** Gives its rows' memory away, for another chunk, once it is sealed; undefined where somebody may look at them. */
  release(): RowStore | undefined {
    if (this.#isKept || this.#looks > 0) return undefined;
    const rows = this.#rows;
    this.#rows = new RowStore();
    rows.clear();
    return rows;
  }

  /** How far it reaches now. */
  extent(): Extent {
    return {
      count: this.#rows.count,
      version: this.#version,
      minTime: this.#minTime,
      maxTime: this.#maxTime,
    };
  }

  /** Rows whose end is not known yet, and that grew since they were carried over. */
  unfinishedRows(): number[] {
    return this.#ends.unfinished();
  }

  /** Moves an unfinished row into the open chunk that follows; it no longer shows here. */
  carryOver(row: number, next: OpenChunk): void {
    const facts = this.#runOf(row);
    const place = { offset: this.offset(row), sourceLength: this.sourceLength(row) };
    const { generation } = facts.source;
    const ranges = this.#carried.get(generation) ?? [];
    ranges.push({ from: place.offset, to: place.offset + place.sourceLength });
    this.#carried.set(
      generation,
      ranges.sort((a, b) => a.from - b.from),
    );
    this.#successor = next;
    this.#version++;
    this.#hidden.set(row, this.#version);
    next.#adopt(this.#rows.bytes(row), facts, place);
  }

  /** Source ranges of the rows that went on in the next open chunk, by generation, ascending. */
  carriedRanges(): ReadonlyMap<string, readonly ByteRange[]> {
    return this.#carried;
  }

  /** This chunk was sealed: what is left of its blocks belongs to the one that follows. */
  handOver(sequences: readonly number[]): void {
    if (this.#successor) this.#successor.#runs.takeOver(sequences);
  }

  /** What was committed of the runs in {@link toBatch}, but for blocks that have to be read again. */
  get proofs(): readonly RunProof[] {
    return this.#runs.proofs;
  }

  /** Sequences of blocks without proofs, ascending. */
  get unproven(): readonly number[] {
    return this.#runs.unproven;
  }

  /** The rows that show, in one piece of memory, and which they are. */
  toBatch(memoryOf: MemoryOf = newMemory): {
    readonly batch: RowBatch;
    readonly rows: Uint32Array;
  } {
    const rows = new Uint32Array(this.records);
    const count = this.#rows.count;
    const allShow = this.#hidden.size === 0;
    for (let row = 0, index = 0; row < count; row++) {
      if (allShow || !this.#hidden.has(row)) rows[index++] = row;
    }
    return { batch: packRows(this.#rows, this.#runs.all, rows, memoryOf), rows };
  }

  #adopt(bytes: Uint8Array, facts: RunFacts, place: { offset: number; sourceLength: number }) {
    this.#version++;
    const run = this.#runs.add(facts);
    this.#rows.take(bytes, Uint32Array.of(bytes.length));
    const row = this.#addRow(bytes, { run, ...place, start: 0, end: bytes.length });
    this.#ends.setStale(row);
    this.#leaveOpen(row, place.offset + place.sourceLength);
  }

  get slabs(): SearchedSlabs {
    return this.#rows;
  }

  shown(at: Extent, from: number, to: number): Uint8Array {
    const flags = flagTimes(this.#rows.time.values, at, from, to);
    for (const [row, since] of this.#hidden) if (since <= at.version) flags[row] = 0;
    return flags;
  }

  isHidden(row: number, version: number): boolean {
    if (this.#hidden.size === 0) return false;
    return (this.#hidden.get(row) ?? Number.POSITIVE_INFINITY) <= version;
  }

  time(row: number): number {
    return this.#rows.time.get(row);
  }

  level(row: number): Level | undefined {
    let code = this.#rows.level.get(row);
    if (code === 0) {
      const level = levelOfBody(this.body(row));
      code = level === undefined ? 1 : 2 + LEVELS.indexOf(level);
      this.#rows.level.set(row, code);
    }
    return LEVELS[code - 2];
  }

  source(row: number): RowSource {
    return this.#runOf(row).source;
  }

  offset(row: number): number {
    return this.#rows.offset.get(row);
  }

  sourceLength(row: number): number {
    return this.#rows.sourceLength.get(row);
  }

  sequence(row: number): number {
    return this.#runOf(row).sequence;
  }

  observed(row: number): number {
    return this.#runOf(row).observed;
  }

  /** True where the body is not the source. */
  isMapped(row: number): boolean {
    return this.#runOf(row).mapped;
  }

  /** The row's bytes as stored, line end included. */
  bytes(row: number): Uint8Array {
    return this.#rows.bytes(row);
  }

  body(row: number): Uint8Array {
    const bytes = this.#rows.bytes(row);
    if (this.isMapped(row) || bytes.at(-1) !== NEWLINE) return bytes;
    return bytes.subarray(0, bytes.length - 1);
  }

  timestampLength(row: number): number {
    return this.#rows.timestampLength.get(row);
  }

  /** Adds a row of the bytes that were taken last, from `start` to `end`. */
  #addRow(
    bytes: Uint8Array,
    place: {
      readonly run: number;
      readonly offset: number;
      readonly sourceLength: number;
      readonly start: number;
      readonly end: number;
    },
  ): number {
    const { run, offset, sourceLength, start, end } = place;
    const row = this.#rows.add(start, end - start, { run, offset, sourceLength });
    this.#rawBytes += end - start;
    this.#recognise(row, bytes, start, end);
    return row;
  }

  /** Joins bytes to the row that ends in mid-record where they begin, if there is one. */
  #continue(
    offset: number,
    sourceLength: number,
    bytes: Uint8Array,
    runIndex: number,
  ): number | undefined {
    const { source, mapped, sequence } = this.#runs.at(runIndex);
    const row = this.#ends.tail(source.generation, offset);
    if (row === undefined || !this.#fits(row, bytes.length, mapped)) return undefined;
    this.#ends.joinTail(source.generation, offset);
    this.#rawBytes += bytes.length;
    this.#grow(row, { bytes, sourceLength, sequence });
    return row;
  }

  /** Notes that a row continues at `end`, and takes in what is there already. */
  #leaveOpen(row: number, end: number): void {
    const { generation } = this.source(row);
    const next = this.#ends.head(generation, end);
    if (next === undefined || !this.#fits(row, this.#rows.length(next), this.isMapped(next))) {
      this.#ends.addTail(generation, end, row);
      return;
    }
    this.#ends.joinHead(generation, end);
    this.#hidden.set(next, this.#version);
    const sourceLength = this.sourceLength(next);
    this.#grow(row, {
      bytes: this.#rows.bytes(next),
      sourceLength,
      sequence: this.sequence(next),
    });
    const nextEnd = end + sourceLength;
    if (this.#ends.tail(generation, nextEnd) === next) this.#ends.addTail(generation, nextEnd, row);
  }

  #fits(row: number, more: number, mapped: boolean): boolean {
    return this.isMapped(row) === mapped && this.#rows.length(row) + more <= RECORD_BYTES_MAX;
  }

  #grow(
    row: number,
    more: { readonly bytes: Uint8Array; readonly sourceLength: number; readonly sequence: number },
  ): void {
    this.#ends.setGrown(row);
    this.#rows.extend(row, more.bytes);
    this.#rows.sourceLength.set(row, this.sourceLength(row) + more.sourceLength);
    const before = this.#runOf(row);
    const sequence = Math.max(before.sequence, more.sequence);
    this.#rows.run.set(row, this.#runs.add({ ...before, sequence }));
    this.#rows.level.set(row, 0);
    const grown = this.#rows.bytes(row);
    this.#recognise(row, grown, 0, grown.length);
  }

  #recognise(row: number, bytes: Uint8Array, from: number, to: number): void {
    const stamp = stampIn(bytes, from, to, this.#runOf(row));
    this.#rows.time.set(row, stamp.time);
    this.#rows.timestampLength.set(row, stamp.length);
    if (stamp.time < this.#minTime) this.#minTime = stamp.time;
    if (stamp.time > this.#maxTime) this.#maxTime = stamp.time;
  }

  #runOf(row: number): RunFacts {
    return this.#runs.at(this.#rows.run.get(row));
  }
}
