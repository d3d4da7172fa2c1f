/**
 * Everything of a few rows, as a page shows them: nothing is made for each row of the chunk. What a row is in the order of
 * templates tells its level, its length and its values, and is counted for the stretches of those rows alone.
 */
import { LEVELS } from '@apiary/common/record.ts';
import type { RecordSet } from '../../records/record-set.ts';
import { type Stretch, stretchAt } from '../row-batch.ts';
import type { ChunkData } from './chunk-data.ts';
import { columnWindows } from './column-window.ts';
import { corruptRow } from './decode-rows.ts';
import { type LengthList, offsetsOf } from './length-column.ts';
import { firstVarying, LEVEL_VARIES } from './slot-table.ts';
import { TemplateDecoder } from './template-decoder.ts';
import type { TimesByStretch } from './time-column.ts';

/** Past so many rows their stretches are most of the chunk. */
const ROWS_MAX = 512;

/** The rows of one stretch, by their place in it. */
interface StretchRows {
  readonly stretch: Stretch;
  /** Its template. */
  readonly template: Uint16Array;
  /** Index within its template. */
  readonly rank: Uint32Array;
  readonly time: Float64Array;
  /** Bytes of the body as stored. */
  readonly body: Uint32Array;
  readonly source: Uint32Array;
  readonly offset: Float64Array;
}

/**
 * See the file's head. Undefined: there are too many, or some that are kept as they are.
 *
 * @param known times of the stretches of these rows; undefined: those of all stretches are indexed
 * @throws AppError `store-corrupt`
 */
