/**
 * The byte ranges that each generation holds, as a log of entries: who inserts the next entry of a
 * generation has added its pieces, and whoever wanted the same number has to judge again.
 */
import { z } from 'zod';
import type { Clock } from '../../clock.ts';
import {
  RANGE_ENTRIES_AHEAD_MAX,
  RANGE_ENTRIES_PER_STATE,
  RANGE_ENTRIES_TOLD_MAX,
  RANGE_STATES_MAX,
  ROW_LOG_TRUST_MS,
} from '../../limits/mongodb.ts';
import { PIECE_MEMORY_BYTES, PIECES_PER_GENERATION_MAX } from '../../limits.ts';
import type { Run } from '../../messages/data/run.ts';
import type { Row } from '../../mongodb/database.ts';
import { packPiece, pieceSchema, unpackPiece } from '../added-entry.ts';
import type { AddedEntry, RunOutcome } from '../chunks.ts';
import { type ByteRange, judgeRun, mergeRanges, type Piece } from '../ranges.ts';
import { type LogRow, type RowLogs, rowId } from './row-log.ts';

const piecesSchema = z.array(pieceSchema);
const stateSchema = z.object({
  ranges: z.array(z.tuple([z.number(), z.number()])),
  pieces: piecesSchema,
});

interface State {
  /** The number of the last entry. */
  readonly number: number;
  readonly ranges: readonly ByteRange[];
  /** Of the newest pieces, by their ends. */
  readonly pieces: readonly Piece[];
  readonly knownMs: number;
  /** Somebody else is known to have added more. */
  readonly isBehind: boolean;
  /** The last entry is known by a refusal: a second one means that more is missing. */
  readonly wasRefused: boolean;
  /** Entries that were heard of before one that comes between. */
  readonly ahead: readonly AddedEntry[];
}

const NOTHING: State = {
  ...{ number: 0, ranges: [], pieces: [], isBehind: false, wasRefused: false, ahead: [] },
  // Whoever has only heard has never looked.
  knownMs: Number.NEGATIVE_INFINITY,
};

/** What one commit adds to one generation, before it is certain. */
export class Draft {
  readonly generation: string;
  readonly known: State;
  #ranges: readonly ByteRange[];
  /** Of what is held and of runs that follow. */
  #end: number;
  readonly #pieces: Piece[] = [];

  constructor(generation: string, known: State) {
    this.generation = generation;
    this.known = known;
    this.#ranges = known.ranges;
    this.#end = known.ranges[0]?.to ?? 0;
  }

  get hasPieces(): boolean {
    return this.#pieces.length > 0;
  }

  /** The number of the entry that it would be. */
  get number(): number {
    return this.known.number + 1;
  }

