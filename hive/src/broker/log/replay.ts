/** Reads the segments at start and finds out which messages are still owed to which queues. */
import fs from 'node:fs';
import path from 'node:path';
import { decodeProperties } from '../codec/properties.ts';
import { decodeEntry, ENTRY_HEADER_BYTES, type Entry, readEntry } from './entry.ts';
import { readMarker, SEGMENT_HEADER_BYTES, Segment, segmentNumber } from './segment.ts';
import { StoredMessage } from './stored-message.ts';

/** An intact entry of a segment. */
export interface ScannedEntry {
  readonly offset: number;
  /** Header included. */
  readonly length: number;
  readonly payload: Buffer;
}

/** What {@link scanSegment} found beside the entries. */
export interface ScanResult {
  /** Where the last intact entry ends. */
  readonly end: number;
  /** Damaged places that intact entries follow. A torn end is none. */
  readonly damaged: number;
}

/**
 * Yields the intact entries of a segment. Where one is damaged, it looks for the segment's marker
 * further on: what follows damage is kept, what merely ends early is the end.
 */
export function* scanSegment(
  bytes: Buffer,
  marker: number,
): Generator<ScannedEntry, ScanResult, undefined> {
  const markerBytes = Buffer.alloc(4);
  markerBytes.writeUInt32BE(marker);
  let end = SEGMENT_HEADER_BYTES;
  let at = end;
  let damaged = 0;
  while (at >= 0 && at < bytes.length) {
    const payload = readEntry(bytes, at, marker);
    if (payload) {
      if (at !== end) damaged++;
      const length = ENTRY_HEADER_BYTES + payload.length;
      yield { offset: at, length, payload };
      at += length;
      end = at;
    } else {
      at = bytes.indexOf(markerBytes, at + 1);
    }
  }
  return { end, damaged };
}

/** A message that was stored and not settled. */
export interface RecoveredMessage {
  readonly stored: StoredMessage;
  readonly exchange: string;
  readonly routingKey: string;
  readonly publishedAt: number;
  readonly bodyBytes: number;
  readonly expirationMs: number | undefined;
}

/** What the log held. */
export interface Replay {
  /** Ascending. The last may be appended to unless it is sealed. */
  readonly segments: Segment[];
  /** In the order of publishing. */
  readonly messages: readonly RecoveredMessage[];
  /** Higher than any id in the log, settled ones included. */
  readonly nextId: number;
  readonly damaged: number;
  readonly bytesCut: number;
}

/**
 * Reads every segment of a folder. Torn ends are cut off on the disk; files without a header (torn at
 * birth) are deleted. Memory: one segment at a time, and a small record per living message.
 *
 * @param keepQueue tells whether a queue still exists; others count as settled.
 */
export function replayLog(folder: string, keepQueue: (queue: number) => boolean): Replay {
  const state = new ReplayState(keepQueue);
  const numbers = fs
    .readdirSync(folder)
    .map(segmentNumber)
    .filter((number) => number !== undefined)
    .sort((a, b) => a - b);
  for (const number of numbers) state.readSegment(folder, number);
  return state.finish();
}

interface Found {
  message: RecoveredMessage;
  /** More than one if a move was cut short. */
  copies: Segment[];
}

class ReplayState {
  readonly #keepQueue: (queue: number) => boolean;
  readonly #segments: Segment[] = [];
  readonly #found = new Map<number, Found>();
  #idMax = 0;
  #damaged = 0;
  #bytesCut = 0;

  constructor(keepQueue: (queue: number) => boolean) {
    this.#keepQueue = keepQueue;
  }

  readSegment(folder: string, number: number): void {
    const file = path.join(folder, path.basename(new Segment(folder, number, 0).path));
    const bytes = fs.readFileSync(file);
    const marker = readMarker(bytes);
    if (marker === undefined) {
      this.#bytesCut += bytes.length;
      fs.unlinkSync(file);
      return;
    }
    const segment = new Segment(folder, number, marker);
    this.#segments.push(segment);
    const scan = scanSegment(bytes, marker);
    let step = scan.next();
    while (!step.done) {
      this.#take(segment, step.value, decodeEntry(step.value.payload));
      step = scan.next();
    }
    this.#damaged += step.value.damaged;
    segment.size = step.value.end;
    if (step.value.end < bytes.length) {
      this.#bytesCut += bytes.length - step.value.end;
      fs.truncateSync(file, step.value.end);
    }
  }

  #take(segment: Segment, scanned: ScannedEntry, entry: Entry): void {
    if (entry.kind === 'settlements') {
      for (const { id, queue } of entry.settlements) this.#settle(segment, id, queue);
      return;
    }
    this.#idMax = Math.max(this.#idMax, entry.id);
    segment.idMin = Math.min(segment.idMin, entry.id);
    segment.idMax = Math.max(segment.idMax, entry.id);
    const before = this.#found.get(entry.id);
    const queues = before?.message.stored.queues ?? entry.queues.filter(this.#keepQueue);
    if (queues.length === 0) return;
    const stored = before?.message.stored ?? new StoredMessage(entry.id, queues);
    stored.segment = segment;
    stored.offset = scanned.offset;
    stored.length = scanned.length;
    if (before) {
      before.copies.push(segment);
      return;
    }
    const { exchange, routingKey, publishedAt, content } = entry.message;
    const bodyBytes = content.body[0]?.length ?? 0;
    const expirationMs = expirationOf(content.properties);
    const message = { stored, exchange, routingKey, publishedAt, bodyBytes, expirationMs };
    this.#found.set(entry.id, { message, copies: [segment] });
  }

  #settle(segment: Segment, id: number, queue: number): void {
    this.#idMax = Math.max(this.#idMax, id);
    const found = this.#found.get(id);
    if (!found) return;
    for (const copy of found.copies) if (copy !== segment) segment.settles.add(copy);
    const { stored } = found.message;
    stored.queues = stored.queues.filter((other) => other !== queue);
    if (stored.queues.length === 0) this.#found.delete(id);
  }

  finish(): Replay {
    const messages = [...this.#found.values()].map((found) => found.message);
    messages.sort((a, b) => a.stored.id - b.stored.id);
    for (const { stored } of messages) stored.segment?.add(stored);
    for (const segment of this.#segments) segment.sealed = true;
    return {
      segments: this.#segments,
      messages,
      nextId: this.#idMax + 1,
      damaged: this.#damaged,
      bytesCut: this.#bytesCut,
    };
  }
}

/** The time to live in encoded properties; undefined if there is none. */
function expirationOf(properties: Buffer): number | undefined {
  const hasExpiration = properties.length >= 2 && (properties.readUInt8(0) & 1) !== 0;
  if (!hasExpiration) return undefined;
  const { expiration } = decodeProperties(properties);
  return expiration === undefined ? undefined : Number(expiration);
}
