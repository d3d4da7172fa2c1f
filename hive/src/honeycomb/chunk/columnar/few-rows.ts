/**
 * Everything of a few rows, as a page shows them: nothing is made for each row of the chunk. What a row is in the order of
 * templates tells its level, its length and its values, and is counted for the stretches of those rows alone.
 */
import { LEVELS } from '@apiary/common/record.ts';
import type { RecordSet } from '../../record-set.ts';
import { type Stretch, stretchAt } from '../row-batch.ts';
import type { ChunkData } from './chunk-data.ts';
import { columnWindows } from './column-window.ts';
import { corruptRow } from './decode-rows.ts';
import { type LengthList, offsetsOf } from './length-column.ts';
import { firstVarying, LEVEL_VARIES } from './slot-table.ts';
import { TemplateDecoder } from './template-decoder.ts';

/** Past so many rows their stretches are most of the chunk. */
const ROWS_MAX = 512;

/** The rows of one stretch, by their place in it. */
interface StretchRows {
  readonly stretch: Stretch;
  /** Index within its template. */
  readonly rank: Uint32Array;
  readonly time: Float64Array;
  /** Bytes of the body as stored. */
  readonly body: Uint32Array;
  readonly source: Uint32Array;
  readonly offset: Float64Array;
}

/** See the file's head. Undefined: there are too many, or some that are kept as they are. @throws AppError `store-corrupt` */
export async function loadFewRows(
  data: ChunkData,
  wanted: Uint32Array,
): Promise<RecordSet | undefined> {
  const [{ head, stretches }, { template }] = [await data.runs(), await data.ids()];
  if (wanted.length > ROWS_MAX) return undefined;
  if (wanted.some((row) => template[row] === head.templates)) return undefined;
  const known = await stretchRows(data, wanted);
  const rowsAt = (row: number) => {
    const own = known.get(stretchAt(stretches, row));
    if (!own) throw notLoaded(row);
    return own;
  };
  const of = (row: number, column: (rows: StretchRows) => ArrayLike<number>) => {
    const own = rowsAt(row);
    return column(own)[row - own.stretch.from] ?? 0;
  };
  const rank = (row: number) => of(row, (rows) => rows.rank);
  const time = (row: number) => of(row, (rows) => rows.time);
  const length = (row: number) => of(row, (rows) => rows.body);
  const slots = await data.slots();
  const levelOf = await levels(data, wanted);
  const bodies = await decodeBodies(data, wanted, { rank, time, length });
  return {
    count: head.rows,
    isVisible: () => true,
    time,
    level: (row) => LEVELS[levelOf(template[row] ?? 0, rank(row)) - 1],
    source: (row) => rowsAt(row).stretch.source,
    offset: (row) => of(row, (rows) => rows.offset),
    sourceLength: (row) => of(row, (rows) => rows.source),
    sequence: (row) => rowsAt(row).stretch.sequence,
    observed: (row) => rowsAt(row).stretch.observed,
    timestampLength: (row) => slots.timestampLength[template[row] ?? 0] ?? 0,
    body(row) {
      const whole = bodies.get(row);
      if (!whole) throw notLoaded(row);
      const ended = whole.at(-1) === 10 && !rowsAt(row).stretch.mapped;
      return ended ? whole.subarray(0, -1) : whole;
    },
  };
}

function notLoaded(row: number): RangeError {
  return new RangeError(`row ${row} was not loaded`);
}

async function stretchRows(
  data: ChunkData,
  wanted: Uint32Array,
): Promise<Map<Stretch, StretchRows>> {
  const [{ stretches }, { template }] = [await data.runs(), await data.ids()];
  const [index, list] = [await data.timeIndex(), await data.lengthList()];
  const all = new Set(Array.from(wanted, (row) => stretchAt(stretches, row)));
  const ranks = ranksOf(template, (await data.slots()).rows, all);
  const result = new Map<Stretch, StretchRows>();
  let mapped = 0;
  for (const [at, stretch] of stretches.entries()) {
    if (result.size === all.size) break;
    const mappedFrom = mapped;
    if (stretch.mapped) mapped += stretch.to - stretch.from;
    const [times, rank] = [index.stretches[at], ranks.get(stretch)];
    if (!times || !rank) continue;
    const body = bodyLengths(list, template.subarray(stretch.from, stretch.to), rank);
    const source = stretch.mapped ? list.mapped.subarray(mappedFrom, mapped) : body;
    const offset = offsetsOf(stretch, source);
    result.set(stretch, { stretch, rank, time: index.timesOf(times), body, source, offset });
  }
  return result;
}

