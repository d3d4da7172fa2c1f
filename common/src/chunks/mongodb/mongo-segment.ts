/**
 * A segment on MongoDB. A commit is a frame with the blocks, then the entries of its generations, which make
 * them exist. Where another honeycomb was faster with a generation, its runs are judged again.
 */
import type { Clock } from '../../clock.ts';
import { AppError } from '../../errors.ts';
import type { Run } from '../../messages/data/run.ts';
import { Turns } from '../../turns.ts';
import { encodeFitting } from '../block-body.ts';
import type {
  AppendMessage,
  AppendOutcome,
  AppendStep,
  Block,
  NewChunk,
  PatientAppend,
  Segment,
  SequenceRange,
} from '../chunks.ts';
import { partitionKey, partitionOf } from '../partition.ts';
import { type AppendBatch, batchesOf, slotOf } from './append-batch.ts';
import { BlockIndex } from './block-index.ts';
import type { CatalogueLog } from './catalogue-log.ts';
import type { SegmentState } from './catalogue-state.ts';
import { commitChunks } from './chunk-commit.ts';
import { type FrameHead, slotRuns } from './frame.ts';
import type { FrameLog } from './frame-log.ts';
import type { RangeLog } from './range-log.ts';
import type { SectionTables } from './section-tables.ts';

/** What a segment works with. */
export interface SegmentContext {
  readonly state: SegmentState;
  readonly catalogue: CatalogueLog;
  readonly frames: FrameLog;
  readonly ranges: RangeLog;
  readonly sections: SectionTables;
  readonly clock: Clock;
  readonly bytesMax: number;
  /** Ends the lease. */
  readonly release: () => void;
}

/** See the file's head. */
export class MongoSegment implements Segment {
  readonly instance: string;
  readonly epoch: number;
  readonly #context: SegmentContext;
  readonly #index = new BlockIndex();
  readonly #turns = new Turns();
  #lastSequence = 0;
  #step: AppendStep | undefined;
  #isClosed = false;
  #isBroken = false;
  /** There are frames of which nothing is in the index. */
  #isUnswept = false;

  private constructor(context: SegmentContext) {
    this.#context = context;
    this.instance = context.state.owner;
    this.epoch = context.state.epoch;
  }

  /** Takes over the frames of a segment that this process owns by the catalogue. */
  static async open(context: SegmentContext): Promise<MongoSegment> {
    const segment = new MongoSegment(context);
    const { state, frames } = context;
    segment.#saw(state.base);
    for (const { to } of state.taken) segment.#saw(to - 1);
    const kept = new Map(state.kept.map(({ sequence, frame }) => [sequence, frame]));
    for (const { frame, lost } of await frames.takeOver(state.firstFrame)) {
      segment.#isUnswept = true;
      segment.#restore(frame, lost, { state, kept });
    }
    return segment;
  }

  /** The segment's id in the catalogue. */
  get id(): string {
    return this.#context.state.id;
  }

  /** Bytes of the blocks that are in no chunk yet. */
  get blockBytes(): number {
    return this.#index.bytes;
  }

  get step(): AppendStep | undefined {
    return this.#step;
  }

  async append(messages: readonly AppendMessage[]): Promise<AppendOutcome[]> {
    const outcomes = await this.#appendAll(messages, undefined);
    return outcomes.filter((outcome) => outcome !== undefined);
  }

  readonly patient: PatientAppend = {
    append: async (messages, overdue) => {
      const { hearsOthers } = this.#context.ranges;
      return await this.#appendAll(messages, hearsOthers ? overdue : undefined);
    },
    news: async () => await this.#context.ranges.news(),
  };

  async *blocks(
    { first, last }: SequenceRange = { first: 0, last: Number.MAX_SAFE_INTEGER },
  ): AsyncGenerator<Block> {
    for (const sequence of this.#index.within(first, last)) {
      const block = await this.#read(sequence);
      if (block) yield block;
    }
  }

