/**
 * Group commit. One loop writes whatever has come together to the current segment, another makes it
 * durable: while the disk syncs one batch the next is written, and a single sync covers all batches
 * written before it. A commit is told only after fdatasync.
 */
import { type FileHandle, open } from 'node:fs/promises';
import type { Clock } from '@apiary/common/clock.ts';
import {
  BROKER_LOG_BATCH_BYTES_MAX,
  BROKER_LOG_RETRY_MS,
  BROKER_SEGMENT_BYTES,
  BROKER_SETTLE_WAIT_MS,
} from '@apiary/common/limits/broker.ts';
import { BROKER_SEGMENT_DEAD_MS } from '@apiary/common/limits/store.ts';
import { coalesce } from '../coalesce.ts';
import { ENTRY_HEADER_BYTES, encodeSettlements, frameEntry } from './entry.ts';
import { SEGMENT_HEADER_BYTES, Segment } from './segment.ts';
import type { StoredMessage } from './stored-message.ts';

/** A message that is to be written. */
export interface PendingMessage {
  readonly stored: StoredMessage;
  /** Made when it is written: a moved message's queues may have changed meanwhile. */
  readonly encode: () => Buffer[];
  readonly bytes: number;
  /** Where it will be; set by the writer. */
  placed?: { readonly segment: Segment; readonly offset: number; readonly length: number };
  /** True for a message that already has a place, which stays valid until the commit. */
  readonly moved: boolean;
  readonly committed: () => void;
}

/** What a {@link LogWriter} works with. */
export interface LogWriterOptions {
  readonly folder: string;
  readonly nextSegmentNumber: number;
  readonly clock: Clock;
  /** Makes what the entries refer to durable (the topology); called before each sync of the log. */
  readonly syncFirst: () => Promise<void>;
  readonly onSegment: (segment: Segment) => void;
  readonly onSealed: (segment: Segment) => void;
  /** Pending bytes went down. */
  readonly onProgress: () => void;
  /** A write failed and is tried again; `undefined` = it works again. */
  readonly onTrouble: (error: Error | undefined) => void;
  /** A sync failed: what the disk holds is unknown and this process cannot go on. */
  readonly onFatal: (error: Error) => void;
}

interface OpenSegment {
  readonly segment: Segment;
  readonly file: FileHandle;
}

interface WrittenBatch {
  readonly target: OpenSegment;
  readonly messages: readonly PendingMessage[];
  readonly bytes: number;
  /** The segment ends with this batch. */
  readonly last: boolean;
}

/** Appends entries to the log's segments. */
export class LogWriter {
  readonly #options: LogWriterOptions;
  #nextNumber: number;
  #current: OpenSegment | undefined;
  #pending: PendingMessage[] = [];
  #pendingHead = 0;
  #settlements: { id: number; queue: number; target: Segment }[] = [];
  /** Settlements are waiting that must be on the disk before their old copies go. */
  #carrying = false;
  #written: WrittenBatch[] = [];
  #writing: Promise<void> | undefined;
  #syncing: Promise<void> | undefined;
  #cancelTimer: (() => void) | undefined;
  /** Runs while the current segment holds messages that nobody needs any more. */
  #cancelEnding: (() => void) | undefined;
  #isEndWanted = false;
  #pendingBytes = 0;
  #failed = false;
  #closing = false;
  /** Completed fdatasync calls. */
  syncs = 0;

  constructor(options: LogWriterOptions) {
    this.#options = options;
    this.#nextNumber = options.nextSegmentNumber;
  }

  /** Bytes of messages that are not durable yet. */
  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  /** The segment that is being appended to. */
  get current(): Segment | undefined {
    return this.#current?.segment;
  }

  append(message: PendingMessage): void {
    this.#pending.push(message);
    this.#pendingBytes += message.bytes;
    this.#wake();
  }

