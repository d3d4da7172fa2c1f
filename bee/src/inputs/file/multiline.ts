/**
 * Which lines belong to one record. By default stack traces of Java, Python, Node, Go and .NET are joined:
 * by what their lines look like, and nothing else is. With a start pattern, a record begins at each line that
 * matches. What is decided depends on the lines of one read, so the last record stays *open* while it may go on.
 */
import { AppError } from '@apiary/common/errors.ts';
import { MULTILINE_BYTES_MAX, MULTILINE_LINES_MAX } from '@apiary/common/limits.ts';
import { linearRegExp } from '@apiary/common/query/linear-engine.ts';
import { checkRegex } from '@apiary/common/query/regex.ts';
import { wordsOf } from '../../system-error.ts';
import {
  beginsTrace,
  continues,
  isExceptionLine,
  isSuspicious,
  stateOfStart,
  type TraceState,
} from './trace.ts';

/** Characters of a line that are looked at. */
const LOOK_BYTES = 256;

/** Bytes of each line. */
type Lengths = readonly number[] | Uint32Array;

/** Lines put together. */
export interface Joined {
  /** Bytes of each record. */
  readonly lengths: readonly number[] | Uint32Array;
  /** So many of them, from the first, that no later line belongs to. */
  readonly closed: number;
  /** What the others wait for: more of a record that has begun, or what a single line makes one suspect. */
  readonly waitsFor: Waits;
}

/** See {@link Joined}. */
export type Waits = 'more' | 'suspected';

/** See the file's head. */
export interface Multiline {
  /** Joins lines that lie one after another at the beginning of `bytes`. */
  join(bytes: Buffer, lineLengths: Lengths): Joined;
}

/**
 * What a target's option says: absent or `auto` for stack traces, `off`, or a regular expression that the
 * first line of each record matches.
 *
 * @throws AppError `target-invalid`
 */
export function multilineOf(option: string | undefined): Multiline | undefined {
  if (option === 'off') return undefined;
  if (option === undefined || option === 'auto') return new TraceLines();
  try {
    checkRegex(option, 0);
    return new StartPattern(linearRegExp(option));
  } catch (cause) {
    throw new AppError('target-invalid', `multiline=${option}: ${wordsOf(cause)}`, { cause });
  }
}

class StartPattern implements Multiline {
  readonly #pattern: RegExp;

  constructor(pattern: RegExp) {
    this.#pattern = pattern;
  }

  join(bytes: Buffer, lineLengths: Lengths): Joined {
    const records = new Records();
    let at = 0;
    for (const length of lineLengths) {
      const isStart = this.#pattern.test(textOf(bytes, at, length, 'utf8'));
      if (isStart || !records.fits(length)) records.begin(length);
      else records.extend(length);
      at += length;
    }
    const closed = Math.max(0, records.lengths.length - 1);
    return { lengths: records.lengths, closed, waitsFor: 'more' };
  }
}

class TraceLines implements Multiline {
  join(bytes: Buffer, lineLengths: Lengths): Joined {
    return isPlain(bytes, lineLengths)
      ? closePlain(bytes, lineLengths)
      : this.#join(bytes, lineLengths);
  }

  #join(bytes: Buffer, lineLengths: Lengths): Joined {
    const records = new Records();
    let state: TraceState = 'plain';
    let at = 0;
    for (const length of lineLengths) {
      const from = at;
      at += length;
      if (state !== 'plain' && isBlank(bytes, from, length)) {
        records.hold(length);
        continue;
      }
      if (state === 'plain' && !mayMatter(bytes, from)) {
        records.begin(length);
        continue;
      }
      const text = textOf(bytes, from, length, 'latin1');
      const next = continues(text, state, records.isHolding);
      if (next !== undefined && records.fits(length)) {
        if (state === 'plain' && followsMessage(bytes, records)) records.mergeLast();
        records.extend(length);
        state = next;
        continue;
      }
      const before = state;
      state = next ?? stateOfStart(text);
      records.begin(length);
      // Loggers write a message, and the trace that belongs to it right behind.
      if (state === 'python' && before === 'plain' && records.previousIsSingle) {
        if (isSuspicious(records.previousText(bytes))) records.mergeLast();
      }
    }
    const hasBegun = state !== 'plain' || beginsTrace(records.lastText(bytes));
    const waitsFor = hasBegun ? 'more' : 'suspected';
    return { lengths: records.lengths, closed: this.#closed(bytes, records, state), waitsFor };
  }

  #closed(bytes: Buffer, records: Records, state: TraceState): number {
    const count = records.lengths.length;
    if (count === 0) return 0;
    if (state !== 'plain') return records.lastIndex;
    if (!isSuspicious(records.lastText(bytes))) return count;
    const goesWithPrevious = records.previousIsSingle && isExceptionLine(records.lastText(bytes));
    return goesWithPrevious ? count - 2 : count - 1;
  }
}

