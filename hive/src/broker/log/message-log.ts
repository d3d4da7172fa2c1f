/** The log as the broker uses it: append, settle, read again. */
import fs from 'node:fs';
import { open } from 'node:fs/promises';
import type { Clock } from '@apiary/common/clock.ts';
import { AppError } from '@apiary/common/errors.ts';
import { Compactor } from './compaction.ts';
import { decodeEntry, encodeMessage, type LoggedMessage, readEntry } from './entry.ts';
import { type Replay, replayLog } from './replay.ts';
import type { Segment } from './segment.ts';
import { StoredMessage } from './stored-message.ts';
import { LogWriter } from './writer.ts';

/** What a {@link MessageLog} works with. */
export interface MessageLogOptions {
  readonly folder: string;
  readonly clock: Clock;
  /** Tells at start whether a queue still exists; messages of others are garbage. */
  readonly keepQueue: (queue: number) => boolean;
  /** Makes durable what entries refer to. */
  readonly syncFirst: () => Promise<void>;
  /** A message was appended; cheap, since it is called for each. */
  readonly onAppended: () => void;
  /** Pending or total bytes went down, or were written. */
  readonly onProgress: () => void;
  readonly onTrouble: (error: Error | undefined) => void;
  readonly onFatal: (error: Error) => void;
  readonly onCompactionError: (error: unknown, segment: Segment) => void;
}

/** Stored messages that are next to one another in one segment. */
const RUN_BYTES_MAX = 1024 * 1024;
const RUN_GAP_BYTES_MAX = 64 * 1024;

/** The message store: a segmented, checksummed, append-only log. */
export class MessageLog {
  readonly #segments = new Set<Segment>();
  readonly #writer: LogWriter;
  readonly #compactor: Compactor;
  readonly #onAppended: () => void;
  #nextId: number;
  /** What was found at start; emptied once taken. */
  #replay: Replay | undefined;

