/**
 * How runs are judged and cut, the same for all drivers and pure: what of a run is held already, what
 * remains, and whether bytes that came again are the bytes that were stored.
 *
 * A run whose body is the source is cut by the byte; where it is not (container prefixes, skipped NULs),
 * between records. Where a held range ends within such a record, what is missing of its source is stored
 * with the whole body, as a record of its own: rather a part twice than a byte lost.
 */
import { crc32 } from 'node:zlib';
import type { Run } from '../messages/data/run.ts';
import type { RunOutcome } from './chunks.ts';

/** Bytes `from` (inclusive) to `to` (exclusive) of a generation. */
export interface ByteRange {
  readonly from: number;
  readonly to: number;
}

/** A stored piece and the CRC-32 (`node:zlib`) of its bytes, to compare with what comes again. */
export interface Piece extends ByteRange {
  readonly checksum: number;
  /** The body was not the source. */
  readonly mapped: boolean;
}

/** What became of a run, and what a driver has to keep of it. */
export interface Judgement {
  readonly outcome: RunOutcome;
  /** One for each stored piece of the outcome. */
  readonly pieces: readonly Piece[];
}

/**
 * What of `range` is in none of `held`, ascending.
 *
 * @param held ascending, not overlapping
 */
export function subtractRanges(range: ByteRange, held: readonly ByteRange[]): ByteRange[] {
  const rest: ByteRange[] = [];
  let from = range.from;
  for (const taken of held) {
    if (taken.to <= from) continue;
    if (taken.from >= range.to) break;
    if (taken.from > from) rest.push({ from, to: taken.from });
    from = taken.to;
  }
  if (from < range.to) rest.push({ from, to: range.to });
  return rest;
}

/**
 * The union of `held` and `added`, ascending; touching ranges become one.
 *
 * @param held ascending, not overlapping
 */
export function mergeRanges(held: readonly ByteRange[], added: readonly ByteRange[]): ByteRange[] {
  const merged: { from: number; to: number }[] = [];
  for (const range of [...held, ...added].sort((a, b) => a.from - b.from)) {
    const last = merged.at(-1);
    if (last && range.from <= last.to) last.to = Math.max(last.to, range.to);
    else merged.push({ from: range.from, to: range.to });
  }
  return merged;
}

/**
 * Judges a run against what its generation holds.
 *
 * @param held the generation's ranges that overlap or touch the run, ascending, not overlapping
 * @param pieces stored pieces of the generation that lie within the run
 */
export function judgeRun(
  run: Run,
  held: readonly ByteRange[],
  pieces: readonly Piece[],
): Judgement {
  for (const piece of pieces) {
    if (piece.from < run.from || piece.to > run.to) continue;
    const checksum = checksumWithin(run, piece);
    if (checksum !== undefined && checksum !== piece.checksum) {
      return { outcome: { kind: 'differs', from: piece.from, to: piece.to }, pieces: [] };
    }
  }
  const parts = subtractRanges(run, held).map((range) => cutRun(run, range));
  if (parts.length === 0) return { outcome: { kind: 'held' }, pieces: [] };
  const stored = parts.map(describePiece);
  const checksums = stored.map(({ checksum }) => checksum);
  return { outcome: { kind: 'stored', pieces: parts, checksums }, pieces: stored };
}

function describePiece(run: Run): Piece {
  const mapped = run.bodyLengths !== undefined;
  return { from: run.from, to: run.to, checksum: crc32(run.data), mapped };
}

function checksumWithin(run: Run, piece: Piece): number | undefined {
  if (piece.mapped !== (run.bodyLengths !== undefined)) return undefined;
  if (!piece.mapped) {
    return crc32(run.data.subarray(piece.from - run.from, piece.to - run.from));
  }
  if (!isRecordBoundary(run, piece.from) || !isRecordBoundary(run, piece.to)) return undefined;
  return crc32(cutRun(run, piece).data);
}

function isRecordBoundary(run: Run, offset: number): boolean {
  let at = run.from;
  for (const length of run.sourceLengths) {
    if (at >= offset) break;
    at += length;
  }
  return at === offset;
}

/**
 * The part of a run that lies in `range`, which must overlap it; `data` is a view. The ends say whether
 * they cut a record.
 */
export function cutRun(run: Run, range: ByteRange): Run {
  const from = Math.max(run.from, range.from);
  const to = Math.min(run.to, range.to);
  if (from === run.from && to === run.to) return run;
  const cut = findRecords(run, from, to);
  const mapped = run.bodyLengths !== undefined;
  const sourceLengths = run.sourceLengths.slice(cut.first, cut.last + 1);
  if (cut.first === cut.last) {
    sourceLengths[0] = to - from;
  } else {
    sourceLengths[0] = cut.firstEnd - from;
    sourceLengths[sourceLengths.length - 1] = to - cut.lastStart;
  }
  const startsInside = from > cut.firstStart;
  const endsInside = to < cut.lastEnd;
  return {
    ...run,
    from,
    to,
    startsMidRecord: from === run.from ? run.startsMidRecord : startsInside && !mapped,
    endsMidRecord: to === run.to ? run.endsMidRecord : endsInside && !mapped,
    data: mapped
      ? run.data.subarray(cut.bodyFrom, cut.bodyTo)
      : run.data.subarray(from - run.from, to - run.from),
    sourceLengths,
    bodyLengths: run.bodyLengths?.slice(cut.first, cut.last + 1),
  };
}

/** Where the records that hold the bytes `from` to `to` begin and end, in the source and in the body. */
function findRecords(run: Run, from: number, to: number) {
  const cut = {
    first: -1,
    firstStart: 0,
    firstEnd: 0,
    last: 0,
    lastStart: 0,
    lastEnd: 0,
    bodyFrom: 0,
    bodyTo: 0,
  };
  let start = run.from;
  let body = 0;
  for (let index = 0; index < run.sourceLengths.length && start < to; index++) {
    const end = start + (run.sourceLengths[index] ?? 0);
    const bodyEnd = body + (run.bodyLengths?.[index] ?? 0);
    if (end > from) {
      if (cut.first < 0) {
        cut.first = index;
        cut.firstStart = start;
        cut.firstEnd = end;
        cut.bodyFrom = body;
      }
      cut.last = index;
      cut.lastStart = start;
      cut.lastEnd = end;
      cut.bodyTo = bodyEnd;
    }
    start = end;
    body = bodyEnd;
  }
  return cut;
}
