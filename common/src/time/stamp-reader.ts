/**
 * The parts of a time stamp, read digit by digit from bytes: this runs on every line that is
 * stored. A reader takes a place and gives the place behind what it read, or -1; what it read is in
 * the fields.
 */

const MONTHS = new Map(
  'jan feb mar apr may jun jul aug sep oct nov dec'
    .split(' ')
    .map((name, index) => [
      letters(name.charCodeAt(0), name.charCodeAt(1), name.charCodeAt(2)),
      index,
    ]),
);
const WEEKDAYS = new Set(
  'mon tue wed thu fri sat sun'
    .split(' ')
    .map((name) => letters(name.charCodeAt(0), name.charCodeAt(1), name.charCodeAt(2))),
);
const SPACE = 0x20;
const COMMA = 0x2c;
const DASH = 0x2d;
const DOT = 0x2e;
const SLASH = 0x2f;
const COLON = 0x3a;

/** What is looked for behind the seconds: a zone, a zone and a year, or nothing. */
type StampTail = 'zone' | 'year' | 'none';

/** A stamp up to its seconds. */
export interface KnownStamp {
  /** -1 where the stamp has none before its seconds. */
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly seconds: number;
  readonly tail: StampTail;
}

/** Three letters of any case as one number. */
function letters(a: number, b: number, c: number): number {
  return ((a | 0x20) << 16) | ((b | 0x20) << 8) | (c | 0x20);
}

/** True for `0`–`9`. */
export function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

/** Reads time stamps from one line at a time; see the top of the file. */
export class StampReader {
  /** -1 where the stamp has none. */
  year = -1;
  /** 0–11. */
  month = 0;
  day = 1;
  /** Seconds since midnight. */
  seconds = 0;
  milliseconds = 0;
  /** Minutes east of UTC; undefined where the stamp has no zone. */
  zoneMinutes: number | undefined;
  /** Milliseconds since 1970 where the stamp says so itself; else -1. */
  epochMs = -1;
  /** The place behind the seconds; -1 where the stamp is an epoch. */
  clockEnd = -1;
  /** What may stand behind the seconds. */
  tail: StampTail = 'zone';
  #bytes: Uint8Array = new Uint8Array();
  #to = 0;

  /** Looks at `bytes` up to `to` and forgets what was read. */
  look(bytes: Uint8Array, to: number): void {
    this.#bytes = bytes;
    this.#to = Math.min(to, bytes.length);
    this.forget();
  }

  /** Clears what was read. */
  forget(): void {
    this.year = -1;
    this.milliseconds = 0;
    this.zoneMinutes = undefined;
    this.epochMs = -1;
    this.clockEnd = -1;
  }

  /** The byte at a place; 0 beyond the line. */
  byte(at: number): number {
    return at < this.#to ? (this.#bytes[at] ?? 0) : 0;
  }

  /** How many digits stand at a place, at most 20. */
  digits(at: number): number {
    let count = 0;
    while (count < 20 && isDigit(this.byte(at + count))) count++;
    return count;
  }

  /** The number that `count` digits are, or -1. */
  number(at: number, count: number): number {
    let value = 0;
    for (let index = at; index < at + count; index++) {
      const byte = this.byte(index);
      if (!isDigit(byte)) return -1;
      value = value * 10 + byte - 0x30;
    }
    return value;
  }

