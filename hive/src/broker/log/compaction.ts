/**
 * Gives disk space back. A sealed segment without living messages is deleted; one with few is emptied
 * first by appending them again at the end of the log.
 *
 * A settlement must outlive the message it settles, or the next start would bring that message back:
 * before a segment goes, its settlements of messages in other remaining segments are repeated too.
 */
import { open, readFile, unlink } from 'node:fs/promises';
import { BROKER_LOG_BATCH_BYTES_MAX, BROKER_SEGMENT_BYTES } from '@apiary/common/limits/broker.ts';
import { decodeEntry, readEntry, reencodeMessage } from './entry.ts';
import { scanSegment } from './replay.ts';
import type { Segment } from './segment.ts';
import type { StoredMessage } from './stored-message.ts';
import type { LogWriter } from './writer.ts';

/** Living bytes below which a segment is worth emptying: copying at most a quarter frees the rest. */
const SPARSE_BYTES = BROKER_SEGMENT_BYTES / 4;

/** What a {@link Compactor} works with. */
export interface CompactorOptions {
  readonly writer: LogWriter;
  /** Called when a message has its new place. */
  readonly onMoved: (stored: StoredMessage) => void;
  readonly onDeleted: (segment: Segment) => void;
  /** A file could not be read or deleted; it stays as it is. */
  readonly onError: (error: unknown, segment: Segment) => void;
}

/** Compacts one segment at a time. */
export class Compactor {
  readonly #options: CompactorOptions;
  readonly #candidates = new Set<Segment>();
  #running: Promise<void> | undefined;
  #stopped = false;

  constructor(options: CompactorOptions) {
    this.#options = options;
  }

  /** Looks at a segment that was sealed or lost a message. */
  consider(segment: Segment): void {
    if (!segment.sealed || segment.deleted || segment.liveBytes >= SPARSE_BYTES) return;
    this.#candidates.add(segment);
    if (this.#stopped) return;
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
  }

  /** Resolves when nothing is left to do. */
  async settled(): Promise<void> {
    while (this.#running) await this.#running;
  }

  /** Finishes the segment under way and takes no other. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.settled();
  }

  async #run(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    for (const segment of this.#candidates) {
      if (this.#stopped) return;
      this.#candidates.delete(segment);
      try {
        await this.#compact(segment);
      } catch (error) {
        this.#options.onError(error, segment);
      }
    }
  }

  async #compact(segment: Segment): Promise<void> {
    if (segment.live.size > 0) await this.#moveLiving(segment);
    if (segment.live.size > 0) return;
    await this.#carrySettlements(segment);
    segment.deleted = true;
    await unlink(segment.path);
    this.#options.onDeleted(segment);
  }

  async #moveLiving(segment: Segment): Promise<void> {
    const living = [...segment.live].sort((a, b) => a.offset - b.offset);
    const file = await open(segment.path, 'r');
    try {
      let round: Promise<void>[] = [];
      let bytes = 0;
      for (const stored of living) {
        if (stored.queues.length === 0) continue;
        bytes += stored.length;
        stored.deferred = [];
        const entry = Buffer.allocUnsafe(stored.length);
        await file.read(entry, 0, stored.length, stored.offset);
        const payload = readEntry(entry, 0, segment.marker);
        if (!payload) throw new Error('a stored message does not match its checksum');
        round.push(this.#move(stored, payload));
        if (bytes < BROKER_LOG_BATCH_BYTES_MAX) continue;
        await Promise.all(round);
        round = [];
        bytes = 0;
      }
      await Promise.all(round);
    } finally {
      for (const stored of living) if (stored.segment === segment) this.#endMove(stored);
      await file.close();
    }
  }

  #move(stored: StoredMessage, payload: Buffer): Promise<void> {
    return new Promise((resolve) => {
      this.#options.writer.append({
        stored,
        encode: () => reencodeMessage(payload, stored.queues),
        bytes: stored.length,
        moved: true,
        committed: () => {
          this.#endMove(stored);
          resolve();
        },
      });
    });
  }

  #endMove(stored: StoredMessage): void {
    if (stored.deferred) this.#options.onMoved(stored);
  }

  async #carrySettlements(segment: Segment): Promise<void> {
    const targets = [...segment.settles].filter((other) => !other.deleted && other !== segment);
    if (targets.length === 0) return;
    const bytes = await readFile(segment.path);
    let carried = false;
    for (const { payload } of scanSegment(bytes, segment.marker)) {
      const entry = decodeEntry(payload);
      if (entry.kind !== 'settlements') continue;
      for (const { id, queue } of entry.settlements) {
        for (const target of targets) {
          if (id < target.idMin || id > target.idMax) continue;
          this.#options.writer.carry(id, queue, target);
          carried = true;
        }
      }
    }
    if (carried) await this.#options.writer.flush();
  }
}
