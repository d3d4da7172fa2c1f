/**
 * Finds the time stamp at or near the head of a line. What is found depends on the line alone (and
 * for a missing year or zone on arrival and host), never on the lines before it: a line read twice
 * has the same time twice.
 */
import { STAMP_HEAD_BYTES, STAMP_JSON_BYTES, STAMP_WORDS_MAX } from '../limits.ts';
import { isDigit, type KnownStamp, StampReader } from './stamp-reader.ts';

/** A recognised time stamp; places are byte offsets from the line's first byte. */
export interface TimeStamp {
  readonly timeMs: number;
  readonly start: number;
  readonly length: number;
  /**
   * Bytes at the line's head that are nothing but the stamp and punctuation or a priority before
   * it: the `timestampLength` of a record. 0 where other text precedes the stamp.
   */
  readonly head: number;
}

/** What a line does not say about its time. */
export interface StampContext {
  /** When the line was read, ms since 1970: gives a missing year, and bounds what is plausible. */
  readonly arrivalMs: number;
  /** The host's zone, minutes east of UTC, for stamps without one. */
  readonly zoneOffsetMinutes: number;
}

const DAY_MS = 86_400_000;
const EARLIEST_MS = Date.UTC(1990, 0, 1);
/** Bytes up to the seconds that are kept to be compared: no stamp at a line's head is longer. */
const SEEN_BYTES_MAX = 64;
const SPACE = 0x20;
const QUOTE = 0x22;
const KEYS = [
  'time',
  'ts',
  'timestamp',
  '@timestamp',
  '$date',
  'datetime',
  'eventTime',
  'timeMillis',
].map((key) => new TextEncoder().encode(key));

/**
 * The stamp of one line, `bytes` from `from` to `to` without its line end; undefined if there is
 * none, or one more than a day after arrival or before 1990. For many lines keep a {@link
 * TimeRecogniser}.
 */
export function recogniseTime(
  bytes: Uint8Array,
  from: number,
  to: number,
  context: StampContext,
): TimeStamp | undefined {
  return new TimeRecogniser(context).recognise(bytes, from, to, context.arrivalMs);
}

/** Recognises the stamps of one stream's lines. Keeps the last day's midnight, the
 * year's, and the last stamp, which save work and change nothing. */
export class TimeRecogniser {
  readonly #zoneOffsetMinutes: number;
  readonly #reader = new StampReader();
  #dayKey = -1;
  #dayMs = 0;
  #year = 0;
  #yearFromMs = Number.NaN;
  #yearToMs = Number.NaN;
  #start = 0;
  /** The last line's bytes up to its seconds, where its stamp begins in them, and what they say. */
  #seen = new Uint8Array();
  #seenStart = 0;
  #known: KnownStamp | undefined;

  constructor(options: { readonly zoneOffsetMinutes: number }) {
    this.#zoneOffsetMinutes = options.zoneOffsetMinutes;
  }

