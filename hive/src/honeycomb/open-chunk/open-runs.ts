/** The runs whose records stand in an open chunk, and what proves that all of them came into it. */

import type { DataMessage, Run } from '@apiary/common/messages/data/run.ts';
import { proofOf, type RunProof } from '../chunk/run-proofs.ts';
import type { RowSource } from '../records/record-set.ts';

/** A committed run with the message that it came in. */
export interface CommittedRun {
  readonly run: Run;
  readonly message: Pick<DataMessage, 'agent' | 'host' | 'zoneOffsetMinutes'>;
  readonly sequence: number;
  /** CRC-32 of the run's data, where the store has taken it. */
  readonly checksum?: number | undefined;
}

/** What the rows of one run have in common. */
export interface RunFacts {
  readonly source: RowSource;
  readonly sequence: number;
  readonly observed: number;
  readonly mapped: boolean;
  readonly zoneOffsetMinutes: number;
}

/** See the file's head. */
export class OpenRuns {
  /** By the number that rows have them by. */
  readonly all: RunFacts[] = [];
  /** Sequences of the blocks that the runs came in, ascending. */
  readonly sequences: number[] = [];
  readonly #sources = new Map<string, RowSource>();
  readonly #proofs: RunProof[] = [];
  /** Sequences of blocks with records that were not whole when they came: only their bytes can prove them. */
  readonly #unproven = new Set<number>();

  /**
   * Takes in a run that was committed; gives its number.
   * @param firstRow the row that its first record has where it continues none
   */
  take({ run, message, sequence, checksum }: CommittedRun, firstRow: number): number {
    if (this.sequences.at(-1) !== sequence) this.sequences.push(sequence);
    if (run.startsMidRecord || run.endsMidRecord) this.#unproven.add(sequence);
    else this.#proofs.push(proofOf(run, { sequence, firstRow, checksum }));
    const { agent, host, zoneOffsetMinutes } = message;
    const { target, file, tags, generation, history, observed } = run;
    return this.add({
      source: { agent, host, target, file, tags, generation, history },
      sequence,
      observed,
      mapped: run.bodyLengths !== undefined,
      zoneOffsetMinutes,
    });
  }

  /** Adds what rows have in common; gives its number. */
  add(facts: RunFacts): number {
    return this.all.push({ ...facts, source: this.#intern(facts.source) }) - 1;
  }

  /** @throws RangeError without such a run */
  at(index: number): RunFacts {
    const facts = this.all[index];
    if (!facts) throw new RangeError(`run ${index} of ${this.all.length}`);
    return facts;
  }

  /** What was committed, but for blocks that have to be read again. */
  get proofs(): readonly RunProof[] {
    return this.#proofs.filter(({ sequence }) => !this.#unproven.has(sequence));
  }

  /** Sequences of blocks without proofs, ascending. */
  get unproven(): readonly number[] {
    return this.sequences.filter((sequence) => this.#unproven.has(sequence));
  }

  /** Takes on the rest of blocks that are before its own. @param sequences ascending */
  takeOver(sequences: readonly number[]): void {
    this.sequences.unshift(...sequences);
    for (const sequence of sequences) this.#unproven.add(sequence);
  }

  #intern(source: RowSource): RowSource {
    const { generation, agent, host, target, file, tags, history } = source;
    const key = [generation, agent, host, target, file, history, ...tags].join('\0');
    const known = this.#sources.get(key);
    if (!known) this.#sources.set(key, source);
    return known ?? source;
  }
}
