import { randomBytes } from 'node:crypto';
import path from 'node:path';
import type { StoredMessage } from './stored-message.ts';

/** The first octets of every segment file. */
const MAGIC = Buffer.from('APIARYQ1');
/** Magic and marker. */
export const SEGMENT_HEADER_BYTES = MAGIC.length + 4;

/**
 * One file of the log. Files are only appended to; a file goes away once none of its messages is
 * alive. Each has a random marker that begins every entry and seeds every checksum: bytes that a
 * client sent, or that an older file left on the disk, cannot pass for an entry.
 */
export class Segment {
  readonly number: number;
  readonly path: string;
  readonly marker: number;
  /** Bytes written, header included. */
  size = 0;
  /** Bytes of entries in {@link live}. */
  liveBytes = 0;
  readonly live = new Set<StoredMessage>();
  /** Other segments whose messages are settled by entries in this one. */
  readonly settles = new Set<Segment>();
  /** Range of the ids of messages in this file, dead ones included. */
  idMin = Number.POSITIVE_INFINITY;
  idMax = -1;
  /** Everything in it is on the disk and nothing is appended any more. */
  sealed = false;
  deleted = false;

  constructor(folder: string, number: number, marker?: number) {
    this.number = number;
    this.path = path.join(folder, segmentFileName(number));
    this.marker = marker ?? randomBytes(4).readUInt32BE();
  }

  /** The file's first bytes. */
  header(): Buffer {
    const header = Buffer.alloc(SEGMENT_HEADER_BYTES);
    MAGIC.copy(header);
    header.writeUInt32BE(this.marker, MAGIC.length);
    return header;
  }

  /** Notes a message of this file; it is alive if a queue still holds it. */
  add(stored: StoredMessage): void {
    this.idMin = Math.min(this.idMin, stored.id);
    this.idMax = Math.max(this.idMax, stored.id);
    if (stored.queues.length === 0 || this.live.has(stored)) return;
    this.live.add(stored);
    this.liveBytes += stored.length;
  }

  /** Notes that a message of this file is dead or lives elsewhere; call before its place is changed. */
  remove(stored: StoredMessage): void {
    if (this.live.delete(stored)) this.liveBytes -= stored.length;
  }
}

/** `42` → `0000000042.log`. */
export function segmentFileName(number: number): string {
  return `${String(number).padStart(10, '0')}.log`;
}

/** The inverse of {@link segmentFileName}; undefined for other files. */
export function segmentNumber(fileName: string): number | undefined {
  const match = /^(\d{10})\.log$/.exec(fileName);
  return match?.[1] === undefined ? undefined : Number(match[1]);
}

/** The marker in a file's first bytes, or undefined if they are no segment's. */
export function readMarker(bytes: Buffer): number | undefined {
  if (bytes.length < SEGMENT_HEADER_BYTES) return undefined;
  if (!bytes.subarray(0, MAGIC.length).equals(MAGIC)) return undefined;
  return bytes.readUInt32BE(MAGIC.length);
}
