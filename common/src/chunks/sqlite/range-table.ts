import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { PIECE_MEMORY_BYTES, PIECES_PER_GENERATION_MAX } from '../../limits.ts';
import type { Run } from '../../messages/data/run.ts';
import type { RunOutcome } from '../chunks.ts';
import { type ByteRange, judgeRun, mergeRanges, type Piece } from '../ranges.ts';

/** How often old pieces are dropped: once in so many appends. */
const TRIM_EVERY = 64;

/** The ranges that are held, and the checksums of their newest pieces. Used within a transaction. */
export class RangeTable {
  readonly #touching: StatementSync;
  readonly #all: StatementSync;
  readonly #remove: StatementSync;
  readonly #put: StatementSync;
  readonly #piecesWithin: StatementSync;
  readonly #putPiece: StatementSync;
  readonly #trim: StatementSync;
  readonly #count: StatementSync;
  #appends = 0;

  constructor(database: DatabaseSync) {
    this.#touching = database.prepare(
      'SELECT start, stop FROM ranges WHERE generation = ? AND start <= ? ORDER BY start DESC',
    );
    this.#all = database.prepare(
      'SELECT start, stop FROM ranges WHERE generation = ? ORDER BY start',
    );
    this.#count = database.prepare('SELECT count(*) AS count FROM ranges');
    this.#remove = database.prepare('DELETE FROM ranges WHERE generation = ? AND start = ?');
    this.#put = database.prepare('INSERT OR REPLACE INTO ranges VALUES (?, ?, ?, ?)');
    this.#piecesWithin = database.prepare(
      `SELECT start, stop, checksum, mapped FROM pieces
       WHERE generation = ? AND stop > ? AND stop <= ? AND start >= ?`,
    );
    this.#putPiece = database.prepare('INSERT OR REPLACE INTO pieces VALUES (?, ?, ?, ?, ?)');
    this.#trim = database.prepare(
      `DELETE FROM pieces WHERE generation = ?1 AND (
         stop <= (SELECT max(stop) FROM pieces WHERE generation = ?1) - ${PIECE_MEMORY_BYTES}
         OR stop < (SELECT stop FROM pieces WHERE generation = ?1
                    ORDER BY stop DESC LIMIT 1 OFFSET ${PIECES_PER_GENERATION_MAX - 1}))`,
    );
  }

  /** Judges a run and takes note of what is stored of it. */
  judge(run: Run, day: string): RunOutcome {
    const held = this.#heldAround(run);
    const overlaps = held.some((range) => range.from < run.to && range.to > run.from);
    const { outcome, pieces } = judgeRun(run, held, overlaps ? this.#readPieces(run) : []);
    if (outcome.kind !== 'stored') return outcome;
    const merged = mergeRanges(held, outcome.pieces);
    for (const range of held) {
      if (!merged.some((other) => other.from === range.from)) {
        this.#remove.run(run.generation, range.from);
      }
    }
    for (const range of merged) this.#put.run(run.generation, range.from, range.to, day);
    for (const piece of pieces) this.#writePiece(run.generation, piece);
    if (++this.#appends % TRIM_EVERY === 0) this.#trim.run(run.generation);
    return outcome;
  }

  /** All ranges of a generation, merged, ascending. */
  rangesOf(generation: string): ByteRange[] {
    return this.#all.all(generation).map(toRange);
  }

  /** Ranges of all generations. */
  count(): number {
    return Number(this.#count.get()?.count ?? 0);
  }

  #heldAround(run: Run): ByteRange[] {
    const held: ByteRange[] = [];
    for (const row of this.#touching.iterate(run.generation, run.to)) {
      const range = toRange(row);
      if (range.to < run.from) break;
      held.push(range);
    }
    return held.reverse();
  }

  #readPieces(run: Run): Piece[] {
    return this.#piecesWithin.all(run.generation, run.from, run.to, run.from).map((row) => ({
      ...toRange(row),
      checksum: Number(row.checksum),
      mapped: row.mapped === 1,
    }));
  }

  #writePiece(generation: string, piece: Piece): void {
    const { from, to, checksum, mapped } = piece;
    this.#putPiece.run(generation, to, from, checksum, mapped ? 1 : 0);
  }
}

function toRange(row: Record<string, unknown>): ByteRange {
  return { from: Number(row.start), to: Number(row.stop) };
}