  /**
   * Notes that a queue is done with a message. Written soon. A message that has no place yet is
   * written without that queue, so there is nothing to note.
   */
  settle(stored: StoredMessage, queue: number): void {
    if (!stored.segment) return;
    this.#settlements.push({ id: stored.id, queue, target: stored.segment });
    this.#wakeLater();
    if (stored.segment === this.#current?.segment) this.#endLater();
  }

  /** Repeats a settlement whose entry's segment is about to go while `target` still stays. */
  carry(id: number, queue: number, target: Segment): void {
    this.#settlements.push({ id, queue, target });
    this.#carrying = true;
    this.#wakeLater();
  }

  /** Resolves when everything appended so far is durable. */
  async flush(): Promise<void> {
    this.#wake();
    while (this.#writing || this.#syncing) await (this.#writing ?? this.#syncing);
  }

  /** Writes and syncs what is pending, then closes the files. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#cancelTimer?.();
    this.#cancelEnding?.();
    await this.flush();
    await this.#current?.file.close();
    this.#current = undefined;
  }

  #wakeLater(): void {
    if (this.#writing || this.#cancelTimer || this.#closing) return;
    this.#cancelTimer = this.#options.clock.after(BROKER_SETTLE_WAIT_MS, () => {
      this.#cancelTimer = undefined;
      this.#wake();
    });
  }

  /** On a quiet broker what was consumed must not stay on the disk until the segment is full. */
  #endLater(): void {
    if (this.#closing) return;
    this.#cancelEnding ??= this.#options.clock.after(BROKER_SEGMENT_DEAD_MS, () => {
      this.#cancelEnding = undefined;
      this.#isEndWanted = this.#current !== undefined;
      this.#wake();
    });
  }