  constructor(options: MessageLogOptions) {
    fs.mkdirSync(options.folder, { recursive: true, mode: 0o700 });
    this.#onAppended = options.onAppended;
    const replay = replayLog(options.folder, options.keepQueue);
    this.#replay = replay;
    this.#nextId = replay.nextId;
    for (const segment of replay.segments) this.#segments.add(segment);
    this.#writer = new LogWriter({
      folder: options.folder,
      nextSegmentNumber: (replay.segments.at(-1)?.number ?? 0) + 1,
      clock: options.clock,
      syncFirst: options.syncFirst,
      onSegment: (segment) => this.#segments.add(segment),
      onSealed: (segment) => this.#compactor.consider(segment),
      onProgress: options.onProgress,
      onTrouble: options.onTrouble,
      onFatal: options.onFatal,
    });
    this.#compactor = new Compactor({
      writer: this.#writer,
      onMoved: (stored) => this.#endMove(stored),
      onDeleted: (segment) => {
        this.#segments.delete(segment);
        for (const other of this.#segments) other.settles.delete(segment);
        options.onProgress();
      },
      onError: options.onCompactionError,
    });
  }

  /** What the log held when it was opened; given once. */
  takeReplay(): Replay {
    const replay = this.#replay;
    if (!replay) throw new TypeError('the replay was taken before');
    this.#replay = undefined;
    return replay;
  }

  /** Starts to free what the last run left behind; call when the replay has been taken in. */
  startCompaction(): void {
    for (const segment of this.#segments) this.#compactor.consider(segment);
  }

  /** Bytes that are not durable yet. */
  get pendingBytes(): number {
    return this.#writer.pendingBytes;
  }

  /** Figures for {@link BrokerStats}. */
  figures(): { segments: number; bytes: number; liveBytes: number; syncs: number } {
    let bytes = 0;
    let liveBytes = 0;
    for (const segment of this.#segments) {
      bytes += segment.size;
      liveBytes += segment.liveBytes;
    }
    return { segments: this.#segments.size, bytes, liveBytes, syncs: this.#writer.syncs };
  }

  /** Stores a message for durable queues; `committed` is called once it is on the disk, in order. */
  append(message: LoggedMessage, queues: number[], committed: () => void): StoredMessage {
    const stored = new StoredMessage(this.#nextId++, queues);
    let bytes = message.content.properties.length;
    for (const piece of message.content.body) bytes += piece.length;
    this.#writer.append({
      stored,
      encode: () => encodeMessage(stored.id, stored.queues, message),
      bytes,
      moved: false,
      committed,
    });
    this.#onAppended();
    return stored;
  }

  /** A queue is done with a message. */
  settle(stored: StoredMessage, queue: number): void {
    if (stored.deferred) {
      stored.deferred.push(queue);
      return;
    }
    this.#writer.settle(stored, queue);
    this.#drop(stored, queue);
  }

  /** The same for a queue that was deleted, which needs no entry. */
  forget(stored: StoredMessage, queue: number): void {
    if (stored.deferred) stored.deferred.push(queue);
    else this.#drop(stored, queue);
  }

  #drop(stored: StoredMessage, queue: number): void {
    stored.queues = stored.queues.filter((other) => other !== queue);
    if (stored.queues.length > 0 || !stored.segment) return;
    stored.segment.remove(stored);
    this.#compactor.consider(stored.segment);
  }

  #endMove(stored: StoredMessage): void {
    const deferred = stored.deferred ?? [];
    stored.deferred = undefined;
    for (const queue of deferred) this.settle(stored, queue);
  }

  /**
   * Reads a stored message at once; for the rare paths where waiting would change the order.
   *
   * @throws AppError `store-corrupt`.
   */
  readSync(stored: StoredMessage): LoggedMessage {
    const segment = segmentOf(stored);
    const bytes = Buffer.allocUnsafeSlow(stored.length);
    const file = fs.openSync(segment.path, 'r');
    try {
      fs.readSync(file, bytes, 0, stored.length, stored.offset);
    } finally {
      fs.closeSync(file);
    }
    return decode(bytes, 0, segment);
  }

  /**
   * Reads stored messages from the start of a list, as far as they are neighbours in one segment:
   * at least one, with one read.
   *
   * @returns one result for each message read; an AppError `store-corrupt` in place of damaged ones.
   */
  async readRun(run: readonly StoredMessage[]): Promise<(LoggedMessage | AppError)[]> {
    const first = run[0];
    if (!first) return [];
    for (let attempt = 0; ; attempt++) {
      const segment = segmentOf(first);
      const places = neighbours(run);
      const start = first.offset;
      try {
        const end = places.at(-1)?.end ?? start;
        const bytes = Buffer.allocUnsafeSlow(end - start);
        const file = await open(segment.path, 'r');
        await file.read(bytes, 0, bytes.length, start).finally(() => file.close());
        return places.map((place) => tryDecode(bytes, place.offset - start, segment));
      } catch (error) {
        // Compaction moved it meanwhile: read it where it is now.
        if (attempt < 3 && first.segment !== segment) continue;
        return [asCorrupt(error)];
      }
    }
  }

  /** Waits until everything is durable and compaction has nothing left to do; for tests. */
  async settled(): Promise<void> {
    await this.#writer.flush();
    await this.#compactor.settled();
    await this.#writer.flush();
  }

  /** Writes what is pending and closes the files. */
  async close(): Promise<void> {
    await this.#compactor.stop();
    await this.#writer.close();
  }
}

function segmentOf(stored: StoredMessage): Segment {
  if (!stored.segment) throw new TypeError('the message has not been written yet');
  return stored.segment;
}

function neighbours(run: readonly StoredMessage[]): { offset: number; end: number }[] {
  const first = run[0];
  const places: { offset: number; end: number }[] = [];
  for (const stored of run) {
    const end = stored.offset + stored.length;
    const before = places.at(-1);
    if (before && first) {
      const gap = stored.offset - before.end;
      if (stored.segment !== first.segment || gap < 0 || gap > RUN_GAP_BYTES_MAX) break;
      if (end - first.offset > RUN_BYTES_MAX) break;
    }
    places.push({ offset: stored.offset, end });
  }
  return places;
}

function decode(bytes: Buffer, offset: number, segment: Segment): LoggedMessage {
  const payload = readEntry(bytes, offset, segment.marker);
  const entry = payload && decodeEntry(payload);
  if (entry?.kind === 'message') return entry.message;
  throw new AppError('store-corrupt', `A message in ${segment.path} does not match its checksum.`);
}

function tryDecode(bytes: Buffer, offset: number, segment: Segment): LoggedMessage | AppError {
  try {
    return decode(bytes, offset, segment);
  } catch (error) {
    return asCorrupt(error);
  }
}

function asCorrupt(error: unknown): AppError {
  if (error instanceof AppError) return error;
  return new AppError('store-corrupt', `A stored message cannot be read: ${String(error)}`, {
    cause: error,
  });
}
