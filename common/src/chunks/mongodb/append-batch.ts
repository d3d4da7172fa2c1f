/**
 * Messages of one append on their way into frames. Runs are judged by drafts of their generations; those whose
 * generation somebody else was faster with are pending again, and go into another frame.
 */
import { FRAME_BYTES_MAX } from '../../limits/mongodb.ts';
import type { Run } from '../../messages/data/run.ts';
import { encodeFitting } from '../block-body.ts';
import type { AppendMessage, AppendOutcome, Block, RunOutcome } from '../chunks.ts';
import type { NewSlot } from './frame.ts';
import type { Draft } from './range-log.ts';

interface Pending {
  readonly message: number;
  readonly position: number;
  readonly run: Run;
}

/** What was judged of a run that is pending. */
interface Judged {
  readonly one: Pending;
  readonly outcome: RunOutcome;
}

/** See the file's head. */
export class AppendBatch {
  readonly #messages: readonly AppendMessage[];
  readonly #sequences: (number | undefined)[];
  readonly #outcomes: RunOutcome[][];
  #pending: readonly Pending[];
  /** Messages that are left out, by their index. */
  readonly #early = new Set<number>();

  constructor(messages: readonly AppendMessage[]) {
    this.#messages = messages;
    this.#sequences = messages.map(() => undefined);
    this.#outcomes = messages.map(() => []);
    this.#pending = messages.flatMap(({ message }, index) =>
      message.runs.map((run, position) => ({ message: index, position, run })),
    );
  }

  /** Of the bodies as they came. */
  get bytes(): number {
    return this.#messages.reduce((sum, { encoded }) => sum + encoded.length, 0);
  }

  /** True while runs are to be judged. */
  get isPending(): boolean {
    return this.#pending.length > 0;
  }

  /** Of the runs that are to be judged. */
  get generations(): Set<string> {
    return new Set(this.#pending.map(({ run }) => run.generation));
  }

  /**
   * Leaves out messages with runs that another honeycomb may be about to add something before.
   *
   * @param drafts one for each of {@link generations}; nothing is judged by them
   * @param overdue messages that are not left out
   */
  leaveOutEarly(drafts: ReadonlyMap<string, Draft>, overdue: ReadonlySet<AppendMessage>): void {
    for (const [index, own] of Map.groupBy(this.#pending, ({ message }) => message)) {
      const message = this.#messages[index];
      if (message && overdue.has(message)) continue;
      if (own.every(({ run }) => drafts.get(run.generation)?.follows(run))) continue;
      this.#early.add(index);
    }
    this.#pending = this.#pending.filter(({ message }) => !this.#early.has(message));
  }

  /** Judges what is pending. @param drafts one for each of {@link generations} */
  judge(drafts: ReadonlyMap<string, Draft>): Judged[] {
    return this.#pending.map((one) => ({
      one,
      outcome: drafts.get(one.run.generation)?.judge(one.run) ?? { kind: 'held' },
    }));
  }

  /** A slot for each message of which something is stored; gives the message its sequence. */
  slots(judged: readonly Judged[], nextSequence: () => number): NewSlot[] {
    const slots: NewSlot[] = [];
    for (const [index, { message, encoded, ...arrival }] of this.#messages.entries()) {
      const own = judged.filter(({ one }) => one.message === index);
      const runs = own.flatMap(({ outcome }) => (outcome.kind === 'stored' ? outcome.pieces : []));
      if (runs.length === 0) continue;
      this.#sequences[index] ??= nextSequence();
      const isWhole =
        runs.length === message.runs.length &&
        runs.every((piece, position) => piece === message.runs[position]);
      const block: Block = {
        sequence: this.#sequences[index],
        message: { ...message, runs },
        ...arrival,
      };
      slots.push(slotOf(block, isWhole ? [encoded] : encodeFitting(runs)));
    }
    return slots;
  }

  /** Keeps what was judged, but of generations that were lost: their runs are pending again. */
  settle(judged: readonly Judged[], lost: ReadonlySet<string>): void {
    this.#pending = judged.flatMap(({ one, outcome }) => {
      if (lost.has(one.run.generation)) return [one];
      const runs = this.#outcomes[one.message];
      if (runs) runs[one.position] = outcome;
      return [];
    });
  }

  /** What became of each message; undefined of those that were left out. */
  outcomes(): (AppendOutcome | undefined)[] {
    return this.#outcomes.map((runs, index) => {
      if (this.#early.has(index)) return undefined;
      const isStored = runs.some(({ kind }) => kind === 'stored');
      return { sequence: isStored ? this.#sequences[index] : undefined, runs };
    });
  }
}

/** A block as a slot of a frame. */
export function slotOf(block: Block, bodies: readonly Buffer[]): NewSlot {
  const { sequence, retentionClass, arrivedMs, message } = block;
  const { agent, host, zoneOffsetMinutes } = message;
  const generations = [...new Set(message.runs.map(({ generation }) => generation))];
  const head = { sequence, retentionClass, arrivedMs, agent, host, zoneOffsetMinutes };
  return { ...head, generations, bodies };
}

/** Messages by what fits in a frame. */
export function* batchesOf(messages: readonly AppendMessage[]): Generator<AppendBatch> {
  let batch: AppendMessage[] = [];
  let bytes = 0;
  for (const message of messages) {
    if (batch.length > 0 && bytes + message.encoded.length > FRAME_BYTES_MAX) {
      yield new AppendBatch(batch);
      batch = [];
      bytes = 0;
    }
    batch.push(message);
    bytes += message.encoded.length;
  }
  if (batch.length > 0) yield new AppendBatch(batch);
}
