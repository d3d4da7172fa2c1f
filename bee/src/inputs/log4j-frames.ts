/** Cuts what logging libraries of Java send into events, without changing a byte of them. Pure. */
import { RECEIVED_RECORD_BYTES_MAX } from '@apiary/common/limits.ts';

const NUL = 0;
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const QUOTE = 0x22;
const LESS = 0x3c;
const GREATER = 0x3e;
const BACKSLASH = 0x5c;
const OPEN = 0x7b;
const CLOSE = 0x7d;
/** What may stand between events: white space, NULs, and the brackets and commas of an array. */
const BETWEEN = new Set([NUL, LINE_FEED, CARRIAGE_RETURN, 9, 32, 0x5b, 0x5d, 0x2c]);
/** An XML event's name, and bytes of its tag that are waited for. */
const EVENT_TAG = /^<((?:log4j:)?[Ee]vent)[\s>]/;
const TAG_BYTES_MAX = 16;
/** How Java's ObjectOutputStream begins. */
const SERIALISED = Buffer.of(0xac, 0xed);

/** True for the first bytes of serialised Java objects. */
export function isSerialised(first: Uint8Array): boolean {
  return first[0] === SERIALISED[0] && (first.length < 2 || first[1] === SERIALISED[1]);
}

/** See the file's head. An event longer than RECEIVED_RECORD_BYTES_MAX becomes several records. */
export class Log4jFrames {
  #rest: Buffer = Buffer.alloc(0);
  /** The event at the beginning of the rest was looked at up to here, and ends there; -1: not known yet. */
  #at = 0;
  #found = -1;
  #depth = 0;
  #isText = false;
  #isEscaped = false;
  #kind: 'json' | 'xml' | 'tag' | 'line' | undefined;
  #end: Buffer = Buffer.alloc(0);

  /** The events that are whole with these bytes. */
  push(chunk: Buffer): Buffer[] {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const events: Buffer[] = [];
    while (this.#begin()) {
      if (this.#found < 0) this.#found = this.#find();
      const end = this.#found;
      if (end < 0 && this.#rest.length <= RECEIVED_RECORD_BYTES_MAX) break;
      const isWhole = end >= 0 && end <= RECEIVED_RECORD_BYTES_MAX;
      this.#take(isWhole ? end : RECEIVED_RECORD_BYTES_MAX, isWhole, events);
    }
    return events;
  }

  /** What the sender left unfinished. */
  end(): Buffer[] {
    const events: Buffer[] = [];
    if (this.#rest.length > 0 && this.#begin()) this.#take(this.#rest.length, true, events);
    this.#rest = Buffer.alloc(0);
    return events;
  }

  #take(length: number, isWhole: boolean, events: Buffer[]): void {
    const bytes = this.#rest.subarray(0, length);
    const event = isWhole ? trimEnd(bytes) : bytes;
    if (this.#kind !== 'tag' && event.length > 0) events.push(event);
    this.#rest = this.#rest.subarray(length);
    this.#at = Math.max(0, this.#at - length);
    this.#found = isWhole ? -1 : Math.max(-1, this.#found - length);
    if (isWhole) this.#kind = undefined;
  }

  /** Skips what stands between events and knows the next by its first bytes; false if there are too few. */
  #begin(): boolean {
    if (this.#kind !== undefined) return this.#rest.length > 0;
    let at = 0;
    while (at < this.#rest.length && BETWEEN.has(this.#rest[at] ?? -1)) at++;
    this.#rest = this.#rest.subarray(at);
    const [first] = this.#rest;
    if (first === undefined) return false;
    this.#at = 0;
    this.#depth = 0;
    this.#isText = false;
    this.#isEscaped = false;
    this.#kind = first === OPEN ? 'json' : 'line';
    return first === LESS ? this.#beginTag() : true;
  }

  #beginTag(): boolean {
    const head = this.#rest.toString('latin1', 0, TAG_BYTES_MAX);
    const name = EVENT_TAG.exec(head)?.[1];
    this.#kind = undefined;
    if (name === undefined && head.length < TAG_BYTES_MAX && !head.includes('>')) return false;
    // A pattern may begin with a syslog priority or the like: a tag begins with a letter or a sign of XML.
    this.#kind = /^<[A-Za-z?!/]/.test(head) ? 'tag' : 'line';
    if (name === undefined) return true;
    this.#kind = 'xml';
    this.#end = Buffer.from(`</${name}>`);
    return true;
  }

  /** Where the event ends; -1 if not in what has come yet. */
  #find(): number {
    if (this.#kind === 'json') return this.#findJson();
    const end =
      this.#kind === 'xml' ? this.#end : Buffer.of(this.#kind === 'tag' ? GREATER : LINE_FEED);
    const from = Math.max(0, this.#at - end.length + 1);
    const found = this.#rest.indexOf(end, from);
    this.#at = this.#rest.length;
    if (this.#kind !== 'line') return found < 0 ? -1 : found + end.length;
    const nul = this.#rest.subarray(0, found < 0 ? this.#rest.length : found).indexOf(NUL, from);
    if (nul >= 0) return nul + 1;
    return found < 0 ? -1 : found + 1;
  }

  #findJson(): number {
    const bytes = this.#rest;
    for (; this.#at < bytes.length; this.#at++) {
      const byte = bytes[this.#at];
      if (this.#isEscaped) this.#isEscaped = false;
      else if (this.#isText) {
        if (byte === BACKSLASH) this.#isEscaped = true;
        else if (byte === QUOTE) this.#isText = false;
        // No JSON may have it there: this is a line that only begins like an object.
        else if (byte === LINE_FEED) return ++this.#at;
      } else if (byte === QUOTE) this.#isText = true;
      else if (byte === OPEN) this.#depth++;
      else if (byte === CLOSE && --this.#depth === 0) return ++this.#at;
    }
    return -1;
  }
}

function trimEnd(event: Buffer): Buffer {
  let end = event.length;
  while (end > 0 && isEnd(event[end - 1])) end--;
  return event.subarray(0, end);
}

function isEnd(byte: number | undefined): boolean {
  return byte === LINE_FEED || byte === CARRIAGE_RETURN || byte === NUL;
}
