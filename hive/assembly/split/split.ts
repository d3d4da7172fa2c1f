/**
 * AssemblyScript, not TypeScript: splits rows into templates and values, compiled to WebAssembly by `./apiary wasm`.
 * `compiled/split-memory.ts` lays rows out and takes what comes of them.
 */
import {
  allocate,
  clearArena,
  HABIT,
  ROW_BYTES,
  ROW_STAMP,
  ROW_START,
  ROW_TEMPLATE,
  ROW_TIME,
} from './places';
import { append } from './slots';
import { findStamp, LAYOUT, PLACE, SHIFT } from './stamp-finder';
import {
  clearTemplates,
  find,
  HAS_LEVEL_WORD,
  isRowOf,
  NEWEST,
  OLDER,
  ROWS,
  setRow,
  setTraits,
  templateAt,
  values,
} from './templates';
import { cut } from './tokens';
import { clearWords } from './words';

export * from './exports';

const NEWLINE: u8 = 10;
/** Longer rows are kept as they are. */
const SPLIT_BYTES_MAX: u32 = 32 * 1024;
const RAW_ROW: u16 = 0xffff;

// A stream: its last template, rows and hits since its guesses were judged last, 1 where it is guessed.
const STREAM_BYTES: u32 = 16;
const STREAM_ROWS: u32 = 4;
const HITS: u32 = 8;
const IS_GUESSED: u32 = 12;
/** Rows after which a stream's guesses are judged anew. */
const JUDGED_ROWS: u32 = 256;
/** Rows of a stream that is hardly ever guessed, until guesses are tried again. */
const RESTING_ROWS: u32 = 4096;
/** A guess is worth its cost where one row in so many is guessed. */
const ROWS_PER_HIT_MAX: u32 = 4;

let stream: u32 = 0;

/** Begins another chunk. */
export function begin(): void {
  clearArena();
  clearTemplates();
  clearWords();
}

/** Makes a stream; gives its address. */
export function addStream(): u32 {
  const added = allocate(STREAM_BYTES);
  store<i32>(added, -1);
  store<u32>(added, 0, STREAM_ROWS);
  store<u32>(added, 0, HITS);
  store<u32>(added, 1, IS_GUESSED);
  return added;
}

/** The stream goes on with a template, which was guessed or found. */
function went(id: i32, guessed: bool): void {
  const last = load<i32>(stream);
  store<i32>(stream, id);
  if (guessed) store<u32>(stream, load<u32>(stream, HITS) + 1, HITS);
  const rows = load<u32>(stream, STREAM_ROWS) + 1;
  const isGuessed = load<u32>(stream, IS_GUESSED) !== 0;
  store<u32>(stream, rows, STREAM_ROWS);
  if (rows === (isGuessed ? JUDGED_ROWS : RESTING_ROWS)) {
    // What is logged changes: after a rest it is tried again.
    const isWorth = !isGuessed || load<u32>(stream, HITS) * ROWS_PER_HIT_MAX >= JUDGED_ROWS;
    store<u32>(stream, isWorth ? 1 : 0, IS_GUESSED);
    store<u32>(stream, 0, STREAM_ROWS);
    store<u32>(stream, 0, HITS);
  }
  if (last < 0) return;
  const before = templateAt(last);
  const newest = load<i32>(before, NEWEST);
  if (newest === id) return;
  store<i32>(before, newest, OLDER);
  store<i32>(before, id, NEWEST);
}

/** The template of the row at hand if it is one of the two that came after the stream's last one before; else -1. */
function guess(): i32 {
  const last = load<i32>(stream);
  if (last < 0 || load<u32>(stream, IS_GUESSED) === 0) return -1;
  const newest = load<i32>(templateAt(last), NEWEST);
  if (newest < 0) return -1;
  if (isRowOf(templateAt(newest))) return newest;
  const older = load<i32>(templateAt(last), OLDER);
  return older >= 0 && isRowOf(templateAt(older)) ? older : -1;
}

function hasBeyondAscii(from: u32, length: u32): bool {
  for (let at: u32 = 0; at < length; at++) if (load<u8>(from + at) >= 0x80) return true;
  return false;
}

/** The row's template, or -1. */
function splitRow(row: u32, base: u32, observed: f64): i32 {
  const from = base + load<u32>(ROW_START + (row << 2));
  let to = base + load<u32>(ROW_START + (row << 2), 4);
  const ended = observed >= 0 && to > from && load<u8>(to - 1) === NEWLINE;
  if (ended) to--;
  const head: u32 = load<u8>(ROW_STAMP + row);
  if (hasBeyondAscii(from, head)) return -1;
  const length = findStamp(from, to, load<f64>(ROW_TIME + (row << 3)), observed);
  const stampFrom = length > 0 ? from + load<u32>(HABIT, PLACE) : from;
  setRow(from, to, stampFrom, stampFrom + length);
  const layout = length > 0 ? load<i32>(HABIT, LAYOUT) : -1;
  setTraits(head, ended, layout, length > 0 ? <i32>load<f64>(HABIT, SHIFT) : 0);
  if (to - from > SPLIT_BYTES_MAX) return -1;
  const guessed = guess();
  if (guessed >= 0) {
    take(guessed, true);
    return guessed;
  }
  if (!cut(from, to, stampFrom, stampFrom + length)) return -1;
  const found = find();
  if (found >= 0) take(found, false);
  return found;
}

/** Takes the row at hand for one of a template, which was guessed or found. */
function take(id: i32, guessed: bool): void {
  const template = templateAt(id);
  const rows = load<u32>(template, ROWS);
  if (append(values, rows)) store<u32>(template, 1, HAS_LEVEL_WORD);
  store<u32>(template, rows + 1, ROWS);
  went(id, guessed);
}

/**
 * Splits so many rows of a stream; writes the template of each.
 *
 * @param source see addStream
 * @param begin where the first of the bytes is that are laid out
 * @param observed ms; negative where the body is not the source
 */
export function splitRows(source: u32, count: u32, begin: u32, observed: f64): void {
  stream = source;
  const base = ROW_BYTES - begin;
  for (let row: u32 = 0; row < count; row++) {
    const found = splitRow(row, base, observed);
    store<u16>(ROW_TEMPLATE + (row << 1), found < 0 ? RAW_ROW : <u16>found);
  }
}
