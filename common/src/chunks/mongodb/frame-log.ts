/**
 * The frames of one segment, written by its owner alone and in order, without a gap. A new owner writes the
 * one behind the last, so that the old one's next write fails; where that was sealed and swept since, the old one
 * finds by the catalogue that it is not the owner, before it makes anything of its frame exist.
 */
import type { Clock } from '../../clock.ts';
import { AppError } from '../../errors.ts';
import type { Table } from '../../mongodb/database.ts';
import { type Frame, type FrameHead, frameId, frameRow, type NewSlot, readFrame } from './frame.ts';
import type { RangeLog } from './range-log.ts';
import { insertSurely } from './row-log.ts';

const CACHED_MAX = 2;

/** What a frame log works with. */
export interface FrameLogContext {
  readonly segment: string;
  readonly epoch: number;
  readonly frames: Table;
  readonly ranges: RangeLog;
  readonly clock: Clock;
}

/** See the file's head. */
export class FrameLog {
  readonly #context: FrameLogContext;
  /** Frames whose outcome no later frame says yet. */
  #unsettled: { frame: number; lost: string[] }[] = [];
  readonly #cached = new Map<number, Frame>();
  #next = 1;
  #first = 1;

  constructor(context: FrameLogContext) {
    this.#context = context;
  }

  /** The number of the next frame. */
  get next(): number {
    return this.#next;
  }

  /**
   * Takes the segment's frames over: fences the former owner off and finds out what of each frame exists.
   *
   * @param first frames before this one are gone
   */
  async takeOver(first: number): Promise<{ frame: FrameHead; lost: string[] }[]> {
    const heads: FrameHead[] = [];
    this.#first = first;
    await sweepBefore(this.#context.frames, this.#context.segment, first);
    for (this.#next = first; ; this.#next++) {
      const found = await this.#context.frames.get(this.#id(this.#next));
      if (found) heads.push(withoutData(readFrame(this.#next, found)));
      else if (await this.#fence()) break;
      else this.#next--;
    }
    this.#next++;
    const settled = new Map(
      heads.flatMap(({ settles }) => settles).map(({ frame, lost }) => [frame, lost]),
    );
    const result: { frame: FrameHead; lost: string[] }[] = [];
    for (const frame of heads) {
      const known = settled.get(frame.number);
      const lost = known ?? (await this.#context.ranges.lost(frame));
      if (!known && frame.kind === 'blocks') this.#unsettled.push({ frame: frame.number, lost });
      result.push({ frame, lost });
    }
    return result;
  }

  /**
   * Writes the next frame.
   *
   * @returns its number and what its entries have to bear
   * @throws AppError `lease-lost` when another owner was there
   */
  async write(
    kind: 'blocks' | 'kept',
    slots: readonly NewSlot[],
    entries: Readonly<Record<string, number>> = {},
  ): Promise<{ readonly number: number; readonly by: string }> {
    const number = this.#next;
    const id = this.#id(number);
    const by = `${id}:${this.#context.epoch}`;
    const settles = this.#unsettled;
    const row = frameRow(id, by, { kind, slots, entries, settles });
    const { frames, clock } = this.#context;
    if ((await insertSurely(frames, [row], clock)).size > 0) throw this.#taken();
    this.#unsettled = this.#unsettled.slice(settles.length);
    this.#next = number + 1;
    return { number, by };
  }

  /** Takes note of what became of a frame; the next one says it. */
  settle(frame: number, lost: Iterable<string>): void {
    this.#unsettled = [...this.#unsettled, { frame, lost: [...lost] }];
  }

  /** @throws AppError `lease-lost` when it is gone, so that another owner swept it */
  async read(number: number): Promise<Frame> {
    const cached = this.#cached.get(number);
    if (cached) return cached;
    const row = await this.#context.frames.get(this.#id(number));
    if (!row) throw this.#taken();
    const frame = readFrame(number, row);
    this.#cached.set(number, frame);
    const [oldest] = this.#cached.keys();
    if (this.#cached.size > CACHED_MAX && oldest !== undefined) this.#cached.delete(oldest);
    return frame;
  }

  /** Deletes the frames before `first`. */
  async sweep(first: number): Promise<void> {
    const gone: number[] = [];
    for (let number = this.#first; number < first; number++) gone.push(number);
    if (gone.length === 0) return;
    for (const number of gone) this.#cached.delete(number);
    await this.#context.frames.deleteAll(gone.map((number) => this.#id(number)));
    this.#first = first;
  }

  async #fence(): Promise<boolean> {
    const { frames, clock, epoch } = this.#context;
    const id = this.#id(this.#next);
    const row = frameRow(id, `${id}:${epoch}`, { kind: 'end' });
    return (await insertSurely(frames, [row], clock)).size === 0;
  }

  #taken(): AppError {
    return new AppError(
      'lease-lost',
      `Segment ${this.#context.segment} was taken over by another process.`,
    );
  }

  #id(number: number): string {
    return frameId(this.#context.segment, number);
  }
}

/** Deletes a segment's frames before `first`, whose owner may have ended before its sweep did, or failed at it. */
export async function sweepBefore(frames: Table, segment: string, first: number): Promise<void> {
  for (let number = first - 1; number > 0; number--) {
    if (!(await frames.delete(frameId(segment, number)))) return;
  }
}

function withoutData({ data: _, ...head }: Frame): FrameHead {
  return head;
}
