import type { Dictionary } from './dictionary.ts';
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
  /** Of the value that follows: where its column begins among the values, and its width. */
  readonly from: Float64Array;
  readonly width: Int32Array;
}

/** Where the values of a template are. */
export interface TemplateColumns {
  readonly bytes: Buffer;
  /** Where a slot's column begins in them. */
  at(slot: number): number;
  /** The index, within the template, of the row whose values come first. */
  readonly row: number;
}

/** Puts rows of one template together again, in ascending order. */
export class TemplateDecoder {
  readonly #pieces: Pieces;
  readonly #values: Buffer;
  /** By piece: where the next value begins. */
  readonly #next: Float64Array;
  readonly #layout: StampLayout | undefined;
  readonly #shift: number;
  readonly #ended: boolean;
  /** The index, within the template, of the row that comes next. */
  #row: number;

  /** Not for raw rows. */
  constructor(
    template: number,
    { slots, dictionary }: { readonly slots: SlotTable; readonly dictionary: Dictionary },
    columns: TemplateColumns,
  ) {
    this.#row = columns.row;
    const from = dictionary.start[template] ?? 0;
    const text = dictionary.bytes.subarray(from, (dictionary.start[template + 1] ?? 0) - 1);
    const first = slots.firstSlot[template] ?? 0;
    const pieces = cut(text, { slots, first, columns });
    this.#pieces = pieces;
    this.#values = columns.bytes;
    this.#next = pieces.from.slice();
    this.#layout = LAYOUTS[slots.layout[template] ?? -1];
    this.#shift = (slots.shiftMinutes[template] ?? 0) * MINUTE_MS;
    this.#ended = isEnded(slots, template);
  }

  /**
   * Writes a row's bytes, line end included, and gives where they end. Measured: a template's constant
   * values are half of its variables, so they are written as text.
   *
   * @param row its index within the template; not less than the last one, or the columns' first
   * @param target has room for the row
   */
  write(row: number, timeMs: number, target: Buffer, from: number): number {
    if (this.#row < row) this.#skip(row - this.#row);
    this.#row = row + 1;
    const { text, end, follows, width } = this.#pieces;
    const values = this.#values;
    const next = this.#next;
    const count = end.length;
    let at = from;
    let literal = 0;
    for (let piece = 0; piece < count; piece++) {
      const stop = end[piece] ?? 0;
      while (literal < stop) target[at++] = text[literal++] ?? 0;
      const kind = follows[piece];
      if (kind === FIXED_VALUE) {
        let value = next[piece] ?? 0;
        const behind = value + (width[piece] ?? 0);
        while (value < behind) target[at++] = values[value++] ?? 0;
        next[piece] = behind;
      } else if (kind === VARYING_VALUE) {
        let value = next[piece] ?? 0;
        for (let byte = values[value++] ?? END_MARK; byte !== END_MARK; ) {
          target[at++] = byte;
          byte = values[value++] ?? END_MARK;
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

  /** Measured: asked value by value for the next end, rows far into a template cost 40 ns for each before them. */
  #skip(rows: number): void {
    const { follows, width } = this.#pieces;
    const values = this.#values;
    const next = this.#next;
    for (let piece = 0; piece < follows.length; piece++) {
      const from = next[piece] ?? 0;
      if (follows[piece] === FIXED_VALUE) next[piece] = from + rows * (width[piece] ?? 0);
      else if (follows[piece] === VARYING_VALUE) {
        let at = from;
        for (let left = rows; left > 0 && at < values.length; ) {
          if (values[at++] === END_MARK) left--;
        }
        next[piece] = at;
      }
    }
  }
}

function cut(
  text: Buffer,
  { slots, first, columns }: { slots: SlotTable; first: number; columns: TemplateColumns },
): Pieces {
  const room = text.length + 1;
  const literals: Buffer[] = [];
  const end: number[] = [];
  const follows: number[] = [];
  const from: number[] = [];
  const width: number[] = [];
  let length = 0;
  let slot = first;
  let begin = 0;
  const literal = (bytes: Buffer) => {
    literals.push(bytes);
    length += bytes.length;
  };
  const piece = (kind: number, valueFrom: number, valueWidth: number) => {
    end.push(length);
    follows.push(kind);
    from.push(valueFrom);
    width.push(valueWidth);
  };
  for (let at = 0; at < room; at++) {
    const byte = at === text.length ? END_MARK : text[at];
    if (byte !== SLOT_MARK && byte !== STAMP_MARK && byte !== END_MARK) continue;
    if (at > begin) literal(text.subarray(begin, at));
    begin = at + 1;
    if (byte === END_MARK) piece(NOTHING, 0, 0);
    else if (byte === STAMP_MARK) piece(STAMP, 0, 0);
    else {
      const valueFrom = columns.at(slot);
      const valueWidth = slots.longest[slot] ?? 0;
      const encoding = slots.encoding[slot++];
      if (encoding === CONSTANT) {
        literal(columns.bytes.subarray(valueFrom, valueFrom + valueWidth));
      } else piece(encoding === FIXED ? FIXED_VALUE : VARYING_VALUE, valueFrom, valueWidth);
    }
  }
  return {
    text: Buffer.concat(literals),
    end: Int32Array.from(end),
    follows: Uint8Array.from(follows),
    from: Float64Array.from(from),
    width: Int32Array.from(width),
  };
}
