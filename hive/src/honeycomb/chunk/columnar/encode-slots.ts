/** Writes the section of slots: see `slot-table.ts`. */
import { LISTED_KIND, SLOTS_ENDED } from './slot-table.ts';
import { RAW, VARYING, type ValueColumns } from './value-columns.ts';

const MINUTE_MS = 60_000;

/** What the encoder knows of one template. */
export interface TemplateRow {
  readonly slots: number;
  /** In each section of ids. */
  readonly rows: readonly number[];
  readonly layout: number;
  readonly shift: number;
  readonly timestampLength: number;
  readonly hiddenTokens: number;
  readonly ended: boolean;
  readonly level: number;
}

/** The section's bytes. */
export function encodeSlots(templates: readonly TemplateRow[], columns: ValueColumns): Buffer {
  const varying: number[] = [];
  for (const [slot, encoding] of columns.encoding.entries()) {
    if (encoding === VARYING || encoding === RAW) varying.push(columns.columnBytes[slot] ?? 0);
  }
  const parts = Array.from(templates[0]?.rows ?? [], (_, part) =>
    bytesOf(Uint32Array.from(templates, ({ rows }) => rows[part] ?? 0)),
  );
  return Buffer.concat([
    bytesOf(columns.mask),
    bytesOf(Uint32Array.from(varying)),
    ...parts,
    bytesOf(Uint16Array.from(templates, ({ slots }) => slots)),
    bytesOf(Uint16Array.from(templates, ({ hiddenTokens }) => hiddenTokens)),
    bytesOf(Int16Array.from(templates, ({ shift }) => shift / MINUTE_MS)),
    columns.shortest,
    columns.longest,
    columns.encoding.map((kind, slot) => kind + LISTED_KIND * (columns.listed[slot] ?? 0)),
    bytesOf(Int8Array.from(templates, ({ layout }) => layout)),
    Uint8Array.from(templates, ({ timestampLength }) => timestampLength),
    Uint8Array.from(templates, ({ ended }) => (ended ? SLOTS_ENDED : 0)),
    Uint8Array.from(templates, ({ level }) => level),
  ]);
}

function bytesOf(array: Int32Array | Uint32Array | Uint16Array | Int16Array | Int8Array): Buffer {
  return Buffer.from(array.buffer, array.byteOffset, array.byteLength);
}
