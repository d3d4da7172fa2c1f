/** Encodes a batch of rows into sections: see `docs/reference/chunk-format.md`. */
import type { EncodedChunk } from '../chunk-format.ts';
import { ColumnWriter } from '../columns.ts';
import { levelCode } from '../level-code.ts';
import type { RowBatch } from '../row-batch.ts';
import type { LinearMemory } from './compiled/linear-memory.ts';
import type { Template } from './compiled/split-columns.ts';
import type { LexiconOptions } from './compiled/split-lexicon.ts';
import { encodeSlots, type TemplateRow } from './encode-slots.ts';
import { encodeHead, LEXICON_SECTION, partsOf } from './head.ts';
import { TemplateLevels } from './level-words.ts';
import { encodeNewest, NEWEST_BOUNDS, type NewestBounds } from './newest-rows.ts';
import { NEWEST } from './newest-section.ts';
import { numberLayout } from './number-frame.ts';
import { packNumbers, packSection, sealSection } from './sections.ts';
import { LEVEL_VARIES } from './slot-table.ts';
import { type SplitRows, Splitter } from './split-rows.ts';
import { STAMP_LAYOUTS } from './stamp-layouts.ts';
import { encodeTimes } from './time-column.ts';
import {
  collectColumns,
  type RowsByTemplate,
  sortRows,
  VARYING,
  type ValueColumns,
} from './value-columns.ts';
import { ValueFrames } from './value-frames.ts';

/**
 * Rows in one section of ids. Measured on 450,000 rows: to find where one of them is, all ids cost 0.5 ms to decompress
 * and 0.15 to go through, of 1.4 for a rare word in the chunk.
 */
const IDS_ROWS = 64 * 1024;
/** Frames of numbers of words: of three planes they are as large as others. */
const LEXICON: LexiconOptions = { valuesMin: 1024, frameValues: 64 * 1024 };
/** New templates per row, past which columns gain nothing. */
const TEMPLATES_PER_ROW_MAX = 0.25;
/** Chunks smaller than this have too few rows for that share to mean anything. */
const ROWS_FOR_SHARE = 1024;

/** Encodes chunk after chunk; keeps its memory and what it learnt of shapes. */
export class ColumnarEncoder {
  readonly #splitter = new Splitter();
  readonly #levels = new TemplateLevels();
  readonly #idsRows: number;
  readonly #newest: NewestBounds;
  readonly #lexicon: LexiconOptions;

  /** @param options `idsRows`: rows in one section of ids, default IDS_ROWS; `newest`: which rows are in that section; `lexicon`: default LEXICON */
  constructor({
    idsRows = IDS_ROWS,
    newest = NEWEST_BOUNDS,
    lexicon = LEXICON,
  }: {
    readonly idsRows?: number;
    readonly newest?: NewestBounds;
    readonly lexicon?: LexiconOptions;
  } = {}) {
    this.#idsRows = idsRows;
    this.#newest = newest;
    this.#lexicon = lexicon;
  }

  /** Memory for whoever decodes, until rows are encoded again: see {@link SplitMemory.lend}. */
  lendMemory(): LinearMemory {
    return this.#splitter.lendMemory();
  }