  /**
   * True where nothing is missing before a run, as far as is known, or has been missing for long; then those that come
   * behind it follow, too. Not where an entry has been heard of and the one before it has not.
   */
  follows({ from, to }: Run): boolean {
    if (this.known.ahead.length > 0) return false;
    if (this.known.ranges.length > 1) return true;
    if (from > this.#end) return false;
    this.#end = Math.max(this.#end, to);
    return true;
  }

  judge(run: Run): RunOutcome {
    const within = (piece: Piece) => piece.from >= run.from && piece.to <= run.to;
    const overlaps = this.#ranges.some(({ from, to }) => from < run.to && to > run.from);
    const pieces = overlaps ? [...this.known.pieces, ...this.#pieces].filter(within) : [];
    const judged = judgeRun(run, this.#ranges, pieces);
    if (judged.outcome.kind === 'stored') {
      this.#ranges = mergeRanges(this.#ranges, judged.outcome.pieces);
      this.#pieces.push(...judged.pieces);
    }
    return judged.outcome;
  }

  /** The entry as others are told of it. */
  told(): AddedEntry {
    const { generation, number } = this;
    return { generation, number, pieces: this.#pieces.map(packPiece) };
  }

  /** The entry as a row; some bear the whole state. */
  row(by: string): LogRow {
    const { number } = this;
    return {
      _id: rowId(this.generation, number),
      version: 1,
      by,
      pieces: JSON.stringify(this.#pieces.map(packPiece)),
      ...(number % RANGE_ENTRIES_PER_STATE === 0 && { state: encodeState(this.after(0)) }),
    };
  }

  after(knownMs: number): State {
    const pieces = newest([...this.known.pieces, ...this.#pieces]);
    return { ...NOTHING, number: this.number, ranges: this.#ranges, pieces, knownMs };
  }
}

/** Other honeycombs that add to the same generations. */
export interface RangeOthers {
  /** Whether there are any. */
  readonly areThere: () => boolean;
  /** Tells them what was added; without it nobody is told, nor tells. */
  readonly tell?: ((entries: readonly AddedEntry[]) => void) | undefined;
}

const ALONE: RangeOthers = { areThere: () => false };

/** See the file's head. */
export class RangeLog {
  readonly #logs: RowLogs;
  readonly #clock: Clock;
  readonly #others: RangeOthers;
  /** The least recently used first. */
  readonly #states = new Map<string, State>();
  /** Entries of this process that no head has passed yet, by generation. */
  readonly #own = new Map<string, string[]>();
  #news: PromiseWithResolvers<void> | undefined;

  constructor(logs: RowLogs, clock: Clock, others: RangeOthers = ALONE) {
    this.#logs = logs;
    this.#clock = clock;
    this.#others = others;
  }

  /**
   * Reads what is not known of these generations, and makes a draft for each.
   *
   * @param isPatient not what will be heard soon, as an entry behind it was
   */
  async drafts(generations: Iterable<string>, isPatient = false): Promise<Map<string, Draft>> {
    const drafts = await Promise.all(
      [...generations].map(async (generation) => {
        const known = await this.#known(generation, isPatient);
        return [generation, new Draft(generation, known)] as const;
      }),
    );
    return new Map(drafts);
  }

  /**
   * Writes entries.
   *
   * @param by the frame that they name
   * @returns generations where somebody else was faster: nothing was added to them
   * @throws AppError `store-unreachable`
   */
  async add(drafts: readonly Draft[], by: string): Promise<Set<string>> {
    const lost = new Set<string>();
    if (drafts.length === 0) return lost;
    const knownMs = this.#clock.now();
    const others = await this.#logs.insert(drafts.map((draft) => draft.row(by)));
    for (const draft of drafts) {
      const { generation, number, known } = draft;
      const id = rowId(generation, number);
      const other = others.get(id);
      if (other) {
        lost.add(generation);
        const isBehind = known.wasRefused || !this.#others.tell;
        this.#move(draft, { ...applyRow(known, number, other), wasRefused: true, isBehind });
      } else if (await this.#logs.isBehind(generation, number, known.knownMs)) {
        await this.#logs.delete([id]);
        lost.add(generation);
        this.#keep(generation, { ...known, isBehind: true });
      } else this.#added(draft, id, knownMs);
    }
    this.#tell(drafts.filter(({ generation }) => !lost.has(generation)));
    return lost;
  }

  /**
   * Takes in what another one says that it has added. Who hears of a generation from its first entry on has nothing
   * to read; of others that are not used here nothing is kept.
   */
  hear(entries: readonly AddedEntry[]): void {
    for (const entry of entries) {
      const { generation, number } = entry;
      const state = this.#states.get(generation) ?? (number === 1 ? NOTHING : undefined);
      if (state && number > state.number) this.#keep(generation, heard(state, entry));
    }
    this.#news?.resolve();
    this.#news = undefined;
  }

  /** Whether there are others, and all of them tell what they add: what comes before a run may be waited for. */
  get hearsOthers(): boolean {
    return this.#others.tell !== undefined && this.#others.areThere();
  }

  /** Resolves when something is heard next. */
  async news(): Promise<void> {
    this.#news ??= Promise.withResolvers();
    await this.#news.promise;
  }

  /** Goes on from where a draft began; what was heard since is not forgotten. */
  #move({ generation, known }: Draft, to: State): void {
    const now = this.#states.get(generation) ?? known;
    this.#keep(generation, now.number >= to.number ? now : now.ahead.reduce(heard, to));
  }

  #tell(drafts: readonly Draft[]): void {
    const { areThere, tell } = this.#others;
    if (!tell || drafts.length === 0 || !areThere()) return;
    tell(drafts.slice(0, RANGE_ENTRIES_TOLD_MAX).map((draft) => draft.told()));
  }

  /** Generations of a frame whose entries are not its own; makes sure that they never will be. */
  async lost(frame: {
    readonly by: string;
    readonly entries: Readonly<Record<string, number>>;
  }): Promise<string[]> {
    const voids = Object.entries(frame.entries).map(([generation, number]) => ({
      generation,
      row: { _id: rowId(generation, number), version: 1, by: VOID, pieces: '[]' },
    }));
    if (voids.length === 0) return [];
    const others = await this.#logs.insert(voids.map(({ row }) => row));
    return voids
      .filter(({ row }) => others.get(row._id)?.by !== frame.by)
      .map(({ generation }) => generation);
  }

  /** All ranges of a generation, as the store knows them now. */
  async ranges(generation: string): Promise<readonly ByteRange[]> {
    return (await this.#load(generation)).ranges;
  }

  /**
   * What is known of a generation; where there are others who do not tell what they add, with what they have
   * added since: to look is one small read, to be refused is to write the blocks twice.
   */
  async #known(generation: string, isPatient: boolean): Promise<State> {
    const state = this.#states.get(generation);
    if (!state) return await this.#load(generation);
    const { areThere, tell } = this.#others;
    const knownMs = this.#clock.now();
    const isOld = knownMs - state.knownMs >= ROW_LOG_TRUST_MS;
    // Who never looked does so when it has added; what was heard is all that there was.
    const isTrusted = !isOld || state.knownMs === NOTHING.knownMs;
    const isWhole = !state.isBehind && (isPatient || state.ahead.length === 0);
    if (isWhole && (!areThere() || (tell && isTrusted))) return state;
    // Rows that old may have gone.
    if (isOld) return await this.#load(generation);
    const rows = await this.#logs.read(generation, state.number + 1);
    const read = appliedRows(state, state.number + 1, rows);
    const { number, ranges, pieces } = read;
    return this.#looked(generation, { ...NOTHING, number, ranges, pieces, knownMs });
  }

  async #load(generation: string): Promise<State> {
    const knownMs = this.#clock.now();
    const { first, rows } = await this.#logs.load(generation);
    return this.#looked(generation, { ...appliedRows(NOTHING, first, rows), knownMs });
  }

  /** Keeps what was read, with what was heard meanwhile. */
  #looked(generation: string, read: State): State {
    const now = (this.#states.get(generation)?.ahead ?? []).reduce(heard, read);
    this.#keep(generation, now);
    return now;
  }

  #added(draft: Draft, id: string, knownMs: number): void {
    const { generation, number } = draft;
    this.#move(draft, draft.after(knownMs));
    const own = this.#own.get(generation) ?? [];
    this.#own.set(generation, own);
    if (number % RANGE_ENTRIES_PER_STATE === 0) {
      // Frames before this one are settled: their entries are needed no more once the head is here.
      const before = own.splice(0);
      void this.#logs.raise(generation, number).then(
        () => this.#logs.deleteLater(before),
        () => undefined,
      );
    }
    own.push(id);
  }

  #keep(generation: string, state: State): void {
    this.#states.delete(generation);
    this.#states.set(generation, state);
    if (this.#states.size <= RANGE_STATES_MAX) return;
    const [oldest] = this.#states.keys();
    if (oldest === undefined) return;
    this.#states.delete(oldest);
    this.#own.delete(oldest);
  }
}

const VOID = 'void';

function appliedRows(before: State, first: number, rows: readonly Row[]): State {
  return rows.reduce((state, row, index) => applyRow(state, first + index, row), before);
}

function applyRow(before: State, number: number, row: Row): State {
  if (typeof row.state === 'string') {
    const { ranges, pieces } = stateSchema.parse(JSON.parse(row.state));
    return {
      ...before,
      number,
      ranges: ranges.map(([from, to]) => ({ from, to })),
      pieces: pieces.map(unpackPiece),
    };
  }
  const pieces = piecesSchema.parse(JSON.parse(String(row.pieces))).map(unpackPiece);
  return { ...added(before, pieces), number };
}

/** With an entry that another one tells of, which says nothing of how long ago it was written. */
function heard(before: State, entry: AddedEntry): State {
  const { number } = entry;
  if (number <= before.number) return before;
  if (number > before.number + 1) {
    const ahead = [...before.ahead, entry];
    return ahead.length > RANGE_ENTRIES_AHEAD_MAX
      ? { ...before, isBehind: true, ahead: [] }
      : { ...before, ahead };
  }
  const now = { ...added(before, entry.pieces.map(unpackPiece)), number, ahead: [] };
  return before.ahead.toSorted((one, other) => one.number - other.number).reduce(heard, now);
}

function added(before: State, pieces: readonly Piece[]): State {
  return {
    ...before,
    ranges: mergeRanges(before.ranges, pieces),
    pieces: newest([...before.pieces, ...pieces]),
  };
}

function encodeState({ ranges, pieces }: State): string {
  return JSON.stringify({
    ranges: ranges.map(({ from, to }) => [from, to]),
    pieces: pieces.map(packPiece),
  });
}

/** The pieces of a generation's last PIECE_MEMORY_BYTES, PIECES_PER_GENERATION_MAX at most. */
function newest(pieces: readonly Piece[]): Piece[] {
  const end = pieces.reduce((most, { to }) => Math.max(most, to), 0);
  const near = pieces.filter(({ to }) => to > end - PIECE_MEMORY_BYTES);
  if (near.length <= PIECES_PER_GENERATION_MAX) return near;
  return near.sort((a, b) => a.to - b.to).slice(-PIECES_PER_GENERATION_MAX);
}
