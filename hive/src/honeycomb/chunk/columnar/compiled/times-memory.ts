/** Memory in which rows are counted by time, and the loop that does it: see `hive/assembly/times.ts`. */
import { AppError } from '@apiary/common/errors.ts';
import { LINEAR_MEMORY_KEPT_BYTES } from '@apiary/common/limits/store.ts';
import { TIMES_WASM } from './times-wasm.ts';

const PAGE_BYTES = 64 * 1024;
const ALIGNMENT = 8;
/** Ids are 16 bits: whatever a chunk has, the loop finds a code for it. */
const CODES_BYTES = 1 << 16;
const OPEN_WORDS = 5;
const WORD_BYTES = 4;

/** A template whose rows do not all match or do not have one level: in the order of its rows. */
export interface OpenTemplate {
  readonly rows: number;
  /** By row: 1 where it matches. Absent: all do. */
  readonly flags: Uint8Array | undefined;
  /** The code of its level, or LEVEL_VARIES. */
  readonly level: number;
  /** By row: the code of its level, where it varies. */
  readonly levels: Uint8Array | undefined;
}

/** What is laid out. */
export interface CountedColumns {
  /** By row. */
  readonly template: Uint16Array;
  /** The section of times. */
  readonly times: Buffer;
  /** By template: see the loop. */
  readonly codes: Uint8Array;
  /** By template, those whose code is OPEN. */
  readonly open: ReadonlyMap<number, OpenTemplate>;
}

/** Where and how rows are counted. */
export interface CountedSpan {
  readonly origin: number;
  readonly step: number;
  readonly buckets: number;
  /** Rows of other times do not match. */
  readonly range: { readonly from: number; readonly to: number };
}

interface Loops {
  countStretch(...numbers: number[]): number;
}

let compiled: WebAssembly.Module | undefined;
let spare: { readonly memory: WebAssembly.Memory; readonly loops: Loops } | undefined;

function instance() {
  compiled ??= new WebAssembly.Module(Buffer.from(TIMES_WASM, 'base64'));
  const memory = new WebAssembly.Memory({ initial: 1 });
  const { exports } = new WebAssembly.Instance(compiled, { env: { memory } });
  // What the module exports is checked by its test.
  return { memory, loops: exports as Loops };
}

/**
 * Counts of rows, by code, those of rows that do not match first, and in it by bucket.
 *
 * @param stretches rows of each, one behind the other
 * @param codes how many codes there are
 * @throws AppError `store-corrupt`
 */
export function countStretches(
  { template, times, codes, open }: CountedColumns,
  stretches: readonly { readonly from: number; readonly to: number }[],
  { origin, step, buckets, range }: CountedSpan,
  codeCount: number,
): Uint32Array {
  spare ??= instance();
  const { memory, loops } = spare;
  const countsBytes = codeCount * buckets * WORD_BYTES;
  const openBytes = codes.length * OPEN_WORDS * WORD_BYTES;
  const columns: Uint8Array[] = [bytesOf(template), times];
  for (const { flags, levels } of open.values()) {
    for (const column of [flags, levels]) if (column) columns.push(column);
  }
  const pieces = [countsBytes, CODES_BYTES, openBytes, ...columns.map(({ length }) => length)];
  const needed = pieces.reduce((sum, length) => sum + aligned(length), ALIGNMENT);
  const missing = Math.ceil((needed - memory.buffer.byteLength) / PAGE_BYTES);
  if (missing > 0) memory.grow(missing);
  const all = new Uint8Array(memory.buffer);
  // No column is at 0, which stands for none.
  let next = ALIGNMENT;
  const take = (length: number) => {
    const address = next;
    next += aligned(length);
    return address;
  };
  const put = (column: Uint8Array | undefined) => {
    if (!column) return 0;
    const address = take(column.length);
    all.set(column, address);
    return address;
  };
  const countsAt = take(countsBytes);
  all.fill(0, countsAt, countsAt + countsBytes);
  const codesAt = take(CODES_BYTES);
  all.fill(0, codesAt, codesAt + CODES_BYTES);
  all.set(codes, codesAt);
  const openAt = take(openBytes);
  const words = new Uint32Array(memory.buffer, openAt, openBytes / WORD_BYTES);
  for (const [id, { rows, flags, level, levels }] of open) {
    words.set([rows, 0, put(flags), put(levels), level], id * OPEN_WORDS);
  }
  const ids = put(columns[0]);
  const timesAt = put(times);
  const end = timesAt + times.length;
  let at = timesAt;
  for (const { from, to } of stretches) {
    const places = [at, end, ids + from * Uint16Array.BYTES_PER_ELEMENT, to - from];
    const tables = [codesAt, openAt, countsAt];
    at = loops.countStretch(...places, ...tables, origin, step, buckets, range.from, range.to);
    if (at === 0) break;
  }
  if (at !== end) throw new AppError('store-corrupt', 'The times of a chunk are not whole.');
  const counts = new Uint32Array(memory.buffer, countsAt, codeCount * buckets).slice();
  if (memory.buffer.byteLength > LINEAR_MEMORY_KEPT_BYTES) spare = undefined;
  return counts;
}

function aligned(bytes: number): number {
  return Math.ceil((bytes + 1) / ALIGNMENT) * ALIGNMENT;
}

function bytesOf({ buffer, byteOffset, byteLength }: Uint16Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