  /** Undefined when rows have so little in common that the plain body serves them better. */
  encode(batch: RowBatch, zstdLevel: number): EncodedChunk | undefined {
    const isSmall = batch.count <= ROWS_FOR_SHARE;
    const templatesMax = isSmall ? Number.POSITIVE_INFINITY : batch.count * TEMPLATES_PER_ROW_MAX;
    const split = this.#splitter.split(batch, templatesMax);
    if (!split) return undefined;
    const { templates } = split;
    const order = sortRows(split.template, templates.length);
    const columns = collectColumns(split, order, this.#lexicon);
    const levels = levelsOf(split, order, { columns, known: this.#levels });
    const frames = new ValueFrames(columns);
    const { lexicon } = columns;
    const ids = idsOf(split, this.#idsRows);
    const pack = (bytes: Uint8Array) => packSection(bytes, zstdLevel);
    const head = encodeHead(
      {
        rows: batch.count,
        bodyBytes: batch.start[batch.count] ?? 0,
        templates: templates.length,
        slots: columns.encoding.length,
        rawRows: (order.first[templates.length + 1] ?? 0) - (order.first[templates.length] ?? 0),
        frames: [...frames.lengths, ...(lexicon?.frames ?? []).map(({ textBytes }) => textBytes)],
        ...(lexicon && {
          lexicon: {
            words: lexicon.words,
            frames: lexicon.frames.length,
            frameValues: lexicon.frameValues,
            highBits: numberLayout(lexicon.words).highBits,
          },
        }),
        idsRows: this.#idsRows,
        byClass: true,
      },
      batch.stretches,
    );
    const facts = templateRows(split, { levels, ids });
    const newest = encodeNewest(batch, this.#newest);
    return {
      sections: [
        { name: 'head', bytes: pack(head) },
        { name: 'templates', bytes: pack(split.texts) },
        { name: 'slots', bytes: pack(encodeSlots(facts, columns)) },
        ...ids.map((part, index) => ({ name: `ids-${index}`, bytes: pack(bytesOf(part)) })),
        { name: 'times', bytes: pack(encodeTimes(batch.time, batch.stretches)) },
        { name: 'lengths', bytes: pack(encodeLengths(split, order, columns)) },
        { name: 'levels', bytes: pack(levels.varying) },
        ...(lexicon ? [{ name: LEXICON_SECTION, bytes: pack(lexicon.bytes) }] : []),
        ...[
          ...Array.from(frames, pack),
          ...(lexicon?.frames ?? []).map((frame) => packNumbers(frame.planes(), zstdLevel)),
        ].map((bytes, index) => ({ name: `values-${index}`, bytes })),
        ...(newest ? [{ name: NEWEST, bytes: pack(newest) }] : []),
        ...columns.blooms.map((part, index) => ({
          name: `bloom-${index}`,
          bytes: sealSection(part),
        })),
      ],
    };
  }
}

/** Levels by template, and row by row for templates where they differ. */
interface Levels {
  readonly byTemplate: Uint8Array;
  readonly varying: Buffer;
}

function levelsOf(
  split: SplitRows,
  { first, rows }: RowsByTemplate,
  { columns, known }: { readonly columns: ValueColumns; readonly known: TemplateLevels },
): Levels {
  const { batch, templates, texts } = split;
  const byTemplate = new Uint8Array(templates.length + 1).fill(LEVEL_VARIES);
  const varying: number[] = [];
  const codeOf = (row: number) => levelCode(batch, row);
  for (let id = 0; id <= templates.length; id++) {
    const template = templates[id];
    const own = rows.subarray(first[id], first[id + 1]);
    if (template) {
      const { firstSlot, slots, layout } = template;
      const facts = {
        longest: columns.longest.subarray(firstSlot, firstSlot + slots),
        hasLevelWord: template.hasLevelWord,
        stampBytes: STAMP_LAYOUTS[layout]?.length ?? 0,
      };
      const text = texts.toString('latin1', template.from, template.to);
      const level = known.of(text, facts, () => codeOf(own[0] ?? 0));
      if (level !== undefined) {
        byTemplate[id] = level;
        continue;
      }
    }
    for (const row of own) varying.push(codeOf(row));
  }
  return { byTemplate, varying: Buffer.from(varying) };
}

function templateRows(
  split: SplitRows,
  { levels, ids }: { readonly levels: Levels; readonly ids: readonly Uint16Array[] },
): TemplateRow[] {
  const raw = split.templates.length;
  const counts = ids.map((part) => {
    const count = new Uint32Array(raw + 1);
    for (let row = 0; row < part.length; row++) {
      const id = part[row] ?? 0;
      count[id] = (count[id] ?? 0) + 1;
    }
    return count;
  });
  const rowsOf = (id: number) => counts.map((count) => count[id] ?? 0);
  const rows: TemplateRow[] = split.templates.map((template, id) => ({
    ...template,
    rows: rowsOf(id),
    level: levels.byTemplate[id] ?? LEVEL_VARIES,
  }));
  rows.push({
    ...{ slots: 1, rows: rowsOf(raw), layout: -1, shift: 0, timestampLength: 0, hiddenTokens: 0 },
    ...{ ended: false, level: LEVEL_VARIES },
  });
  return rows;
}

/** By row: its template, so many rows in each part; there is a part where there are no rows. */
function idsOf(split: SplitRows, partRows: number): Uint16Array[] {
  const raw = split.templates.length;
  const ids = split.template.slice();
  for (let row = 0; row < ids.length; row++) if ((ids[row] ?? 0) > raw) ids[row] = raw;
  return Array.from({ length: partsOf(ids.length, partRows) }, (_, part) =>
    ids.subarray(part * partRows, (part + 1) * partRows),
  );
}

function bytesOf({ buffer, byteOffset, byteLength }: Uint16Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

/**
 * In the order of templates: what a row's values are longer than their fixed part; for raw rows their
 * length and their time stamp's; then the source lengths of rows whose body is not the source.
 */
function encodeLengths(
  split: SplitRows,
  { first, rows }: RowsByTemplate,
  columns: ValueColumns,
): Buffer {
  const { batch, templates } = split;
  const { start, sourceLength, timestampLength } = batch;
  const out = new ColumnWriter();
  for (const [id, template] of templates.entries()) {
    const fixed = fixedLength(template, columns);
    if (fixed === undefined) continue;
    for (let at = first[id] ?? 0; at < (first[id + 1] ?? 0); at++) {
      const row = rows[at] ?? 0;
      out.unsigned((start[row + 1] ?? 0) - (start[row] ?? 0) - fixed);
    }
  }
  for (const row of rows.subarray(first[templates.length])) {
    out.unsigned((start[row + 1] ?? 0) - (start[row] ?? 0));
    out.unsigned(timestampLength[row] ?? 0);
  }
  for (const { mapped, from, to } of batch.stretches) {
    if (!mapped) continue;
    for (let row = from; row < to; row++) out.unsigned(sourceLength[row] ?? 0);
  }
  return out.result();
}

/** Bytes that all rows of a template have, beside those of varying values; undefined without such values. */
function fixedLength(template: Template, { encoding, longest }: ValueColumns): number | undefined {
  const { from, to, slots, firstSlot, layout, ended } = template;
  let length = to - from - slots + (ended ? 1 : 0);
  if (layout >= 0) length += (STAMP_LAYOUTS[layout]?.length ?? 0) - 1;
  let varies = false;
  for (let slot = firstSlot; slot < firstSlot + slots; slot++) {
    if (encoding[slot] === VARYING) varies = true;
    else length += longest[slot] ?? 0;
  }
  return varies ? length : undefined;
}