  /** As {@link recogniseTime}. */
  recognise(bytes: Uint8Array, from: number, to: number, arrivalMs: number): TimeStamp | undefined {
    this.#reader.look(bytes, to);
    let end = this.#again(bytes, from, to);
    let near = end >= 0;
    if (end < 0) {
      const head = this.#skipHead(from);
      const isJson = this.#reader.byte(head) === 0x7b;
      end = isJson ? this.#json(head, to) : this.#here(head, true);
      near = end >= 0 && this.#start === head;
      if (end < 0) end = this.#later(head, Math.min(to, from + STAMP_HEAD_BYTES));
      if (end < 0) return undefined;
      if (near) this.#remember(bytes, from);
    }
    const timeMs = this.#time(arrivalMs);
    if (!(timeMs >= EARLIEST_MS && timeMs <= arrivalMs + DAY_MS)) return undefined;
    const start = this.#start - from;
    return { timeMs, start, length: end - this.#start, head: near ? end - from : 0 };
  }

  /**
   * The end of the stamp of a line that begins as the one before, up to its seconds: those need not be read again, and
   * what was read before them is nothing but these bytes. Measured on loghub's lines, which mostly do: half the time.
   */
  #again(bytes: Uint8Array, from: number, to: number): number {
    const { length } = this.#seen;
    const known = this.#known;
    if (!known || from + length > to || to > bytes.length) return -1;
    // Seconds differ first.
    for (let at = length - 1; at >= 0; at--) {
      if (bytes[from + at] !== this.#seen[at]) return -1;
    }
    this.#start = from + this.#seenStart;
    return this.#reader.readOn(from + length, known);
  }

  /** Keeps a line up to the seconds of its stamp, which was read just now. */
  #remember(bytes: Uint8Array, from: number): void {
    const { clockEnd, year, month, day, seconds, tail } = this.#reader;
    const length = clockEnd - from;
    this.#known = undefined;
    if (clockEnd < 0 || length > SEEN_BYTES_MAX) return;
    if (length !== this.#seen.length) this.#seen = new Uint8Array(length);
    for (let at = 0; at < length; at++) this.#seen[at] = bytes[from + at] ?? 0;
    this.#seenStart = this.#start - from;
    // A year behind the seconds is read again.
    this.#known = { year: tail === 'year' ? -1 : year, month, day, seconds, tail };
  }

  /**
   * Skips a byte order mark, white space, `<13>` or `<13>1 `, BGL's `- `, and one quote or bracket.
   */
  #skipHead(from: number): number {
    const reader = this.#reader;
    let at = from;
    if (reader.byte(at) === 0xef && reader.byte(at + 1) === 0xbb) at += 3;
    while (reader.byte(at) === SPACE || reader.byte(at) === 9) at++;
    if (reader.byte(at) === 0x3c) {
      const count = reader.digits(at + 1);
      if (count > 0 && count <= 3 && reader.byte(at + count + 1) === 0x3e) {
        at += count + 2;
        if (reader.byte(at) === 0x31 && reader.byte(at + 1) === SPACE) at += 2;
      }
    }
    if (reader.byte(at) === 0x2d && reader.byte(at + 1) === SPACE) at += 2;
    const byte = reader.byte(at);
    return byte === 0x5b || byte === QUOTE || byte === 0x28 ? at + 1 : at;
  }

