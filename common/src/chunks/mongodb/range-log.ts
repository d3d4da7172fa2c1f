/**
 * The byte ranges that each generation holds, as a log of entries: who inserts the next entry of a
 * generation has added its pieces, and whoever wanted the same number has to judge again.
 */
import { z } from 'zod';
import type { Clock } from '../../clock.ts';
import {
  RANGE_ENTRIES_PER_STATE,
  RANGE_STATES_MAX,
  ROW_LOG_TRUST_MS,
} from '../../limits/mongodb.ts';
import { PIECE_MEMORY_BYTES, PIECES_PER_GENERATION_MAX } from '../../limits.ts';
import type { Run } from '../../messages/data/run.ts';
import type { Row } from '../../mongodb/database.ts';
import type { RunOutcome } from '../chunks.ts';
import { type ByteRange, judgeRun, mergeRanges, type Piece } from '../ranges.ts';
import { type LogRow, type RowLogs, rowId } from './row-log.ts';

const pieceSchema = z.tuple([z.number(), z.number(), z.number(), z.boolean()]);
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
}

const NOTHING: State = { number: 0, ranges: [], pieces: [], knownMs: 0, isBehind: false };

/** What one commit adds to one generation, before it is certain. */
export class Draft {
  readonly generation: string;
  readonly known: State;
  #ranges: readonly ByteRange[];
  readonly #pieces: Piece[] = [];

  constructor(generation: string, known: State) {
    this.generation = generation;
    this.known = known;
    this.#ranges = known.ranges;
  }

  get hasPieces(): boolean {
    return this.#pieces.length > 0;
  }

  /** The number of the entry that it would be. */
  get number(): number {
    return this.known.number + 1;
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
    return { number: this.number, ranges: this.#ranges, pieces, knownMs, isBehind: false };
  }
}

/** See the file's head. */
export class RangeLog {
  readonly #logs: RowLogs;
  readonly #clock: Clock;
  readonly #hasOthers: () => boolean;
  /** The least recently used first. */
  readonly #states = new Map<string, State>();
  /** Entries of this process that no head has passed yet, by generation. */
  readonly #own = new Map<string, string[]>();

  /** @param hasOthers whether other honeycombs may add to the same generations */
  constructor(logs: RowLogs, clock: Clock, hasOthers: () => boolean = () => false) {
    this.#logs = logs;
    this.#clock = clock;
    this.#hasOthers = hasOthers;
  }

  /** Reads what is not known of these generations, and makes a draft for each. */
  async drafts(generations: Iterable<string>): Promise<Map<string, Draft>> {
    const drafts = await Promise.all(
      [...generations].map(async (generation) => {
        const known = await this.#known(generation);
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
      if (others.has(id)) lost.add(generation);
      else if (await this.#logs.isBehind(generation, number, known.knownMs)) {
        await this.#logs.delete([id]);
        lost.add(generation);
      } else this.#added(draft, id, knownMs);
      if (lost.has(generation)) this.#keep(generation, { ...known, isBehind: true });
    }
    return lost;
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
   * What is known of a generation; where there are others, with what they have added since: to look is one
   * small read, to be refused is to write the blocks twice.
   */
  async #known(generation: string): Promise<State> {
    const state = this.#states.get(generation);
    if (!state) return await this.#load(generation);
    if (!state.isBehind && !this.#hasOthers()) return state;
    const knownMs = this.#clock.now();
    // Rows that old may have gone.
    if (knownMs - state.knownMs >= ROW_LOG_TRUST_MS) return await this.#load(generation);
    const rows = await this.#logs.read(generation, state.number + 1);
    const now = { ...appliedRows(state, state.number + 1, rows), knownMs, isBehind: false };
    this.#keep(generation, now);
    return now;
  }

  async #load(generation: string): Promise<State> {
    const knownMs = this.#clock.now();
    const { first, rows } = await this.#logs.load(generation);
    const state = { ...appliedRows(NOTHING, first, rows), knownMs };
    this.#keep(generation, state);
    return state;
  }

  #added(draft: Draft, id: string, knownMs: number): void {
    const { generation, number } = draft;
    this.#keep(generation, draft.after(knownMs));
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
      number,
      ranges: ranges.map(([from, to]) => ({ from, to })),
      pieces: pieces.map(unpackPiece),
      knownMs: 0,
      isBehind: false,
    };
  }
  const added = piecesSchema.parse(JSON.parse(String(row.pieces))).map(unpackPiece);
  return {
    number,
    ranges: mergeRanges(before.ranges, added),
    pieces: newest([...before.pieces, ...added]),
    knownMs: 0,
    isBehind: false,
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

function packPiece({ from, to, checksum, mapped }: Piece): z.output<typeof pieceSchema> {
  return [from, to, checksum, mapped];
}

function unpackPiece([from, to, checksum, mapped]: z.output<typeof pieceSchema>): Piece {
  return { from, to, checksum, mapped };
}