  #hasWork(): boolean {
    return (
      this.#pendingHead < this.#pending.length || this.#settlements.length > 0 || this.#isEndWanted
    );
  }

  #wake(): void {
    if (this.#writing || this.#failed || !this.#hasWork()) return;
    this.#writing = this.#writeLoop()
      .catch((error: unknown) => this.#fail(error))
      .finally(() => {
        this.#writing = undefined;
        this.#wake();
      });
  }

  async #writeLoop(): Promise<void> {
    // Lets the whole input that has arrived come together first.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#hasWork() && !this.#failed) {
      const target = await this.#openCurrent();
      const start = target.segment.size === 0 ? SEGMENT_HEADER_BYTES : target.segment.size;
      const messages: PendingMessage[] = [];
      const { parts, end, sync } = this.#encodeBatch(target.segment, start, messages);
      if (target.segment.size === 0) parts.unshift(target.segment.header());
      await this.#writeAll(target.file, coalesce(parts), target.segment.size);
      target.segment.size = end;
      const last = end >= BROKER_SEGMENT_BYTES || this.#isEndWanted;
      if (last) this.#endCurrent();
      if (!sync && !last) continue;
      const bytes = messages.reduce((sum, message) => sum + message.bytes, 0);
      this.#written.push({ target, messages, bytes, last });
      this.#syncing ??= this.#syncLoop().finally(() => {
        this.#syncing = undefined;
      });
    }
  }

  async #openCurrent(): Promise<OpenSegment> {
    if (this.#current) return this.#current;
    const segment = new Segment(this.#options.folder, this.#nextNumber++);
    const file = await this.#untilItWorks(() => open(segment.path, 'w', 0o600));
    // Without this a power failure could lose the file's name though its content was synced.
    const folder = await open(this.#options.folder, 'r');
    await folder.sync().finally(() => folder.close());
    this.#current = { segment, file };
    this.#options.onSegment(segment);
    return this.#current;
  }

  #endCurrent(): void {
    this.#current = undefined;
    this.#isEndWanted = false;
    this.#cancelEnding?.();
    this.#cancelEnding = undefined;
  }

  #encodeBatch(segment: Segment, start: number, messages: PendingMessage[]) {
    const parts: Buffer[] = [];
    let end = start;
    while (
      this.#pendingHead < this.#pending.length &&
      end - start < BROKER_LOG_BATCH_BYTES_MAX &&
      (end < BROKER_SEGMENT_BYTES || messages.length === 0)
    ) {
      const message = this.#pending[this.#pendingHead++];
      if (!message) break;
      messages.push(message);
      // Consumed and acknowledged before it was written: nobody needs it on the disk.
      if (!message.moved && message.stored.queues.length === 0) continue;
      const entry = frameEntry(segment.marker, message.encode());
      const length = entry.reduce((sum, part) => sum + part.length, 0);
      message.placed = { segment, offset: end, length };
      if (!message.moved) place(message);
      for (const part of entry) parts.push(part);
      end += length;
    }
    if (this.#pendingHead === this.#pending.length) {
      this.#pending = [];
      this.#pendingHead = 0;
    }
    const sync = messages.length > 0 || this.#carrying;
    end += this.#encodeSettlements(segment, parts);
    return { parts, end, sync };
  }

  #encodeSettlements(segment: Segment, parts: Buffer[]): number {
    const settlements = this.#settlements;
    if (settlements.length === 0) return 0;
    this.#settlements = [];
    this.#carrying = false;
    for (const { target } of settlements) if (target !== segment) segment.settles.add(target);
    const pairs = settlements.map(({ id, queue }) => [id, queue] as const);
    const payload = encodeSettlements(pairs);
    parts.push(...frameEntry(segment.marker, [payload]));
    return ENTRY_HEADER_BYTES + payload.length;
  }

  async #writeAll(file: FileHandle, parts: Buffer[], position: number): Promise<void> {
    if (parts.length === 0) return;
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    await this.#untilItWorks(async () => {
      const { bytesWritten } = await file.writev(parts, position);
      // Whatever part was written is written again at the same place.
      if (bytesWritten !== length) throw new Error('the disk took only a part of the write');
    });
  }

  /** A full disk is waited for: publishers are blocked meanwhile, nothing is lost. */
  async #untilItWorks<T>(attempt: () => Promise<T>): Promise<T> {
    for (let failures = 0; ; failures++) {
      try {
        const result = await attempt();
        if (failures > 0) this.#options.onTrouble(undefined);
        return result;
      } catch (error) {
        if (!(error instanceof Error) || this.#closing) throw error;
        this.#options.onTrouble(error);
        await new Promise<void>((resolve) => {
          this.#options.clock.after(BROKER_LOG_RETRY_MS, resolve);
        });
      }
    }
  }

  async #syncLoop(): Promise<void> {
    while (this.#written.length > 0) {
      const batches = this.#written;
      this.#written = [];
      try {
        if (batches.some((batch) => batch.messages.length > 0)) await this.#options.syncFirst();
        for (const file of new Set(batches.map((batch) => batch.target.file))) {
          await file.datasync();
          this.syncs++;
        }
      } catch (error) {
        this.#fail(error);
        return;
      }
      for (const batch of batches) await this.#commit(batch);
      this.#options.onProgress();
    }
  }

  #fail(error: unknown): void {
    this.#failed = true;
    this.#options.onFatal(error instanceof Error ? error : new Error(String(error)));
  }

  async #commit(batch: WrittenBatch): Promise<void> {
    this.#pendingBytes -= batch.bytes;
    for (const message of batch.messages) {
      if (message.moved) place(message);
      message.committed();
    }
    if (!batch.last) return;
    await batch.target.file.close();
    batch.target.segment.sealed = true;
    this.#options.onSealed(batch.target.segment);
  }
}

function place(message: PendingMessage): void {
  const { stored, placed } = message;
  if (!placed) return;
  stored.segment?.remove(stored);
  stored.segment = placed.segment;
  stored.offset = placed.offset;
  stored.length = placed.length;
  placed.segment.add(stored);
}
