/**
 * Columns whose values are numbers of words: frame by frame as they are kept, and as the text that everybody reads who
 * looks for other things than words.
 */
import { AppError } from '@apiary/common/errors.ts';
import { freeMemory } from '../free-memory.ts';
import { findNumbers, type WantedNumbers } from './compiled/find-numbers.ts';
import type { Head } from './head.ts';
import type { KeptFrames } from './kept-frames.ts';
import { lastBegun } from './last-begun.ts';
import type { Lexicon } from './lexicon.ts';
import {
  bytesOf,
  type NumberFrame,
  type NumberLayout,
  numberLayout,
  planesBytes,
  writeWords,
} from './number-frame.ts';
import type { SlotTable } from './slot-table.ts';
import { VARYING } from './value-columns.ts';

/** Of `columnar@7`, where there are any. */
const FORMER_HIGH_BITS = 8;

/** A frame, and its place among those of numbers. */
interface PlacedFrame extends NumberFrame {
  readonly index: number;
}

/** Values of a frame of numbers. */
export interface FoundValues {
  readonly frame: number;
  /** Their places in it, ascending. */
  readonly places: readonly number[];
}

/** What {@link ListedValues} are read with. */
export interface ListedOptions {
  readonly head: Head;
  readonly lexicon: Lexicon;
  readonly slots: SlotTable;
  /** Frames of numbers. */
  readonly frames: KeptFrames;
}

/** Rows of a template, by their index within it, both inclusive. */
export interface RowWindow {
  readonly first: number;
  readonly last: number;
}

/** The first section of values that has numbers of words. */
export function firstListed({ frames, lexicon }: Head): number {
  return frames.length - (lexicon?.frames ?? 0);
}

/** See the file's head. */
export class ListedValues {
  readonly lexicon: Lexicon;
  readonly #options: ListedOptions;
  /** Values in each frame but the last. */
  readonly #frameValues: number;
  readonly #layout: NumberLayout;
  /** Slots in the order of their columns. */
  readonly #listed: Uint32Array;
  /** Where the values of each begin among those of all; one more than there are. */
  readonly #from: Uint32Array;
  /** By slot: its place in those. */
  readonly #places: Uint32Array;

  constructor(options: ListedOptions) {
    const { lexicon, slots } = options;
    this.lexicon = lexicon;
    this.#options = options;
    const { frameValues = 1, highBits = FORMER_HIGH_BITS } = options.head.lexicon ?? {};
    this.#frameValues = frameValues;
    this.#layout = numberLayout(lexicon.words, highBits);
    this.#listed = listedSlots(slots.listed);
    this.#from = new Uint32Array(this.#listed.length + 1);
    this.#places = new Uint32Array(slots.listed.length);
    for (const [place, slot] of this.#listed.entries()) {
      this.#places[slot] = place;
      this.#from[place + 1] = (this.#from[place] ?? 0) + this.#rowsOf(slot);
    }
  }