export async function loadFewRows(
  data: ChunkData,
  wanted: Uint32Array,
  known: TimesByStretch | undefined,
): Promise<RecordSet | undefined> {
  const { head, stretches } = await data.runs();
  if (wanted.length > ROWS_MAX) return undefined;
  const found = await stretchRows(data, wanted, known);
  const rowsAt = (row: number) => {
    const own = found.get(stretchAt(stretches, row));
    if (!own) throw notLoaded(row);
    return own;
  };
  const of = (row: number, column: (rows: StretchRows) => ArrayLike<number>) => {
    const own = rowsAt(row);
    return column(own)[row - own.stretch.from] ?? 0;
  };
  const template = (row: number) => of(row, (rows) => rows.template);
  if (wanted.some((row) => template(row) === head.templates)) return undefined;
  const rank = (row: number) => of(row, (rows) => rows.rank);
  const time = (row: number) => of(row, (rows) => rows.time);
  const length = (row: number) => of(row, (rows) => rows.body);
  const slots = await data.slots();
  const levelOf = await levels(data, wanted, template);
  const bodies = await decodeBodies(data, wanted, { template, rank, time, length });
  return {
    count: head.rows,
    isVisible: () => true,
    time,
    level: (row) => LEVELS[levelOf(template(row), rank(row)) - 1],
    source: (row) => rowsAt(row).stretch.source,
    offset: (row) => of(row, (rows) => rows.offset),
    sourceLength: (row) => of(row, (rows) => rows.source),
    sequence: (row) => rowsAt(row).stretch.sequence,
    observed: (row) => rowsAt(row).stretch.observed,
    timestampLength: (row) => slots.timestampLength[template(row)] ?? 0,
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
  known: TimesByStretch | undefined,
): Promise<Map<Stretch, StretchRows>> {
  const { stretches } = await data.runs();
  const list = await data.lengthList();
  const all = new Set(Array.from(wanted, (row) => stretchAt(stretches, row)));
  const times = known ?? (await data.timeIndex()).timesOfSome(stretches, all);
  const ranks = await ranksOf(data, all);
  const result = new Map<Stretch, StretchRows>();
  let mapped = 0;
  for (const stretch of stretches) {
    if (result.size === all.size) break;
    const mappedFrom = mapped;
    if (stretch.mapped) mapped += stretch.to - stretch.from;
    const [time, ranked] = [times.get(stretch), ranks.get(stretch)];
    if (!time || !ranked) continue;
    const { template, rank } = ranked;
    const body = bodyLengths(list, template, rank);
    const source = stretch.mapped ? list.mapped.subarray(mappedFrom, mapped) : body;
    const offset = offsetsOf(stretch, source);
    result.set(stretch, { stretch, template, rank, time, body, source, offset });
  }
  return result;
}

/**
 * By row of each stretch: its template, and its index within that. Sections of ids are read that have some of these rows:
 * how many rows of each template are before them, the chunk's slots tell.
 */
async function ranksOf(
  data: ChunkData,
  stretches: ReadonlySet<Stretch>,
): Promise<Map<Stretch, Pick<StretchRows, 'template' | 'rank'>>> {
  const { rows, idsRows = rows } = (await data.runs()).head;
  const { rowsIn, rows: byTemplate } = await data.slots();
  const templates = byTemplate.length;
  let count = new Uint32Array(templates);
  /** Rows that are in `count`. */
  let counted = 0;
  const ranks = new Map<Stretch, Pick<StretchRows, 'template' | 'rank'>>();
  for (const stretch of [...stretches].sort((one, other) => one.from - other.from)) {
    const section = Math.floor(stretch.from / idsRows);
    if (counted < section * idsRows) {
      count = sumOf(rowsIn.subarray(0, section * templates), templates);
      counted = section * idsRows;
    }
    countOn(await idsOf(data, counted, stretch.from), count);
    const template = await idsOf(data, stretch.from, stretch.to);
    ranks.set(stretch, { template, rank: rankOn(template, count) });
    counted = stretch.to;
  }
  return ranks;
}

/** Templates of the rows from one to before another. */
async function idsOf(data: ChunkData, from: number, to: number): Promise<Uint16Array> {
  const { rows, idsRows = rows } = (await data.runs()).head;
  const ids = new Uint16Array(to - from);
  for (let part = Math.floor(from / idsRows); part * idsRows < to; part++) {
    const own = await data.idsPart(part);
    const begin = Math.max(from, own.from);
    ids.set(own.template.subarray(begin - own.from, to - own.from), begin - from);
  }
  return ids;
}

/** By template: the sum of what each section has. */
function sumOf(rowsIn: Uint32Array, templates: number): Uint32Array<ArrayBuffer> {
  const sum = new Uint32Array(templates);
  for (let at = 0; at < rowsIn.length; at++) {
    sum[at % templates] = (sum[at % templates] ?? 0) + (rowsIn[at] ?? 0);
  }
  return sum;
}

function countOn(template: Uint16Array, count: Uint32Array): void {
  for (const id of template) count[id] = (count[id] ?? 0) + 1;
}

/** @param count by template: its rows before the first of these, and then those up to the last */
function rankOn(template: Uint16Array, count: Uint32Array): Uint32Array {
  const rank = new Uint32Array(template.length);
  for (let row = 0; row < template.length; row++) {
    const id = template[row] ?? 0;
    const own = count[id] ?? 0;
    count[id] = own + 1;
    rank[row] = own;
  }
  return rank;
}

function bodyLengths({ fixed, first, list }: LengthList, template: Uint16Array, rank: Uint32Array) {
  return rank.map((own, at) => {
    const id = template[at] ?? 0;
    const from = first[id] ?? 0;
    return (fixed[id] ?? 0) + (from > 0 ? (list[from - 1 + own] ?? 0) : 0);
  });
}

/** Tells the code of a row's level by its template and its index within that. */
async function levels(data: ChunkData, wanted: Uint32Array, template: (row: number) => number) {
  const { level, rows } = await data.slots();
  const varies = wanted.some((row) => level[template(row)] === LEVEL_VARIES);
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
  of: Readonly<Record<'template' | 'rank' | 'time' | 'length', (row: number) => number>>,
): Promise<Map<number, Buffer>> {
  const [slots, dictionary] = [await data.slots(), await data.dictionary()];
  const byTemplate = Map.groupBy(wanted.toSorted(), of.template);
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
