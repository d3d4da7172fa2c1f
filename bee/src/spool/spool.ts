/**
 * The file of an input that has none: records that came by a socket or a pipe are appended here, fsynced,
 * and only then acknowledged to their sender and offered to the shipper. One generation, cut into segments;
 * a segment goes when the broker has confirmed all of it. After a restart the oldest segment is sent again
 * and the store takes off what it holds. Bounded by SPOOL_BYTES_MAX: past it `append` refuses.
 */
import { mkdirSync, readdirSync, renameSync } from 'node:fs';
import { rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '@apiary/common/clock.ts';
import { AppError } from '@apiary/common/errors.ts';
import {
  MESSAGE_RAW_BYTES_MAX,
  SPOOL_BYTES_MAX,
  SPOOL_PENDING_BYTES_MAX,
  SPOOL_SEGMENT_BYTES,
  SPOOL_SEGMENT_SETTLED_BYTES,
} from '@apiary/common/limits.ts';
import type { Logger } from '@apiary/common/log.ts';
import type { TargetSpec } from '@apiary/common/messages/agent.ts';
import { newGeneration } from '@apiary/common/random.ts';
import type { Ledger, LedgerEntry } from '../ledger.ts';
import type { Demand, Piece, Source } from '../source.ts';
import { encodeRecord, FRAME_BYTES_MAX, type SpoolRecord } from './frame.ts';
import { Segment, type SegmentHead } from './segment.ts';
import { cutFrames, type SpoolCut } from './spool-run.ts';

/** What a spool is given. */
export interface SpoolContext {
  readonly demand: Demand;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly log: Logger;
}

/** What a spool's records belong to: a target, or what is left of one. */
export type SpoolOwner = Pick<SegmentHead, 'target' | 'tags' | 'name'>;

interface Appending {
  readonly frames: readonly Buffer[];
  readonly bytes: number;
  readonly cursor: string | undefined;
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

interface Sent {
  readonly to: number;
  confirmed: boolean;
}

/** More than a segment can hold. */
const DAMAGE_SKIP_BYTES = 2 ** 32;

const readBuffer = Buffer.allocUnsafeSlow(MESSAGE_RAW_BYTES_MAX + FRAME_BYTES_MAX);

/** See the file's head. */
export class Spool implements Source {
  readonly #folder: string;
  readonly #context: SpoolContext;
  readonly #segments: Segment[];
  readonly #generation: string;
  readonly #entry: LedgerEntry;
  readonly #underWay: Sent[] = [];
  #owner: SpoolOwner;
  #offset: number;
  #confirmed: number;
  #queue: Appending[] = [];
  #queuedBytes = 0;
  #working: Promise<void> | undefined;
  #waiting: (() => void)[] = [];
  #settledCalls: (() => void)[] = [];
  #closed = false;
  /** Offsets that a damaged segment may have used are not used again. */
  #skip: number;

  private constructor(
    folder: string,
    owner: SpoolOwner,
    loaded: LoadedSegments,
    context: SpoolContext,
  ) {
    const { segments } = loaded;
    this.#folder = folder;
    this.#owner = owner;
    this.#segments = segments;
    this.#skip = loaded.damaged ? DAMAGE_SKIP_BYTES : 0;
    this.#context = context;
    const [first] = segments;
    this.#generation = first?.head.generation ?? newGeneration();
    this.#offset = first?.head.from ?? 0;
    this.#confirmed = this.#offset;
    this.#entry = context.ledger.open(this.#generation, {
      target: owner.target,
      file: owner.name,
      offset: this.#offset,
    });
    this.#entry.seen = this.#end;
  }

  /** Opens a folder's spool, or begins one. Without an owner only if there is one in the folder. */
  static open(folder: string, owner: SpoolOwner | undefined, context: SpoolContext): Spool | null {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const loaded = loadSegments(folder, context.log);
    const known = owner ?? loaded.segments.at(-1)?.head;
    if (!known) return null;
    const spool = new Spool(folder, known, loaded, context);
    if (spool.#offset < spool.#end) context.demand.offer(spool);
    return spool;
  }

  /** Where the source of the last record went on; undefined if none told. */
  get cursor(): string | undefined {
    const cursor = this.#segments.at(-1)?.cursor;
    return cursor === '' ? undefined : cursor;
  }

  /** True if nothing was ever appended. */
  get isNew(): boolean {
    return this.#segments.length === 0;
  }

  /** Bytes that are not confirmed, rounded up to whole segments. */
  get heldBytes(): number {
    return this.#end + this.#queuedBytes - (this.#segments[0]?.head.from ?? 0);
  }

  /** True while a record of the largest kind fits. */
  get hasRoom(): boolean {
    return this.heldBytes < SPOOL_BYTES_MAX && this.#queuedBytes < SPOOL_PENDING_BYTES_MAX;
  }

  /** What the records belong to from now on. */
  own(spec: TargetSpec): void {
    this.#owner = { target: spec.id, tags: spec.tags, name: spec.url };
  }

  /** Remembers where a source goes on of which nothing was appended yet. Only while {@link isNew}. */
  async begin(cursor: string): Promise<void> {
    if (this.isNew) this.#segments.push(await this.#create(cursor));
  }

  /**
   * Appends records in one write; resolves when they are on disk.
   *
   * @throws AppError `too-many` when the spool is full, `folder-unusable` when the disk refuses
   */
  append(records: readonly SpoolRecord[]): Promise<void> {
    if (this.#closed) return Promise.reject(new AppError('folder-unusable', 'the spool is closed'));
    if (!this.hasRoom) {
      const text = `The spool holds ${SPOOL_BYTES_MAX >> 20} MiB that the broker has not taken yet.`;
      return Promise.reject(new AppError('too-many', text));
    }
    const observedMs = this.#context.clock.now();
    const frames = records.flatMap((record) => encodeRecord(record, observedMs));
    const bytes = frames.reduce((sum, frame) => sum + frame.length, 0);
    if (bytes === 0) return Promise.resolve();
    const cursor = records.findLast((record) => record.cursor !== undefined)?.cursor;
    return new Promise((done, failed) => {
      this.#queue.push({ frames, bytes, cursor, done, failed });
      this.#queuedBytes += bytes;
      this.#work();
    });
  }

  /** As {@link append}, but waits for room; its callers stop reading meanwhile. */
  async appendWhenRoom(records: readonly SpoolRecord[], signal: AbortSignal): Promise<void> {
    while (!this.hasRoom && !signal.aborted) {
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
    }
    signal.throwIfAborted();
    await this.append(records);
  }

  /** Counts records that could not be taken. */
  countLost(bytes: number): void {
    this.#context.ledger.countLost(this.#entry, bytes);
  }

  take(space: number): Piece | 'nothing' | 'no-room' {
    let cut: SpoolCut | 'nothing' | 'no-room';
    try {
      cut = this.#cut(space);
    } catch (error) {
      this.#context.log.error({ folder: this.#folder, error: String(error) }, 'spool.damaged');
      return 'nothing';
    }
    if (typeof cut === 'string') return cut;
    const run = { from: this.#offset, to: this.#offset + cut.length };
    const { target, tags } = this.#owner;
    const file = cut.name === '' ? this.#owner.name : cut.name;
    this.#offset = run.to;
    this.#context.ledger.countRead(this.#entry, run.to, cut.sourceLengths.length);
    const sent: Sent = { to: run.to, confirmed: false };
    this.#underWay.push(sent);
    return {
      run: {
        generation: this.#generation,
        target,
        tags,
        file,
        from: run.from,
        to: run.to,
        observed: cut.observedMs,
        startsMidRecord: cut.startsMidRecord,
        endsMidRecord: cut.endsMidRecord,
        history: cut.history,
        data: cut.data,
        sourceLengths: cut.sourceLengths,
        bodyLengths: cut.bodyLengths,
      },
      confirmed: () => {
        sent.confirmed = true;
        this.#settle();
      },
    };
  }

  #cut(space: number): SpoolCut | 'nothing' | 'no-room' {
    const segment = this.#segments.find(({ to }) => to > this.#offset);
    if (this.#closed || !segment) return 'nothing';
    // A segment before it may have been damaged.
    const from = Math.max(this.#offset, segment.head.from);
    this.#context.ledger.countSkipped(this.#entry, from - this.#offset);
    this.#offset = from;
    // What lies behind the segment's end is on its way to the disk.
    const length = Math.min(readBuffer.length, segment.to - this.#offset);
    const bytes = readBuffer.subarray(0, length);
    return cutFrames(bytes.subarray(0, segment.read(bytes, this.#offset)), space);
  }

  /** Resolves when everything was confirmed, or the spool was closed. */
  settled(): Promise<void> {
    if (this.#closed || this.#confirmed === this.#end) return Promise.resolve();
    return new Promise((resolve) => this.#settledCalls.push(resolve));
  }

  /** Takes and gives no more. What was appended is on disk when this resolves. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#context.demand.withdraw(this);
    while (this.#working) await this.#working;
    for (const segment of this.#segments) segment.close();
    this.#context.ledger.close(this.#generation);
    for (const tell of [...this.#waiting.splice(0), ...this.#settledCalls.splice(0)]) tell();
  }

  /** Closes it and removes its files. */
  async remove(): Promise<void> {
    const { length } = this.#segments;
    await this.close();
    for (const segment of this.#segments.splice(0, length)) await segment.unlink();
    await rmdir(this.#folder).catch(() => undefined);
  }

  get #end(): number {
    return this.#segments.at(-1)?.to ?? this.#offset;
  }

  /** One at a time: what comes meanwhile is taken up by the one under way. */
  #work(): void {
    this.#working ??= this.#writeAll().finally(() => {
      this.#working = undefined;
      if (this.#queue.length > 0) this.#work();
    });
  }

  async #writeAll(): Promise<void> {
    while (this.#queue.length > 0) {
      const batch = this.#queue;
      this.#queue = [];
      const cursor = batch.findLast((each) => each.cursor !== undefined)?.cursor;
      try {
        const segment = await this.#segment();
        await segment.append(Buffer.concat(batch.flatMap(({ frames }) => frames)), cursor);
        for (const { bytes } of batch) this.#queuedBytes -= bytes;
        this.#entry.seen = segment.to;
        for (const { done } of batch) done();
        if (!this.#closed) this.#context.demand.offer(this);
      } catch (cause) {
        for (const { bytes } of batch) this.#queuedBytes -= bytes;
        const words = cause instanceof Error ? cause.message : String(cause);
        const error = new AppError('folder-unusable', `The spool cannot be written: ${words}`, {
          cause,
        });
        for (const { failed } of batch) failed(error);
      }
    }
    await this.#dropConfirmed();
  }

  /** The segment to append to; a new one where the last is full, or long and confirmed. */
  async #segment(): Promise<Segment> {
    const last = this.#segments.at(-1);
    const size = last ? last.to - last.head.from : 0;
    const isSettled = last !== undefined && this.#confirmed === last.to;
    const isFull =
      this.#skip > 0 ||
      size >= SPOOL_SEGMENT_BYTES ||
      (isSettled && size >= SPOOL_SEGMENT_SETTLED_BYTES);
    if (last && !isFull) return last;
    const segment = await this.#create(last?.cursor ?? '');
    this.#segments.push(segment);
    this.#skip = 0;
    return segment;
  }

  #create(cursor: string): Promise<Segment> {
    const { target, tags, name } = this.#owner;
    return Segment.create(this.#folder, {
      version: 1,
      generation: this.#generation,
      from: (this.#segments.at(-1)?.to ?? this.#offset) + this.#skip,
      target,
      tags: [...tags],
      name,
      cursor,
    });
  }

  #settle(): void {
    let last: Sent | undefined;
    while (this.#underWay[0]?.confirmed) last = this.#underWay.shift();
    if (!last) return;
    this.#confirmed = last.to;
    this.#context.ledger.countConfirmed(this.#entry, last.to);
    if (this.#closed) return;
    if (this.#confirmed === this.#end) for (const tell of this.#settledCalls.splice(0)) tell();
    if (this.#hasConfirmed) this.#work();
  }

  get #hasConfirmed(): boolean {
    const [first, next] = this.#segments;
    return first !== undefined && next !== undefined && first.to <= this.#confirmed;
  }

  /** The last one stays: it knows the cursor and the generation. */
  async #dropConfirmed(): Promise<void> {
    while (this.#hasConfirmed) {
      const segment = this.#segments.shift();
      segment?.close();
      await segment?.unlink().catch((error: unknown) => {
        this.#context.log.warn({ error: String(error) }, 'spool.remove-failed');
      });
    }
    if (this.hasRoom) for (const tell of this.#waiting.splice(0)) tell();
  }
}

interface LoadedSegments {
  readonly segments: Segment[];
  readonly damaged: boolean;
}

function loadSegments(folder: string, log: Logger): LoadedSegments {
  const names = readdirSync(folder).filter((name) => name.endsWith('.spool'));
  const segments: Segment[] = [];
  let damaged = false;
  for (const name of names.sort()) {
    const segment = Segment.load(join(folder, name));
    const last = segments.at(-1);
    if (!segment) {
      damaged = true;
      renameSync(join(folder, name), join(folder, `${name}.damaged`));
      log.error({ folder, name }, 'spool.damaged');
    } else if (last && segment.head.generation !== last.head.generation) segment.close();
    else segments.push(segment);
  }
  return { segments, damaged };
}
