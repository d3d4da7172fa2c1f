/**
 * Templates as the loop that decodes rows reads them: pieces of literal text and what follows each. Constant values are
 * literal. Each piece keeps where its next value is, so that rows can be decoded some at a time.
 */
import type { Dictionary } from '../dictionary.ts';
import type { SlotTable } from '../slot-table.ts';
import { CONSTANT, FIXED } from '../value-columns.ts';
import { SLOT_MARK, STAMP_MARK } from '../words.ts';
import type { LinearMemory } from './linear-memory.ts';

/** What a piece of literal text is followed by, and its bytes: see `hive/assembly/rows.ts`. */
const FOLLOWS = { nothing: 0, stamp: 1, fixed: 2, varying: 3 } as const;
const PIECE_BYTES = 16;

/** The pieces of one template. */
export interface Pieces {
  /** Where they are, and how many. */
  readonly at: number;
  readonly count: number;
  /** Where their literal text is. */
  readonly text: number;
}

interface Tables {
  readonly slots: SlotTable;
  readonly dictionary: Dictionary;
}

/** See the file's head. */
export class TemplatePieces {
  readonly #tables: Tables;
  readonly #templates: number;
  /** Bytes of the literal text, and of the pieces, of all templates. */
  readonly #textBytes: number;
  readonly #pieceBytes: number;

  constructor(templates: number, tables: Tables) {
    this.#tables = tables;
    this.#templates = templates;
    let [pieces, textBytes] = [0, 0];
    for (let template = 0; template < templates; template++) {
      this.#cut(template, {
        literal: () => textBytes++,
        constant: (slot) => {
          textBytes += tables.slots.longest[slot] ?? 0;
        },
        piece: () => pieces++,
      });
    }
    this.#textBytes = textBytes;
    this.#pieceBytes = pieces * PIECE_BYTES;
  }

  /** Bytes that {@link layOut} takes, in two pieces. */
  get bytes(): number {
    return this.#textBytes + this.#pieceBytes;
  }

  /** Lays all templates out. @param columns where the columns are */
  layOut(memory: LinearMemory, columns: number): Pieces[] {
    const { slots } = this.#tables;
    const { bytes, view } = memory;
    let text = memory.take(this.#textBytes);
    let next = memory.take(this.#pieceBytes);
    return Array.from({ length: this.#templates }, (_, template) => {
      const own = { at: next, text };
      this.#cut(template, {
        literal: (byte) => {
          bytes[text++] = byte;
        },
        constant: (slot) => {
          const value = columns + (slots.from[slot] ?? 0);
          text += bytes.copy(bytes, text, value, value + (slots.longest[slot] ?? 0));
        },
        piece: (follows, slot) => {
          view.setUint32(next, text - own.text, true);
          view.setUint32(next + 4, follows, true);
          view.setUint32(next + 8, columns + (slots.from[slot] ?? 0), true);
          view.setUint32(next + 12, slots.longest[slot] ?? 0, true);
          next += PIECE_BYTES;
        },
      });
      return { ...own, count: (next - own.at) / PIECE_BYTES };
    });
  }

  /** Tells what a template is made of; a piece ends the literal text before it. */
  #cut(
    template: number,
    see: {
      readonly literal: (byte: number) => void;
      readonly constant: (slot: number) => void;
      readonly piece: (follows: number, slot: number) => void;
    },
  ): void {
    const { slots, dictionary } = this.#tables;
    const { bytes: texts, start } = dictionary;
    const textEnd = (start[template + 1] ?? 0) - 1;
    let slot = slots.firstSlot[template] ?? 0;
    for (let place = start[template] ?? 0; place < textEnd; place++) {
      const byte = texts[place] ?? 0;
      if (byte === STAMP_MARK) see.piece(FOLLOWS.stamp, -1);
      else if (byte !== SLOT_MARK) see.literal(byte);
      else {
        const encoding = slots.encoding[slot];
        if (encoding === CONSTANT) see.constant(slot);
        else see.piece(encoding === FIXED ? FOLLOWS.fixed : FOLLOWS.varying, slot);
        slot++;
      }
    }
    see.piece(FOLLOWS.nothing, -1);
  }
}