/** Most reads hold no line that may belong to a trace: measured, 0.7 CPU-seconds per GB against 1.3. */
function isPlain(bytes: Buffer, lineLengths: Lengths): boolean {
  let at = 0;
  for (let index = 0; index < lineLengths.length; index++) {
    if (mayMatter(bytes, at)) return false;
    at += lineLengths[index] ?? 0;
  }
  return true;
}

function closePlain(bytes: Buffer, lengths: Lengths): Joined {
  const last = lengths.at(-1) ?? 0;
  let from = -last;
  for (let index = 0; index < lengths.length; index++) from += lengths[index] ?? 0;
  const text = textOf(bytes, from, last, 'latin1');
  const waitsFor = beginsTrace(text) ? 'more' : 'suspected';
  if (!isSuspicious(text)) return { lengths, closed: lengths.length, waitsFor };
  const open = isExceptionLine(text) ? 2 : 1;
  return { lengths, closed: Math.max(0, lengths.length - open), waitsFor };
}

/** The first trace line came: does the record hold but the name of an exception, with its message before? */
function followsMessage(bytes: Buffer, records: Records): boolean {
  return records.previousIsSingle && isExceptionLine(records.lastText(bytes));
}

/** Records in the making: lengths of all, and the places of the last two. */
class Records {
  readonly lengths: number[] = [];
  /** Blank lines behind the last record, which belong to it if it goes on behind them. */
  readonly #held: number[] = [];
  #start = 0;
  #end = 0;
  #lines = 0;
  #previousStart = 0;
  #previousLines = 0;

  /** True if there are blank lines since the last record. */
  get isHolding(): boolean {
    return this.#held.length > 0;
  }

  /** Place of the last record, blank lines behind it left out. */
  get lastIndex(): number {
    return this.lengths.length - this.#held.length - 1;
  }

  /** The last two records are one line each, one right behind the other. */
  get previousIsSingle(): boolean {
    return this.#lines === 1 && this.#previousLines === 1 && this.lengths.length > 1;
  }

  /** True if a line may be added to the last record: there is one, and it is in bounds. */
  fits(length: number): boolean {
    return (
      this.#lines > 0 &&
      this.#lines < MULTILINE_LINES_MAX &&
      this.#end - this.#start + length <= MULTILINE_BYTES_MAX
    );
  }

  begin(length: number): void {
    this.#previousStart = this.#start;
    this.#previousLines = this.isHolding ? 0 : this.#lines;
    this.#held.length = 0;
    this.lengths.push(length);
    this.#start = this.#end;
    this.#end += length;
    this.#lines = 1;
  }

  extend(length: number): void {
    const blanks = this.#held.splice(0);
    this.lengths.length -= blanks.length;
    const last = this.lengths.length - 1;
    const blankBytes = blanks.reduce((sum, each) => sum + each, 0);
    this.lengths[last] = (this.lengths[last] ?? 0) + blankBytes + length;
    this.#end += length;
    this.#lines += blanks.length + 1;
  }

  /** A blank line: a record of its own unless {@link extend} follows. */
  hold(length: number): void {
    this.#held.push(length);
    this.lengths.push(length);
    this.#end += length;
  }

  /** Makes one record of the last two. */
  mergeLast(): void {
    const length = this.lengths.pop() ?? 0;
    const last = this.lengths.length - 1;
    this.lengths[last] = (this.lengths[last] ?? 0) + length;
    this.#start = this.#previousStart;
    this.#lines += this.#previousLines;
    this.#previousLines = 0;
  }

  lastText(bytes: Buffer): string {
    return textOf(bytes, this.#start, this.#end - this.#start, 'latin1');
  }

  previousText(bytes: Buffer): string {
    return textOf(bytes, this.#previousStart, this.#start - this.#previousStart, 'latin1');
  }
}

function textOf(bytes: Buffer, from: number, length: number, encoding: BufferEncoding): string {
  return bytes.toString(encoding, from, from + Math.min(length, LOOK_BYTES)).replace(/\r?\n$/, '');
}

function isBlank(bytes: Buffer, from: number, length: number): boolean {
  return length === 1 || (length === 2 && bytes[from] === 13);
}

const ANY = 1;
/**
 * For the first byte of lines that begin a trace or go on with one the second: `Caused by`, `Suppressed`, `Traceback`,
 * `panic`, `goroutine`, `--- End of`. Asked for every line, so it is a table. By the first byte alone each line of a log
 * that begins with `Sep` was made a text.
 */
const MATTERS = new Uint8Array(256);
for (const character of ' \tf/') MATTERS[character.charCodeAt(0)] = ANY;
for (const [first, second] of ['Ca', 'Su', 'Tr', 'pa', 'go', '--']) {
  MATTERS[first?.charCodeAt(0) ?? 0] = second?.charCodeAt(0) ?? 0;
}

/** False for a line that, behind plain ones, is surely plain itself. */
function mayMatter(bytes: Buffer, from: number): boolean {
  const second = MATTERS[bytes[from] ?? 0];
  return second !== 0 && (second === ANY || second === bytes[from + 1]);
}
