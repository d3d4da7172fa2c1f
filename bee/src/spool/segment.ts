/**
 * One file of a spool: a line with a checksum and the head (which generation, from which offset on, for
 * which target), then frames. A frame's offset in the generation is the head's `from` plus its place behind
 * the head.
 */
import { closeSync, fstatSync, ftruncateSync, openSync, readSync } from 'node:fs';
import { open, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { z } from 'zod';
import { decodeFrame, FRAME_BYTES_MAX } from './frame.ts';

const HEAD_BYTES_MAX = 16 * 1024;
const SCAN_BYTES = 4 * FRAME_BYTES_MAX;

const headSchema = z.object({
  version: z.literal(1),
  generation: z.string().regex(/^[0-9a-f]{16}$/),
  from: z.number().int().nonnegative(),
  target: z.string(),
  tags: z.array(z.string()),
  /** What the records' `file` is where a frame names none. */
  name: z.string(),
  /** Of the last frame before this file, if that had any. */
  cursor: z.string(),
});

/** What stands at the beginning of a segment. */
export type SegmentHead = z.output<typeof headSchema>;

/** See the file's head. Owns the descriptor, and reads with system calls that do not wait. */
export class Segment {
  readonly path: string;
  readonly head: SegmentHead;
  readonly #headLength: number;
  readonly #fd: number;
  /** The generation's offset after the last whole frame. */
  to: number;
  /** Of the last frame that had one, else the head's. */
  cursor: string;

  private constructor(path: string, fd: number, head: SegmentHead, headLength: number) {
    this.path = path;
    this.head = head;
    this.#fd = fd;
    this.#headLength = headLength;
    this.to = head.from;
    this.cursor = head.cursor;
  }

  /** Makes a segment that is on disk, with its name, when this resolves. */
  static async create(folder: string, head: SegmentHead): Promise<Segment> {
    const path = join(folder, `${String(head.from).padStart(16, '0')}.spool`);
    const text = JSON.stringify(head);
    const line = Buffer.from(`${checksum(text)} ${text}\n`);
    const file = await open(path, 'w', 0o600);
    try {
      await file.writeFile(line);
      await file.sync();
    } finally {
      await file.close();
    }
    const parent = await open(folder, 'r');
    await parent.sync().finally(() => parent.close());
    return new Segment(path, openSync(path, 'r+'), head, line.length);
  }

  /** Opens a segment and takes off what is no whole frame; undefined if its head is damaged. */
  static load(path: string): Segment | undefined {
    const fd = openSync(path, 'r+');
    const start = Buffer.alloc(HEAD_BYTES_MAX);
    const bytes = start.subarray(0, readSync(fd, start, 0, start.length, 0));
    const end = bytes.indexOf(10);
    const line = bytes.toString('utf8', 0, Math.max(0, end));
    const text = line.slice(line.indexOf(' ') + 1);
    if (end < 0 || line !== `${checksum(text)} ${text}`) {
      closeSync(fd);
      return undefined;
    }
    const segment = new Segment(path, fd, headSchema.parse(JSON.parse(text)), end + 1);
    segment.#recover();
    return segment;
  }

  /** Reads from a generation's offset on; how many bytes. */
  read(into: Buffer, offset: number): number {
    return readSync(this.#fd, into, 0, into.length, this.#place(offset));
  }

  /** Appends frames; they are on disk when this resolves. Leaves nothing behind if it fails. */
  async append(frames: Buffer, cursor: string | undefined): Promise<void> {
    const file = await open(this.path, 'r+');
    try {
      await file.write(frames, 0, frames.length, this.#place(this.to));
      await file.datasync();
    } catch (error) {
      await file.truncate(this.#place(this.to));
      throw error;
    } finally {
      await file.close();
    }
    this.to += frames.length;
    this.cursor = cursor ?? this.cursor;
  }

  /** Lets go of the file. */
  close(): void {
    closeSync(this.#fd);
  }

  /** Removes the file. */
  async unlink(): Promise<void> {
    await unlink(this.path);
  }

  #place(offset: number): number {
    return this.#headLength + offset - this.head.from;
  }

  #recover(): void {
    const bytes = Buffer.allocUnsafe(SCAN_BYTES);
    let lastCursorTo: number | undefined;
    for (;;) {
      const read = bytes.subarray(0, this.read(bytes, this.to));
      let at = 0;
      for (let frame = decodeFrame(read, at); frame; frame = decodeFrame(read, at)) {
        at += frame.length;
        if (frame.cursor === '') continue;
        this.cursor = frame.cursor;
        lastCursorTo = this.to + at;
      }
      this.to += at;
      if (at === 0) break;
    }
    // A source with a cursor gives what lies behind it again; none of it was sent.
    if (this.cursor !== '') this.to = lastCursorTo ?? this.head.from;
    const whole = this.#place(this.to);
    if (fstatSync(this.#fd).size > whole) ftruncateSync(this.#fd, whole);
  }
}

function checksum(text: string): string {
  return `crc32:${crc32(text).toString(16).padStart(8, '0')}`;
}
