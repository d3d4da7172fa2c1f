/**
 * Reads one open file as the source of one generation. Each read begins a little before the offset, so
 * that it proves with the same system call that the file is still the one that was read before.
 */
import { closeSync, readSync, type Stats } from 'node:fs';
import { MESSAGE_RAW_BYTES_MAX } from '@apiary/common/limits.ts';
import type { TargetSpec } from '@apiary/common/messages/agent.ts';
import type { Run } from '@apiary/common/messages/data/run.ts';
import type { Piece, Room, Source } from '../../source.ts';
import { cutContainerLines, isContainerLog } from './cri.ts';
import type { Generation } from './generation.ts';
import { multilineOptionOf } from './glob.ts';
import { HEAD_BYTES, headOf, TAIL_BYTES } from './identity.ts';
import { type Cut, cutLines, holeLength } from './lines.ts';
import { type Multiline, multilineOf, type Waits } from './multiline.ts';
import { stemOf } from './rotation.ts';

/** Reads of nothing but NULs before others get their turn: 8 MiB. */
const HOLE_STEPS_MAX = 32;
const HOLE_SOURCE_BYTES_MAX = 0xffff_ffff - MESSAGE_RAW_BYTES_MAX;

/** What a reader tells its owner. */
export interface ReaderOwner {
  readonly now: () => number;
  /** The file is shorter than what was read, or holds other bytes before the offset. */
  replaced(reader: FileReader): void;
  /** Its file was found to hold another generation, which gets a reader of its own. */
  displaced(reader: FileReader): void;
  /** There is nothing more to read for now. */
  drained(reader: FileReader): void;
  /** It gave way to others in the midst of its work and wants to be asked again soon. */
  unfinished(reader: FileReader): void;
  /** Its last record may go on with the next line: it is sent when nothing comes for a while. */
  held(reader: FileReader, waitsFor: Waits): void;
  /** The plain content of a gz file can be read now. */
  unpacked(): void;
  /** The system refused to read. */
  failed(reader: FileReader, error: unknown): void;
}

/** One buffer for all readers of an input: reads are synchronous. */
export class ReadBuffer {
  #bytes: Buffer | undefined;

  /** The buffer, made at first use. */
  get bytes(): Buffer {
    this.#bytes ??= Buffer.allocUnsafeSlow(TAIL_BYTES + MESSAGE_RAW_BYTES_MAX);
    return this.#bytes;
  }
}

/** What a reader is made of. */
export interface ReaderOptions {
  readonly fd: number;
  readonly stat: Stats;
  readonly path: string;
  readonly realPath: string;
  readonly target: TargetSpec;
  readonly generation: Generation;
  readonly buffer: ReadBuffer;
  readonly owner: ReaderOwner;
}

/** See the file's head. Owns the descriptor. */
export class FileReader implements Source {
  readonly fd: number;
  readonly dev: number;
  readonly ino: number;
  /** Where it was found; the runs bear this name also after a rotation. */
  readonly path: string;
  readonly realPath: string;
  /** The generation's id is on disk, so that its bytes may be sent. */
  isPublishable = false;
  /** No target's path leads to it any more. */
  isRotated = false;
  /** It was found as the copy of a file that was truncated then; copies of that name may be overwritten by newer ones. */
  isCopy = false;
  /** Send the unfinished last line. */
  flush = false;
  /** Send the last record without waiting for lines that belong to it. */
  isQuiet = false;
  /** The last read found a line without its end and no more. */
  hasUnfinishedLine = false;
  /** The length when last looked at, and when that last grew (or the reader was made). */
  size: number;
  grownMs: number;
  mtimeMs: number;
  /** Since when it looks shorter than what was read. */
  shrunkMs: number | undefined;
  /** Some reader has this one as its predecessor, or had. */
  hasFollower = false;
  readonly #stem: string;
  readonly #buffer: ReadBuffer;
  readonly #owner: ReaderOwner;
  readonly #cutter: typeof cutLines;
  #target: TargetSpec;
  #multiline: Multiline | undefined;
  #generation: Generation;
  #holeTo: number | undefined;
  #predecessor: FileReader | undefined;
  #isClosed = false;