  async seal(
    chunks: readonly NewChunk[],
    taken: readonly number[],
    kept: readonly Block[] = [],
  ): Promise<void> {
    await this.#turns.take('write', async () => {
      this.#refuseClosed();
      const { catalogue, frames, sections } = this.#context;
      this.#refuseFull(chunks.reduce((sum, { entry }) => sum + entry.storedBytes, 0));
      const slots = kept.map((block) => slotOf(block, encodeFitting(block.message.runs)));
      const keptIn =
        slots.length > 0 ? await this.#surely(() => frames.write('kept', slots)) : undefined;
      const gone = new Set(taken);
      const firstFrame = this.#index.firstFrame(keptIn?.number ?? frames.next, gone);
      await commitChunks({ catalogue, sections }, chunks, (state) => {
        state.owned(this.id, this.epoch);
        return {
          kind: 'seal',
          ...{ segment: this.id, epoch: this.epoch, firstFrame },
          added: chunks.map(({ entry }) => entry),
          taken: asRanges(taken),
          kept: keptIn ? kept.map(({ sequence }) => ({ sequence, frame: keptIn.number })) : [],
        };
      });
      this.#isUnswept = false;
      this.#index.take(gone);
      for (const [slot, one] of slots.entries()) this.#place(one, keptIn?.number ?? 0, slot, []);
      // What is left of a sweep is swept by the segment's next owner.
      await frames.sweep(firstFrame).catch(() => undefined);
    });
  }

  lastSequence(): number {
    return this.#lastSequence;
  }

  /** Lets go of its blocks of a partition. @throws AppError `lease-lost` */
  async dropPartition(partition: string): Promise<void> {
    const gone = this.#index.sequencesOf(partition);
    if (gone.length > 0) await this.seal([], gone);
  }

  async close(): Promise<void> {
    // Nobody has to find out again that nothing of these frames exists.
    if (this.#isUnswept && this.#index.isEmpty && !this.#isBroken && !this.#isClosed) {
      await this.seal([], []).catch(() => undefined);
    }
    await this.#turns.take('write', async () => {
      if (this.#isClosed) return;
      this.#isClosed = true;
      this.#context.release();
      // Of a write whose outcome is not known there may be a frame: whoever opens it next finds out.
      const isEmpty = this.#index.isEmpty && !this.#isBroken;
      try {
        await this.#context.catalogue.commit((state) => {
          state.owned(this.id, this.epoch);
          return { kind: 'free', segment: this.id, epoch: this.epoch, isEmpty };
        });
      } catch (error) {
        // Whoever has it now needs no telling.
        if (!(error instanceof AppError) || error.code !== 'lease-lost') throw error;
      }
    });
  }

  /** @param overdue others are left out, where another one may be about to add something before them */
  async #appendAll(
    messages: readonly AppendMessage[],
    overdue: ReadonlySet<AppendMessage> | undefined,
  ): Promise<(AppendOutcome | undefined)[]> {
    this.#step = 'waiting for the segment';
    try {
      return await this.#turns.take('write', async () => {
        this.#refuseClosed();
        const outcomes: (AppendOutcome | undefined)[] = [];
        for (const batch of batchesOf(messages)) {
          this.#refuseFull(batch.bytes);
          await this.#commit(batch, overdue);
          while (batch.isPending) await this.#commit(batch);
          outcomes.push(...batch.outcomes());
        }
        return outcomes;
      });
    } finally {
      this.#step = undefined;
    }
  }

  /** Judges runs and stores what is new of them; some may have to be judged again. */
  async #commit(batch: AppendBatch, overdue?: ReadonlySet<AppendMessage>): Promise<void> {
    const { ranges, frames } = this.#context;
    this.#step = 'reading ranges';
    const drafts = await ranges.drafts(batch.generations, overdue !== undefined);
    if (overdue) batch.leaveOutEarly(drafts, overdue);
    const judged = batch.judge(drafts);
    const adding = [...drafts.values()].filter(({ hasPieces }) => hasPieces);
    const lost = new Set<string>();
    if (adding.length > 0) {
      const slots = batch.slots(judged, () => ++this.#lastSequence);
      const entries = Object.fromEntries(
        adding.map(({ generation, number }) => [generation, number]),
      );
      const number = await this.#surely(async () => {
        this.#step = 'writing the frame';
        const written = await frames.write('blocks', slots, entries);
        this.#step = 'asking the catalogue';
        await this.#refuseTakenOver();
        this.#step = 'adding entries';
        for (const generation of await ranges.add(adding, written.by)) lost.add(generation);
        return written.number;
      });
      frames.settle(number, lost);
      if (lost.size > 0) this.#isUnswept = true;
      for (const [slot, one] of slots.entries()) this.#place(one, number, slot, [...lost]);
    }
    batch.settle(judged, lost);
  }

  #restore(
    frame: FrameHead,
    lost: readonly string[],
    known: {
      readonly state: SegmentState;
      readonly kept: ReadonlyMap<number, number>;
    },
  ): void {
    for (const [position, slot] of frame.slots.entries()) {
      const { sequence } = slot;
      this.#saw(sequence);
      const isTaken = known.state.taken.some(({ from, to }) => sequence >= from && sequence < to);
      const exists = frame.kind === 'kept' ? known.kept.get(sequence) === frame.number : !isTaken;
      if (!exists) continue;
      this.#place(slot, frame.number, position, lost);
    }
  }

  #place(
    slot: {
      readonly sequence: number;
      readonly arrivedMs: number;
      readonly retentionClass: string;
      readonly generations: readonly string[];
      readonly bodies: readonly { readonly length?: number; readonly bytes?: number }[];
    },
    frame: number,
    position: number,
    lost: readonly string[],
  ): void {
    if (slot.generations.every((generation) => lost.includes(generation))) return;
    const bytes = slot.bodies.reduce((sum, body) => sum + (body.bytes ?? body.length ?? 0), 0);
    const partition = partitionKey(partitionOf(slot));
    this.#index.add(slot.sequence, {
      frame,
      slot: position,
      lost: new Set(lost),
      partition,
      bytes,
    });
  }

  async #read(sequence: number): Promise<Block | undefined> {
    const runs: Run[] = [];
    let head: Omit<Block, 'message'> & { agent: string; host: string; zoneOffsetMinutes: number };
    let found: typeof head | undefined;
    for (const place of this.#index.get(sequence)) {
      const frame = await this.#context.frames.read(place.frame);
      const slot = frame.slots[place.slot];
      if (!slot) continue;
      found = slot;
      runs.push(...slotRuns(frame, place.slot).filter((run) => !place.lost.has(run.generation)));
    }
    if (!found) return undefined;
    const { retentionClass, arrivedMs, agent, host, zoneOffsetMinutes } = found;
    const message = { agent, host, zoneOffsetMinutes, runs };
    return { sequence, retentionClass, arrivedMs, message };
  }

  #saw(sequence: number): void {
    this.#lastSequence = Math.max(this.#lastSequence, sequence);
  }

  /** Where it is not known what became of a write, only opening the segment anew tells. */
  async #surely<R>(write: () => Promise<R>): Promise<R> {
    try {
      return await write();
    } catch (error) {
      this.#isBroken = true;
      throw error;
    }
  }

  #refuseClosed(): void {
    if (this.#isClosed) throw new AppError('lease-lost', 'This segment was closed.');
    if (this.#isBroken) {
      throw new AppError(
        'lease-lost',
        'What became of the last commit is not known: open it anew.',
      );
    }
  }

  /**
   * A new owner's fence goes with its frames once it has sealed them, and this owner's next frame could be written
   * behind it, where nobody reads. The catalogue tells; until the entries are there the frame is nothing.
   *
   * @throws AppError `lease-lost`
   */
  async #refuseTakenOver(): Promise<void> {
    const state = await this.#context.catalogue.refresh();
    state.owned(this.id, this.epoch);
  }

  #refuseFull(bytes: number): void {
    const { catalogue, bytesMax } = this.#context;
    if (bytesMax === Number.POSITIVE_INFINITY) return;
    let stored = this.#index.bytes + bytes;
    for (const entry of catalogue.state.chunks.values()) stored += entry.storedBytes;
    if (stored > bytesMax) {
      throw new AppError('store-full', 'No room for log data: the bound of the store is reached.');
    }
  }
}

function asRanges(sequences: readonly number[]): { from: number; to: number }[] {
  const ranges: { from: number; to: number }[] = [];
  for (const sequence of [...sequences].sort((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last && sequence <= last.to) last.to = Math.max(last.to, sequence + 1);
    else ranges.push({ from: sequence, to: sequence + 1 });
  }
  return ranges;
}