  /** `14:02:31`, with `.` between too, a fraction behind `.` `,` or `:`, and a zone. */
  clock(at: number): number {
    const between = this.byte(at + 2);
    if ((between !== COLON && between !== DOT) || this.byte(at + 5) !== between) return -1;
    const hour = this.number(at, 2);
    const minute = this.number(at + 3, 2);
    const second = this.number(at + 6, 2);
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60) return -1;
    this.seconds = hour * 3600 + minute * 60 + second;
    this.clockEnd = at + 8;
    this.tail = 'zone';
    return this.#zone(this.#fraction(at + 8));
  }

  /** Reads on behind the seconds at `at`, of a stamp that is the one of `known` up to there. */
  readOn(at: number, known: KnownStamp): number {
    this.year = known.year;
    this.month = known.month;
    this.day = known.day;
    this.seconds = known.seconds;
    if (known.tail === 'none') return isDigit(this.byte(at)) ? -1 : at;
    const end = this.#zone(this.#fraction(at));
    return known.tail === 'year' ? this.#yearBehind(end) : end;
  }

  #fraction(at: number): number {
    const point = this.byte(at);
    if (point !== DOT && point !== COMMA) return at;
    const count = this.digits(at + 1);
    if (count === 0) return at;
    const kept = Math.min(count, 3);
    this.milliseconds = this.number(at + 1, kept) * (kept === 3 ? 1 : kept === 2 ? 10 : 100);
    return at + 1 + count;
  }

  /** `Z`, ` UTC`, ` GMT`, `+01:00`, ` +0100`, `+01`. */
  #zone(at: number): number {
    const spaced = this.byte(at) === SPACE ? at + 1 : at;
    const byte = this.byte(spaced);
    if (byte === 0x5a && spaced === at) {
      this.zoneMinutes = 0;
      return at + 1;
    }
    if (byte === 0x2b || byte === DASH) {
      const hours = this.number(spaced + 1, 2);
      const minutesAt = this.byte(spaced + 3) === COLON ? spaced + 4 : spaced + 3;
      const minutes = this.number(minutesAt, 2);
      if (hours < 0 || hours > 14) return at;
      if (minutes < 0 && spaced !== at) return at;
      const offset = hours * 60 + Math.max(minutes, 0);
      this.zoneMinutes = byte === DASH ? -offset : offset;
      return minutes < 0 ? spaced + 3 : minutesAt + 2;
    }
    const name = (byte << 16) | (this.byte(spaced + 1) << 8) | this.byte(spaced + 2);
    if (name === 0x555443 || name === 0x474d54) {
      this.zoneMinutes = 0;
      return spaced + 3;
    }
    return at;
  }

  /**
   * `2026-11-20T14:02:31`, with `-`, `/` or `.` in the date and `T`, a space, `_` or `-` behind it.
   */
  iso(at: number): number {
    const between = this.byte(at + 4);
    if (between !== DASH && between !== SLASH && between !== DOT) return -1;
    if (this.byte(at + 7) !== between) return -1;
    const apart = this.byte(at + 10);
    if (apart !== 0x54 && apart !== SPACE && apart !== 0x5f && apart !== DASH && apart !== 0x74) {
      return -1;
    }
    const end = this.clock(at + 11);
    if (end < 0) return -1;
    this.year = this.number(at, 4);
    return this.#date(this.number(at + 5, 2) - 1, this.number(at + 8, 2)) ? end : -1;
  }

  #date(month: number, day: number): boolean {
    this.month = month;
    this.day = day;
    return month >= 0 && month <= 11 && day >= 1 && day <= 31;
  }

  /** `081109 203615`, as HDFS writes it. */
  compact(at: number): number {
    if (this.byte(at + 6) !== SPACE) return -1;
    const date = this.number(at, 6);
    const time = this.number(at + 7, 6);
    if (date < 0 || time < 0 || isDigit(this.byte(at + 13))) return -1;
    const [hour, minute, second] = [
      Math.floor(time / 10_000),
      Math.floor(time / 100) % 100,
      time % 100,
    ];
    if (hour > 23 || minute > 59 || second > 59) return -1;
    this.year = 2000 + Math.floor(date / 10_000);
    this.clockEnd = at + 13;
    this.tail = 'none';
    this.seconds = hour * 3600 + minute * 60 + second;
    return this.#date((Math.floor(date / 100) % 100) - 1, date % 100) ? at + 13 : -1;
  }

  /** `I1120 14:02:31.123456`, as glog writes it. */
  glog(at: number): number {
    if (this.byte(at + 5) !== SPACE) return -1;
    const date = this.number(at + 1, 4);
    const end = date < 0 ? -1 : this.clock(at + 6);
    return end > 0 && this.#date(Math.floor(date / 100) - 1, date % 100) ? end : -1;
  }

  /** `Nov 20 14:02:31`, `Nov  2 14:02:31 2026`, `Nov 20 2026 14:02:31`. */
  monthFirst(at: number): number {
    const month = this.#month(at);
    if (month < 0 || this.byte(at + 3) !== SPACE) return -1;
    let next = this.byte(at + 4) === SPACE ? at + 5 : at + 4;
    const length = isDigit(this.byte(next + 1)) ? 2 : 1;
    const day = this.number(next, length);
    next += length;
    if (this.byte(next) === COMMA) next++;
    if (this.byte(next) !== SPACE || !this.#date(month, day)) return -1;
    next++;
    if (this.digits(next) === 4 && this.byte(next + 4) === SPACE) {
      this.year = this.number(next, 4);
      next += 5;
    }
    const end = this.clock(next);
    if (end < 0 || this.year >= 0) return end;
    this.tail = 'year';
    return this.#yearBehind(end);
  }

  #yearBehind(end: number): number {
    if (this.byte(end) === SPACE && this.digits(end + 1) === 4 && this.#endsYear(end + 5)) {
      const year = this.number(end + 1, 4);
      if (year >= 1990 && year < 2100) {
        this.year = year;
        return end + 5;
      }
    }
    return end;
  }

  #endsYear(at: number): boolean {
    const byte = this.byte(at);
    return byte === 0 || byte === SPACE || byte === 0x5d || byte === COMMA || byte === COLON;
  }

  #month(at: number): number {
    return MONTHS.get(letters(this.byte(at), this.byte(at + 1), this.byte(at + 2))) ?? -1;
  }

  /** `Fri Nov 20 14:02:31 2026`, `Fri, 20 Nov 2026 14:02:31 GMT`. */
  weekdayFirst(at: number): number {
    if (!WEEKDAYS.has(letters(this.byte(at), this.byte(at + 1), this.byte(at + 2)))) return -1;
    if (this.byte(at + 3) === COMMA && this.byte(at + 4) === SPACE) return this.dayFirst(at + 5);
    return this.byte(at + 3) === SPACE ? this.monthFirst(at + 4) : -1;
  }

  /** `20 Nov 2026 14:02:31`, `20/Nov/2026:14:02:31 +0000`, `20-Nov-2026 14:02:31`. */
  dayFirst(at: number): number {
    const length = isDigit(this.byte(at + 1)) ? 2 : 1;
    const day = this.number(at, length);
    const between = this.byte(at + length);
    if (between !== SPACE && between !== SLASH && between !== DASH) return -1;
    const month = this.#month(at + length + 1);
    if (month < 0 || this.byte(at + length + 4) !== between) return -1;
    this.year = this.number(at + length + 5, 4);
    const apart = this.byte(at + length + 9);
    if (this.year < 0 || (apart !== SPACE && apart !== COLON && apart !== 0x54)) return -1;
    const end = this.clock(at + length + 10);
    return end > 0 && this.#date(month, day) ? end : -1;
  }

  /** Seconds with or without a fraction (10 digits), ms (13), µs (16), ns (19) since 1970. */
  epoch(at: number): number {
    const count = this.digits(at);
    if (count !== 10 && count !== 13 && count !== 16 && count !== 19) return -1;
    let end = at + count;
    let ms = count === 10 ? this.number(at, 10) * 1000 : this.number(at, 13);
    if (count === 10) {
      end = this.#fraction(end);
      ms += this.milliseconds;
    }
    const after = this.byte(end);
    const ends = after === 0 || after === SPACE || after === 0x5d || after === COLON;
    if (!ends && after !== COMMA && after !== 0x7d && after !== 0x22 && after !== 9) return -1;
    this.epochMs = ms;
    return end;
  }
}
