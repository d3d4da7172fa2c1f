/** The section of newest rows of one sealed chunk, read and decoded when it is first asked for, and then kept. */
import { isAscii } from 'node:buffer';
import { AppError } from '@apiary/common/errors.ts';
import type { FoldedStretch } from '../../records/folded-slab.ts';
import type { Matches, Selection } from '../../records/record-set.ts';
import { flaggedRows, matchesOf } from '../../records/row-counts.ts';
import { filterRows, type SlabRows } from '../../records/row-filter.ts';
import { BatchSet } from '../batch-set.ts';
import type { ReaderMemory, SectionReader } from '../chunk-format.ts';
import { freeMemory } from '../free-memory.ts';
import type { RowBatch } from '../row-batch.ts';
import { decodeNewest, type NewestRows } from './newest-rows.ts';
import { unpackSection } from './sections.ts';

/** The section's name. */
export const NEWEST = 'newest';

/** Rows whose text is put into lower case together: where one of them has bytes beyond ASCII, each is looked at by itself. */
const ROWS_TOGETHER = 128;
/** Memory of a row beside its body, and of a byte of that: the body itself, and its text in lower case. */
const MEMORY = { row: 40, byte: 2 } as const;

/** See the file's head. */
export class NewestSection {
  /** Memory of what is kept. */
  memoryBytes = 0;
  readonly #read: SectionReader;
  readonly #memory: ReaderMemory | undefined;
  /** -1: the chunk has none. */
  readonly #index: number;
  #rows: Promise<NewestRows & { readonly set: NewestSet }> | undefined;

  constructor(
    read: SectionReader,
    sections: readonly { readonly name: string }[],
    memory: ReaderMemory | undefined,
  ) {
    this.#read = read;
    this.#memory = memory;
    this.#index = sections.findIndex(({ name }) => name === NEWEST);
  }

  /** False where the chunk has no such section. */
  get exists(): boolean {
    return this.#index >= 0;
  }

  /** The rows. @throws AppError `store-corrupt`, `not-found` */
  async rows(): Promise<NewestRows> {
    return await this.#open();
  }

  /** Those that match. @throws AppError as {@link rows} */
  async select(selection: Selection): Promise<{ after: number; matches: Matches }> {
    const { after, set } = await this.#open();
    const flags = await filterRows(set, selection);
    return { after, matches: matchesOf(set, flaggedRows(flags)) };
  }

  async #open() {
    this.#rows ??= this.#load();
    try {
      return await this.#rows;
    } catch (error) {
      this.#rows = undefined;
      throw error;
    }
  }

  async #load() {
    const section = await this.#read(this.#index);
    const newest = decoded(section, this.#memory?.areChecked);
    if (this.#memory?.ownsSections) freeMemory(section);
    const { count, bytes } = newest.batch;
    this.memoryBytes = count * MEMORY.row + bytes.length * MEMORY.byte;
    return { ...newest, set: new NewestSet(newest.batch) };
  }
}

function decoded(section: Uint8Array, isChecked: boolean | undefined): NewestRows {
  try {
    return decodeNewest(unpackSection(section, isChecked));
  } catch (error) {
    if (error instanceof AppError) throw error;
    const message = 'The newest rows of a chunk cannot be read.';
    throw new AppError('store-corrupt', message, { cause: error });
  }
}

/** The rows as an open chunk would have them. */
class NewestSet extends BatchSet implements SlabRows {
  readonly #batch: RowBatch;
  #stretches: FoldedStretch[] | undefined;

  constructor(batch: RowBatch) {
    super(batch);
    this.#batch = batch;
  }

  foldedStretches(): Iterable<FoldedStretch> {
    this.#stretches ??= foldRows(this.#batch);
    return this.#stretches;
  }
}

function foldRows(batch: RowBatch): FoldedStretch[] {
  const stretches: FoldedStretch[] = [];
  const start = new Uint32Array(batch.count);
  const length = new Uint32Array(batch.count);
  for (let from = 0; from < batch.count; from += ROWS_TOGETHER) {
    const to = Math.min(from + ROWS_TOGETHER, batch.count);
    const base = batch.start[from] ?? 0;
    const bytes = batch.bytes.subarray(base, batch.start[to]);
    for (let row = from; row < to; row++) {
      start[row] = (batch.start[row] ?? 0) - base;
      length[row] = (batch.start[row + 1] ?? 0) - (batch.start[row] ?? 0);
    }
    const text = isAscii(bytes) ? bytes.toString('latin1').toLowerCase() : undefined;
    stretches.push({ from, to, text, start, length, isJoined: () => false });
  }
  return stretches;
}