  /** Frees its memory, but for frames: nobody looks at it any more. */
  free(): void {
    this.lexicon.free();
    for (const column of [this.#listed, this.#from, this.#places]) freeMemory(column);
  }

  /** The frame that a section of values has; below 0: text. */
  frameOf(section: number): number {
    return section - firstListed(this.#options.head);
  }

  /** Bytes of a frame's numbers where they are not compressed; undefined: all frames are, as in `columnar@7`. */
  plainBytes(index: number): number | undefined {
    if (this.#options.head.lexicon?.highBits === undefined) return undefined;
    return planesBytes(this.#layout, this.#valuesIn(index));
  }

  /** Writes a frame as text, which is to fill the target. @throws AppError `store-corrupt` */
  async write(index: number, target: Buffer): Promise<void> {
    await this.#see(index, (frame) => this.#writeFrame(frame, target));
  }

  /** Text of a slot's values of some rows, as it stands in its column. @throws AppError `store-corrupt` */
  async text(slot: number, window: RowWindow): Promise<Buffer> {
    const frames = this.framesOf(slot, window);
    const parts: Buffer[] = [];
    for (let index = frames.first; index <= frames.last; index++) {
      await this.#see(index, (frame) => parts.push(this.#textIn(slot, window, frame)));
    }
    return Buffer.concat(parts);
  }

  /** The same where they are at hand, in one frame; else undefined. */
  textAtHand(slot: number, window: RowWindow): Buffer | undefined {
    const frame = this.#atHand(slot, window);
    return frame && this.#textIn(slot, window, frame);
  }

  #textIn(slot: number, { first: row, last }: RowWindow, frame: PlacedFrame): Buffer {
    const from = this.#fromOf(slot) - frame.index * this.#frameValues;
    const hasMarks = this.#hasMarks(slot);
    const range = { from: Math.max(from + row, 0), to: Math.min(from + last + 1, frame.values) };
    const target = Buffer.allocUnsafeSlow(bytesOf(frame, range, this.lexicon, hasMarks));
    writeWords(frame, range, this.lexicon, { target, at: 0, hasMarks });
    return target;
  }

  /** Values of a frame that are wanted; see {@link Lexicon.wanted}. @throws AppError `store-corrupt` */
  async find(index: number, wanted: WantedNumbers): Promise<FoundValues> {
    let places: readonly number[] = [];
    await this.#see(index, (frame) => {
      places = findNumbers(frame, wanted);
    });
    return { frame: index, places };
  }

  /** Marks rows of a slot whose values were found in a frame. */
  mark(slot: number, { frame, places }: FoundValues, rows: Uint8Array): void {
    const from = this.#fromOf(slot) - frame * this.#frameValues;
    const end = from + rows.length;
    for (let at = firstFrom(places, from); at < places.length; at++) {
      const place = places[at] ?? 0;
      if (place >= end) return;
      rows[place - from] = 1;
    }
  }

  async #see(index: number, look: (frame: PlacedFrame) => void): Promise<void> {
    await this.#options.frames.see(index, (planes) => look(this.#frame(index, planes)));
  }

  /** The frame that has all of some rows' values. */
  #atHand(slot: number, window: RowWindow): PlacedFrame | undefined {
    const { first, last } = this.framesOf(slot, window);
    const planes = first === last ? this.#options.frames.atHand(first, 'passing') : undefined;
    return planes && this.#frame(first, planes);
  }

  /** The first and the last frame with a slot's values of some rows. */
  framesOf(slot: number, { first, last }: RowWindow): RowWindow {
    const from = this.#fromOf(slot);
    return {
      first: Math.floor((from + first) / this.#frameValues),
      last: Math.floor((from + last) / this.#frameValues),
    };
  }

  #frame(index: number, planes: Buffer): PlacedFrame {
    const values = this.#valuesIn(index);
    const layout = this.#layout;
    if (planes.length !== planesBytes(layout, values)) throw corrupt();
    return { index, values, planes, layout };
  }

  #valuesIn(index: number): number {
    const left = (this.#from.at(-1) ?? 0) - index * this.#frameValues;
    return Math.min(left, this.#frameValues);
  }

  #writeFrame(frame: PlacedFrame, target: Buffer): void {
    const first = frame.index * this.#frameValues;
    let [at, value] = [0, 0];
    for (let place = lastBegun(this.#from, first); value < frame.values; place++) {
      const end = Math.min((this.#from[place + 1] ?? 0) - first, frame.values);
      const hasMarks = this.#hasMarks(this.#listed[place] ?? 0);
      at = writeWords(frame, { from: value, to: end }, this.lexicon, { target, at, hasMarks });
      value = end;
    }
    if (at !== target.length) throw corrupt();
  }

  #fromOf(slot: number): number {
    return this.#from[this.#places[slot] ?? 0] ?? 0;
  }

  #rowsOf(slot: number): number {
    const { rows, template } = this.#options.slots;
    return rows[template[slot] ?? 0] ?? 0;
  }

  #hasMarks(slot: number): boolean {
    return this.#options.slots.encoding[slot] === VARYING;
  }
}

/** The index of the first place that is not before another one. */
function firstFrom(places: readonly number[], from: number): number {
  let low = 0;
  let high = places.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((places[middle] ?? 0) < from) low = middle + 1;
    else high = middle;
  }
  return low;
}

function listedSlots(listed: Uint8Array): Uint32Array {
  const slots: number[] = [];
  for (let slot = 0; slot < listed.length; slot++) if (listed[slot] === 1) slots.push(slot);
  return Uint32Array.from(slots);
}

function corrupt(): AppError {
  return new AppError('store-corrupt', 'Values of words of a chunk are not whole.');
}
