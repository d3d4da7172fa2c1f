/** Counts of matching rows by level and time, without a flag for each row. */
import { LEVELS } from '@apiary/common/record.ts';
import type { TimeBuckets } from '../../record-set.ts';
import type { Stretch } from '../row-batch.ts';
import type { FoundRows } from './found-rows.ts';
import { ALL, NONE } from './judge/judge.ts';
import { firstVarying, LEVEL_VARIES, type TemplateFacts } from './slot-table.ts';
import type { TimeReader } from './time-column.ts';

/** In place of a level's code: it depends on the row whether it matches, or which level it has. */
const OPEN = 255;
const CODES = LEVELS.length + 1;

/** What is counted. */
export interface CountedRows {
  readonly found: FoundRows;
  /** By row. */
  readonly template: Uint16Array;
  readonly stretches: readonly Stretch[];
  readonly facts: Pick<TemplateFacts, 'level' | 'rows'>;
  /** See ChunkData.varyingLevels; empty where no template that matches needs it. */
  readonly varying: Uint8Array;
}

interface CountsByTime {
  readonly counts: Uint32Array;
  /** Of the rows at hand. */
  readonly times: Float64Array;
  readonly range: { readonly from: number; readonly to: number };
  readonly origin: number;
  readonly step: number;
  readonly buckets: number;
}

/** True if counts need the levels of single rows. */
export function needsVarying({ states }: FoundRows, level: Uint8Array): boolean {
  return states.some((state, id) => state !== NONE && level[id] === LEVEL_VARIES);
}

/**
 * Counts rows as `Matches.byTime` says. What a template says of all its rows is one number, and rows of a stretch
 * that fall into one bucket need no time of their own.
 */
export function countByTime(
  rows: CountedRows,
  reader: TimeReader,
  { from: origin, step, buckets }: TimeBuckets,
): Uint32Array {
  const { template, stretches, found } = rows;
  const codes = codesOf(rows);
  const open = new OpenRows(rows);
  const counts = new Uint32Array(CODES * buckets);
  const room = stretches.reduce((most, { from, to }) => Math.max(most, to - from), 0);
  const times = new Float64Array(room);
  const range = found.range ?? { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };
  const bucketOf = (time: number) =>
    Math.min(Math.max(Math.floor((time - origin) / step), 0), buckets - 1);
  const together = new Uint32Array(CODES + 1);
  const byTime = { counts, times, range, origin, step, buckets };
  for (const { from, to } of stretches) {
    const { least, most } = reader.read(to - from, times);
    const bucket = bucketOf(least);
    const own = template.subarray(from, to);
    if (bucket !== bucketOf(most) || least < range.from || most >= range.to) {
      countEach(own, codes, open, byTime);
      continue;
    }
    together.fill(0);
    countTogether(own, codes, open, together);
    for (let code = 0; code < CODES; code++) {
      const at = code * buckets + bucket;
      counts[at] = (counts[at] ?? 0) + (together[code + 1] ?? 0);
    }
  }
  reader.end();
  return counts;
}

/*
 * Measured: with these loops within the one over stretches, V8 left its compiled code behind each stretch, 460 times
 * in seven searches. As functions that are called often they are compiled for good in the first one.
 */

/** Counts rows by their code. */
function countTogether(
  template: Uint16Array,
  codes: Uint8Array,
  open: OpenRows,
  together: Uint32Array,
): void {
  for (let row = 0; row < template.length; row++) {
    const id = template[row] ?? 0;
    let code = codes[id] ?? 0;
    if (code === OPEN) code = open.next(id);
    together[code] = (together[code] ?? 0) + 1;
  }
}

/** Counts rows by their code and time. */
function countEach(
  template: Uint16Array,
  codes: Uint8Array,
  open: OpenRows,
  { counts, times, range, origin, step, buckets }: CountsByTime,
): void {
  const { from, to } = range;
  // Bounds of the last row's bucket, as rows of one stream follow one another in time.
  let [begin, end, own] = [0, 0, 0];
  for (let row = 0; row < template.length; row++) {
    const id = template[row] ?? 0;
    let code = codes[id] ?? 0;
    if (code === OPEN) code = open.next(id);
    if (code === 0) continue;
    const time = times[row] ?? 0;
    if (time < from || time >= to) continue;
    if (time < begin || time >= end) {
      const bucket = Math.floor((time - origin) / step);
      begin = origin + bucket * step;
      end = begin + step;
      own = Math.min(Math.max(bucket, 0), buckets - 1);
    }
    const at = (code - 1) * buckets + own;
    counts[at] = (counts[at] ?? 0) + 1;
  }
}

/** By template: 0 if no row matches, one more than the level's code if all do and have it, or OPEN. */
function codesOf({ found: { states }, facts: { level } }: CountedRows): Uint8Array {
  return states.map((state, id) => {
    if (state === NONE) return 0;
    const code = level[id] ?? 0;
    return state === ALL && code !== LEVEL_VARIES ? code + 1 : OPEN;
  });
}

/** Rows of templates that say nothing of all their rows, each template's in their order. */
class OpenRows {
  readonly #rows: CountedRows;
  readonly #varying: Uint32Array;
  /** By template: the index of its next row. */
  readonly #next: Uint32Array;
  readonly #partial: readonly (Uint8Array | undefined)[];

  constructor(rows: CountedRows) {
    this.#rows = rows;
    this.#varying = firstVarying(rows.facts);
    this.#next = new Uint32Array(rows.found.states.length);
    this.#partial = Array.from(rows.found.states, (_, id) => rows.found.partial.get(id));
  }

  /** What the next row of a template counts as: see {@link codesOf}. */
  next(id: number): number {
    const index = this.#next[id] ?? 0;
    this.#next[id] = index + 1;
    const partial = this.#partial[id];
    if (partial && partial[index] !== 1) return 0;
    const level = this.#rows.facts.level[id] ?? 0;
    if (level !== LEVEL_VARIES) return level + 1;
    return (this.#rows.varying[(this.#varying[id] ?? 0) + index] ?? 0) + 1;
  }
}
