import type { ChunkData } from './chunk-data.ts';
import { isEnded, type SlotTable } from './slot-table.ts';
import { createStampLayouts, type StampLayout } from './stamp-layouts.ts';
import { CONSTANT, FIXED } from './value-columns.ts';
import { END_MARK, SLOT_MARK, STAMP_MARK } from './words.ts';

const LAYOUTS = createStampLayouts();
const MINUTE_MS = 60_000;

/** What follows a piece of literal text. */
const NOTHING = 0;
const STAMP = 1;
const FIXED_VALUE = 2;
const VARYING_VALUE = 3;

/** A template cut into literal pieces, each with what follows it; constant values are literal. */
interface Pieces {
  readonly text: Buffer;
  /** Where each piece ends in the text. */
  readonly end: Int32Array;
  readonly follows: Uint8Array;
  /** The column of what follows: its bytes, and the width of its values. */
  readonly columns: Buffer[];
  readonly width: Int32Array;
}

/** Puts rows of one template together again, in ascending order. */
export class TemplateDecoder {
  readonly #pieces: Pieces;
  /** By piece: where the next value begins. */
  readonly #next: Float64Array;
  readonly #layout: StampLayout | undefined;
  readonly #shift: number;
  readonly #ended: boolean;
  /** The index, within the template, of the row that comes next. */
  #row = 0;

  private constructor(template: number, slots: SlotTable, pieces: Pieces) {
    this.#pieces = pieces;
    this.#next = new Float64Array(pieces.end.length);
    this.#layout = LAYOUTS[slots.layout[template] ?? -1];
    this.#shift = (slots.shiftMinutes[template] ?? 0) * MINUTE_MS;
    this.#ended = isEnded(slots, template);
  }

  /** Reads the template's columns. Not for raw rows. */
  static async open(data: ChunkData, template: number): Promise<TemplateDecoder> {
    const [slots, dictionary] = [await data.slots(), await data.dictionary()];
    const first = slots.firstSlot[template] ?? 0;
    const columns: Buffer[] = [];
    for (let slot = first; slot < (slots.firstSlot[template + 1] ?? 0); slot++) {
      columns.push(await data.column(slot));
    }
    const from = dictionary.start[template] ?? 0;
    const text = dictionary.bytes.subarray(from, (dictionary.start[template + 1] ?? 0) - 1);
    return new TemplateDecoder(template, slots, cut(text, { slots, first, columns }));
  }

  /**
   * Writes a row's bytes, line end included, and gives where they end. Measured: a template's constant
   * values are half of its variables, so they are written as text.
   *
   * @param row its index within the template; not less than the last one
   * @param target has room for the row
   */
  write(row: number, timeMs: number, target: Buffer, from: number): number {
    while (this.#row < row) this.#skip();
    this.#row++;
    const { text, end, follows, columns, width } = this.#pieces;
    const next = this.#next;
    const count = end.length;
    let at = from;
    let literal = 0;
    for (let piece = 0; piece < count; piece++) {
      const stop = end[piece] ?? 0;
      while (literal < stop) target[at++] = text[literal++] ?? 0;
      const kind = follows[piece];
      if (kind === FIXED_VALUE) {
        const bytes = columns[piece] ?? text;
        let value = next[piece] ?? 0;
        const behind = value + (width[piece] ?? 0);
        while (value < behind) target[at++] = bytes[value++] ?? 0;
        next[piece] = behind;
      } else if (kind === VARYING_VALUE) {
        const bytes = columns[piece] ?? text;
        let value = next[piece] ?? 0;
        for (let byte = bytes[value++] ?? END_MARK; byte !== END_MARK; ) {
          target[at++] = byte;
          byte = bytes[value++] ?? END_MARK;
        }
        next[piece] = value;
      } else if (kind === STAMP && this.#layout) {
        const stamp = this.#layout.format(timeMs + this.#shift);
        for (let place = 0; place < stamp.length; place++) target[at++] = stamp[place] ?? 0;
      }
    }
    if (this.#ended) target[at++] = END_MARK;
    return at;
  }

  #skip(): void {
    this.#row++;
    const { follows, columns, width } = this.#pieces;
    const next = this.#next;
    for (let piece = 0; piece < follows.length; piece++) {
      if (follows[piece] === FIXED_VALUE) next[piece] = (next[piece] ?? 0) + (width[piece] ?? 0);
      else if (follows[piece] === VARYING_VALUE) {
        next[piece] = (columns[piece]?.indexOf(END_MARK, next[piece]) ?? 0) + 1;
      }
    }
  }
}

function cut(
  text: Buffer,
  { slots, first, columns }: { slots: SlotTable; first: number; columns: readonly Buffer[] },
): Pieces {
  const literals: Buffer[] = [];
  const pieces: { end: number; follows: number; column: Buffer; width: number }[] = [];
  let length = 0;
  let slot = 0;
  let begin = 0;
  const literal = (bytes: Buffer) => {
    literals.push(bytes);
    length += bytes.length;
  };
  for (let at = 0; at < text.length; at++) {
    const byte = text[at];
    if (byte !== SLOT_MARK && byte !== STAMP_MARK) continue;
    literal(text.subarray(begin, at));
    begin = at + 1;
    if (byte === STAMP_MARK) {
      pieces.push({ end: length, follows: STAMP, column: text, width: 0 });
      continue;
    }
    const column = columns[slot] ?? text;
    const encoding = slots.encoding[first + slot];
    const width = slots.longest[first + slot] ?? 0;
    slot++;
    if (encoding === CONSTANT) literal(column);
    else {
      const follows = encoding === FIXED ? FIXED_VALUE : VARYING_VALUE;
      pieces.push({ end: length, follows, column, width });
    }
  }
  literal(text.subarray(begin));
  pieces.push({ end: length, follows: NOTHING, column: text, width: 0 });
  return {
    text: Buffer.concat(literals),
    end: Int32Array.from(pieces, ({ end }) => end),
    follows: Uint8Array.from(pieces, ({ follows }) => follows),
    columns: pieces.map(({ column }) => column),
    width: Int32Array.from(pieces, ({ width }) => width),
  };
}
