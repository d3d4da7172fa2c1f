/** Counts of matching rows by level and time, without a flag for each row. */
import { LEVELS } from '@apiary/common/record.ts';
import type { TimeBuckets } from '../../records/record-set.ts';
import type { Stretch } from '../row-batch.ts';
import { countStretches, type OpenTemplate } from './compiled/times-memory.ts';
import type { FoundRows } from './found-rows.ts';
import { ALL, NONE } from './judge/judge.ts';
import { firstVarying, LEVEL_VARIES, type SlotTable } from './slot-table.ts';

/** In place of a level's code: it depends on the row whether it matches, or which level it has. */
const OPEN = 255;
/** Of rows that do not match, of those without a level, and of each level. */
const CODES = LEVELS.length + 2;
const EVER = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };

/** What is counted. */
export interface CountedRows {
  readonly found: FoundRows;
  /** By row. */
  readonly template: Uint16Array;
  readonly stretches: readonly Stretch[];
  readonly facts: Pick<SlotTable, 'level' | 'rows'>;
  /** See ChunkData.varyingLevels; empty where no template that matches needs it. */
  readonly varying: Uint8Array;
  /** The section of times. */
  readonly times: Buffer;
}

/** True if counts need the levels of single rows. */
export function needsVarying({ states }: FoundRows, level: Uint8Array): boolean {
  return states.some((state, id) => state !== NONE && level[id] === LEVEL_VARIES);
}

/** Counts rows as `Matches.byTime` says: what a template says of all its rows is one number. @throws AppError `store-corrupt` */
export function countByTime(
  rows: CountedRows,
  { from: origin, step, buckets }: TimeBuckets,
): Uint32Array {
  const { template, times, stretches, found } = rows;
  const codes = codesOf(rows);
  const columns = { template, times, codes, open: openTemplates(rows, codes) };
  const span = { origin, step, buckets, range: found.range ?? EVER };
  return countStretches(columns, stretches, span, CODES).subarray(buckets);
}

/** By template: 0 if no row matches, one more than the level's code if all do and have it, or OPEN. */
function codesOf({ found: { states }, facts: { level } }: CountedRows): Uint8Array {
  return states.map((state, id) => {
    if (state === NONE) return 0;
    const code = level[id] ?? 0;
    return state === ALL && code !== LEVEL_VARIES ? code + 1 : OPEN;
  });
}

/** Those that say nothing of all their rows. */
function openTemplates(
  { found, facts, varying }: CountedRows,
  codes: Uint8Array,
): Map<number, OpenTemplate> {
  const first = firstVarying(facts);
  const open = new Map<number, OpenTemplate>();
  for (let id = codes.indexOf(OPEN); id >= 0; id = codes.indexOf(OPEN, id + 1)) {
    const rows = facts.rows[id] ?? 0;
    const level = facts.level[id] ?? 0;
    const from = first[id] ?? 0;
    const levels = level === LEVEL_VARIES ? varying.subarray(from, from + rows) : undefined;
    open.set(id, { rows, flags: found.partial.get(id), level, levels });
  }
  return open;
}