/**
 * By row of each stretch: its index within its template. Counted from the nearer end of the chunk, as a page is mostly
 * of its last rows.
 *
 * @param rows how many each template has
 */
function ranksOf(
  template: Uint16Array,
  rows: Uint32Array,
  stretches: ReadonlySet<Stretch>,
): Map<Stretch, Uint32Array> {
  const wanted = [...stretches].sort((a, b) => a.from - b.from);
  const fromEnd = template.length - (wanted[0]?.from ?? 0) < (wanted.at(-1)?.to ?? 0);
  const ranks = new Map<Stretch, Uint32Array>();
  const count = fromEnd ? rows.slice() : new Uint32Array(rows.length);
  let row = fromEnd ? template.length : 0;
  for (const stretch of fromEnd ? wanted.reverse() : wanted) {
    const rank = new Uint32Array(stretch.to - stretch.from);
    ranks.set(stretch, rank);
    const own = template.subarray(stretch.from, stretch.to);
    if (fromEnd) {
      countBack(template.subarray(stretch.to, row), count);
      rankBack(own, count, rank);
      row = stretch.from;
    } else {
      countOn(template.subarray(row, stretch.from), count);
      rankOn(own, count, rank);
      row = stretch.to;
    }
  }
  return ranks;
}

function countBack(template: Uint16Array, count: Uint32Array): void {
  for (const id of template) count[id] = (count[id] ?? 0) - 1;
}

function countOn(template: Uint16Array, count: Uint32Array): void {
  for (const id of template) count[id] = (count[id] ?? 0) + 1;
}

/** @param count by template: its rows up to the last of these, and then those before the first */
function rankBack(template: Uint16Array, count: Uint32Array, rank: Uint32Array): void {
  for (let row = template.length - 1; row >= 0; row--) {
    const id = template[row] ?? 0;
    const own = (count[id] ?? 0) - 1;
    count[id] = own;
    rank[row] = own;
  }
}

/** @param count by template: its rows before the first of these, and then those up to the last */
function rankOn(template: Uint16Array, count: Uint32Array, rank: Uint32Array): void {
  for (let row = 0; row < template.length; row++) {
    const id = template[row] ?? 0;
    const own = count[id] ?? 0;
    count[id] = own + 1;
    rank[row] = own;
  }
}

function bodyLengths({ fixed, first, list }: LengthList, template: Uint16Array, rank: Uint32Array) {
  return rank.map((own, at) => {
    const id = template[at] ?? 0;
    const from = first[id] ?? 0;
    return (fixed[id] ?? 0) + (from > 0 ? (list[from - 1 + own] ?? 0) : 0);
  });
}

/** Tells the code of a row's level by its template and its index within that. */
async function levels(data: ChunkData, wanted: Uint32Array) {
  const [{ template }, { level, rows }] = [await data.ids(), await data.slots()];
  const varies = wanted.some((row) => level[template[row] ?? 0] === LEVEL_VARIES);
  const varying = varies ? await data.varyingLevels() : Buffer.alloc(0);
  const first = varies ? firstVarying({ level, rows }) : new Uint32Array(0);
  return (id: number, rank: number) => {
    const own = level[id] ?? 0;
    return own === LEVEL_VARIES ? (varying[(first[id] ?? 0) + rank] ?? 0) : own;
  };
}

/** Bodies as stored, by row. */
async function decodeBodies(
  data: ChunkData,
  wanted: Uint32Array,
  of: Readonly<Record<'rank' | 'time' | 'length', (row: number) => number>>,
): Promise<Map<number, Buffer>> {
  const [slots, dictionary, { template }] = [
    await data.slots(),
    await data.dictionary(),
    await data.ids(),
  ];
  const byTemplate = Map.groupBy(wanted.toSorted(), (row) => template[row] ?? 0);
  const bodies = new Map<number, Buffer>();
  for (const [id, rows] of byTemplate) {
    const [first, last] = [rows[0] ?? 0, rows.at(-1) ?? 0];
    const window = { first: of.rank(first), last: of.rank(last) };
    const columns = await columnWindows(data, slots, id, window);
    const decoder = new TemplateDecoder(id, { slots, dictionary }, columns);
    for (const row of rows) {
      const bytes = Buffer.alloc(of.length(row));
      if (decoder.write(of.rank(row), of.time(row), bytes, 0) !== bytes.length) {
        throw corruptRow(row);
      }
      bodies.set(row, bytes);
    }
  }
  return bodies;
}