  constructor(options: ReaderOptions) {
    this.fd = options.fd;
    this.dev = options.stat.dev;
    this.ino = options.stat.ino;
    this.path = options.path;
    this.realPath = options.realPath;
    this.#target = options.target;
    this.#multiline = multilineOf(multilineOptionOf(options.target.url));
    this.size = options.stat.size;
    this.mtimeMs = options.stat.mtimeMs;
    this.grownMs = options.owner.now();
    this.#generation = options.generation;
    this.#stem = stemOf(options.path);
    const isContainers = isContainerLog(options.path) || isContainerLog(options.realPath);
    this.#cutter = isContainers ? cutContainerLines : cutLines;
    this.#buffer = options.buffer;
    this.#owner = options.owner;
  }

  get target(): TargetSpec {
    return this.#target;
  }

  set target(target: TargetSpec) {
    if (target.url !== this.#target.url) {
      this.#multiline = multilineOf(multilineOptionOf(target.url));
    }
    this.#target = target;
  }

  get generation(): Generation {
    return this.#generation;
  }

  /** Its older lines come first. */
  get predecessor(): FileReader | undefined {
    return this.#predecessor;
  }

  set predecessor(reader: FileReader | undefined) {
    this.#predecessor = reader;
    if (reader) reader.hasFollower = true;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Bytes that were seen and not read. */
  get unread(): number {
    return Math.max(0, this.size - this.#generation.offset);
  }

  /** True if a path may be a copy of this file, by its name and folder. */
  mayHaveCopyAt(path: string): boolean {
    return path.startsWith(this.#stem) && !path.includes('/', this.#stem.length);
  }

  /** The descriptor's content is a new generation from now on. */
  restart(generation: Generation): void {
    this.#generation = generation;
    this.#holeTo = undefined;
    this.isPublishable = false;
    this.flush = false;
    this.shrunkMs = undefined;
  }

  /** Closes the descriptor; what is under way is still confirmed. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    closeSync(this.fd);
  }

  take(space: number, room: Room): Piece | 'nothing' | 'no-room' {
    if (this.#isClosed || !this.isPublishable || this.#mustWait()) return 'nothing';
    let piece: Piece | 'nothing' | 'no-room' | 'again' = 'again';
    try {
      for (let step = 0; piece === 'again' && step < HOLE_STEPS_MAX; step++) {
        piece = this.#read(space, room);
      }
    } catch (error) {
      this.#owner.failed(this, error);
      return 'nothing';
    }
    if (piece === 'again') {
      this.#owner.unfinished(this);
      return 'nothing';
    }
    if (piece === 'nothing') this.#owner.drained(this);
    return piece;
  }

  #mustWait(): boolean {
    const before = this.#predecessor;
    if (!before) return false;
    if (
      !before.isClosed &&
      before.isPublishable &&
      before.unread > 0 &&
      !before.hasUnfinishedLine
    ) {
      return true;
    }
    this.#predecessor = undefined;
    return false;
  }

  #read(space: number, room: Room): Piece | 'nothing' | 'no-room' | 'again' {
    const generation = this.#generation;
    const start = this.#holeTo ?? generation.offset;
    const tail = this.#holeTo === undefined ? generation.tail : Buffer.alloc(0);
    const buffer = this.#buffer.bytes;
    const wanted = tail.length + space;
    const count = readSync(this.fd, buffer, 0, wanted, start - tail.length);
    if (count < tail.length || tail.compare(buffer, 0, tail.length) !== 0) {
      this.#owner.replaced(this);
      return 'nothing';
    }
    const bytes = buffer.subarray(tail.length, count);
    if (start + bytes.length > this.size) {
      this.size = start + bytes.length;
      this.grownMs = this.#owner.now();
      this.flush = false;
      this.isQuiet = false;
    }
    if (bytes.length === 0) {
      this.#holeTo = undefined;
      return 'nothing';
    }
    if (!generation.midRecord || this.#holeTo !== undefined) {
      const hole = this.#holeTo === undefined ? holeLength(bytes, start) : leadingNuls(bytes);
      if (hole > 0 || this.#holeTo !== undefined) return this.#skipHole(bytes, start, hole, space);
    }
    return this.#cut(bytes, start, space, room);
  }

  #cut(bytes: Buffer, start: number, space: number, room: Room): Piece | 'nothing' | 'no-room' {
    const { record } = this.#generation;
    const history = start < record.historyTo;
    const isWhole = bytes.length === space;
    const isFullMessage = isWhole && space === MESSAGE_RAW_BYTES_MAX;
    const request = {
      bytes,
      offset: start,
      isFullMessage,
      flush: this.flush && !isWhole,
      beginBefore: history ? record.historyTo : Number.MAX_SAFE_INTEGER,
      multiline: this.#multiline,
      isQuiet: !isWhole && (this.isQuiet || this.flush),
    };
    let cut = this.#cutter(request);
    // There is no room for what it waits for.
    if (isWaits(cut) && isFullMessage) cut = this.#cutter({ ...request, isQuiet: true });
    if (isWaits(cut) || !cut) {
      if (isWhole) return 'no-room';
      this.hasUnfinishedLine = true;
      if (cut) this.#owner.held(this, cut);
      return 'nothing';
    }
    this.isQuiet = false;
    this.hasUnfinishedLine = false;
    if (cut.endsMidRecord) this.flush = false;
    const source = room.keep(bytes.subarray(0, cut.length));
    const { sourceLengths, endsMidRecord, bodies } = cut;
    const { data, lengths: bodyLengths } = bodies ?? { data: source, lengths: undefined };
    return this.#piece({ from: start, data, sourceLengths, bodyLengths }, endsMidRecord, source);
  }

  /** `bytes` begin with `nuls` NULs of a hole that began at the generation's offset. */
  #skipHole(
    bytes: Buffer,
    start: number,
    nuls: number,
    space: number,
  ): Piece | 'nothing' | 'no-room' | 'again' {
    const holeTo = start + nuls;
    const from = this.#generation.offset;
    if (nuls === bytes.length) {
      this.#holeTo = holeTo;
      return bytes.length < space ? 'nothing' : 'again';
    }
    const newline = bytes.indexOf(10, nuls);
    if (newline < 0) {
      const unfinished = bytes.length < space;
      if (unfinished && !this.flush) {
        this.#holeTo = holeTo;
        this.hasUnfinishedLine = true;
        return 'nothing';
      }
      // Without the end of its line the hole cannot be part of a record: it is left out.
      this.#holeTo = undefined;
      this.#generation.skipTo(holeTo, bytes.subarray(Math.max(0, nuls - TAIL_BYTES), nuls));
      return 'again';
    }
    this.#holeTo = undefined;
    this.hasUnfinishedLine = false;
    const end = start + newline + 1;
    const first = Math.max(from, end - HOLE_SOURCE_BYTES_MAX);
    const data = Buffer.from(bytes.subarray(nuls, newline));
    const lengths = {
      sourceLengths: Uint32Array.of(end - first),
      bodyLengths: Uint32Array.of(data.length),
    };
    return this.#piece({ from: first, data, ...lengths }, false);
  }

  #piece(
    content: Pick<Run, 'from' | 'data' | 'sourceLengths' | 'bodyLengths'>,
    endsMidRecord: boolean,
    source?: Buffer,
  ): Piece {
    const generation = this.#generation;
    const { record } = generation;
    let to = content.from;
    for (let n = 0; n < content.sourceLengths.length; n++) to += content.sourceLengths[n] ?? 0;
    const run: Run = {
      ...content,
      generation: record.id,
      target: this.target.id,
      file: record.path,
      tags: this.target.tags,
      to,
      observed: this.#owner.now(),
      startsMidRecord: generation.midRecord,
      endsMidRecord,
      history: content.from < record.historyTo,
    };
    const tail = this.#tailBefore(to, source ?? content.data, source === undefined);
    const records = content.sourceLengths.length;
    if (record.headLength < HEAD_BYTES && to > record.headLength)
      generation.growHead(headOf(this.fd));
    return { run, confirmed: generation.advance(to, tail, { records, midRecord: endsMidRecord }) };
  }

  /** The source's bytes before `to`, which the run's own data may be too short to give. */
  #tailBefore(to: number, data: Uint8Array, isMapped: boolean): Uint8Array {
    if (isMapped) {
      const end = Buffer.concat([Buffer.alloc(TAIL_BYTES), data, Buffer.of(10)]);
      return end.subarray(Math.max(0, end.length - Math.min(to, TAIL_BYTES)));
    }
    if (data.length >= TAIL_BYTES) return data.subarray(data.length - TAIL_BYTES);
    return Buffer.concat([this.#generation.tail, data]);
  }
}

function isWaits(cut: Cut | Waits | undefined): cut is Waits {
  return typeof cut === 'string';
}

function leadingNuls(bytes: Uint8Array): number {
  let length = 0;
  while (length < bytes.length && bytes[length] === 0) length++;
  return length;
}