  /**
   * Tries the formats that can begin with the byte at `at`. A bare epoch only `first` in a line.
   */
  #here(at: number, first: boolean): number {
    const reader = this.#reader;
    reader.forget();
    this.#start = at;
    const byte = reader.byte(at);
    if (isDigit(byte)) {
      const count = reader.digits(at);
      if (count === 4) return reader.iso(at);
      if (count === 6) return first ? reader.compact(at) : -1;
      if (count <= 2) return reader.dayFirst(at);
      return first || this.#isBgl(at + count) ? reader.epoch(at) : -1;
    }
    if ((byte | 0x20) < 0x61 || (byte | 0x20) > 0x7a) return -1;
    if (isDigit(reader.byte(at + 1))) {
      const glog = byte === 0x49 || byte === 0x57 || byte === 0x45 || byte === 0x46;
      return glog ? reader.glog(at) : -1;
    }
    const month = reader.monthFirst(at);
    return month >= 0 ? month : reader.weekdayFirst(at);
  }

  /** BGL's lines may have an alert's name first: `KERNDTLB 1117838570 2005.06.03 …`. */
  #isBgl(at: number): boolean {
    const reader = this.#reader;
    return reader.byte(at) === SPACE && reader.digits(at + 1) === 4 && reader.byte(at + 5) === 0x2e;
  }

  /** The stamp behind the first words, as after a file's name, an address, a level or `ts=`. */
  #later(from: number, to: number): number {
    const reader = this.#reader;
    let words = 0;
    for (let at = from; at < to && words < STAMP_WORDS_MAX; at++) {
      const byte = reader.byte(at);
      const starts =
        byte === SPACE || byte === 0x5b || byte === 0x7c || byte === 0x3d || byte === 9;
      if (!starts) continue;
      const next = reader.byte(at + 1);
      if (next === SPACE) continue;
      if (byte === SPACE) words++;
      const isValue = byte === 0x3d;
      if (isValue && !this.#isKeyBefore(at, from)) continue;
      const end = this.#here(next === QUOTE ? at + 2 : at + 1, isValue);
      if (end >= 0) return end;
    }
    return -1;
  }

  #isKeyBefore(at: number, from: number): boolean {
    for (const key of KEYS) {
      const start = at - key.length;
      if (start < from || !this.#hasAt(key, start)) continue;
      const before = start === from ? SPACE : this.#reader.byte(start - 1);
      if (before === SPACE || before === 0x2c || before === 9) return true;
    }
    return false;
  }

  #hasAt(key: Uint8Array, at: number): boolean {
    for (let index = 0; index < key.length; index++) {
      if (this.#reader.byte(at + index) !== key[index]) return false;
    }
    return true;
  }

  /** The value of the first member of a JSON line that is named like a time. */
  #json(from: number, to: number): number {
    const reader = this.#reader;
    const limit = Math.min(to, from + STAMP_JSON_BYTES);
    for (let at = from; at < limit; at++) {
      if (reader.byte(at) !== QUOTE || reader.byte(at - 1) === 0x5c) continue;
      const next = reader.byte(at + 1);
      if (next !== 0x74 && next !== 0x40 && next !== 0x24 && next !== 0x64 && next !== 0x65)
        continue;
      const key = KEYS.find(
        (one) => this.#hasAt(one, at + 1) && reader.byte(at + 1 + one.length) === QUOTE,
      );
      if (!key) continue;
      let value = at + key.length + 2;
      while (reader.byte(value) === SPACE) value++;
      if (reader.byte(value) !== 0x3a) continue;
      value++;
      while (reader.byte(value) === SPACE) value++;
      const end = this.#here(reader.byte(value) === QUOTE ? value + 1 : value, true);
      if (end >= 0) return end;
    }
    return -1;
  }

  /** Milliseconds since 1970 of what the reader read; NaN for a day that does not exist. */
  #time(arrivalMs: number): number {
    const reader = this.#reader;
    if (reader.epochMs >= 0) return reader.epochMs;
    const ofDay = reader.seconds * 1000 + reader.milliseconds;
    const zoneMs = (reader.zoneMinutes ?? this.#zoneOffsetMinutes) * 60_000;
    if (reader.year >= 0) return this.#midnight(reader.year) + ofDay - zoneMs;
    const year = this.#yearOf(arrivalMs);
    let nearest = Number.NaN;
    for (const candidate of [year, year - 1, year + 1]) {
      const timeMs = this.#midnight(candidate) + ofDay - zoneMs;
      // December's lines imported in November are last year's.
      if (timeMs > arrivalMs + DAY_MS) continue;
      const nearer = Math.abs(timeMs - arrivalMs) < Math.abs(nearest - arrivalMs);
      if (Number.isNaN(nearest) || nearer) nearest = timeMs;
      if (Math.abs(timeMs - arrivalMs) < 182 * DAY_MS) break;
    }
    return nearest;
  }

  /** Arrivals come in order: nearly all are in the year of the one before. */
  #yearOf(arrivalMs: number): number {
    if (!(arrivalMs >= this.#yearFromMs && arrivalMs < this.#yearToMs)) {
      this.#year = new Date(arrivalMs).getUTCFullYear();
      this.#yearFromMs = Date.UTC(this.#year, 0);
      this.#yearToMs = Date.UTC(this.#year + 1, 0);
    }
    return this.#year;
  }

  #midnight(year: number): number {
    const { month, day } = this.#reader;
    const key = (year * 16 + month) * 32 + day;
    if (key !== this.#dayKey) {
      const date = new Date(Date.UTC(year, month, day));
      const exists = date.getUTCMonth() === month && date.getUTCDate() === day;
      this.#dayMs = exists ? date.getTime() : Number.NaN;
      this.#dayKey = key;
    }
    return this.#dayMs;
  }
}
