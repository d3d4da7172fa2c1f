import { type Promotions, SHAPES_MAX } from './promotions.ts';
import { type RowSplitter, TOKEN_STAMP, TOKEN_WORD } from './row-splitter.ts';
import type { ValueList } from './value-list.ts';
import {
  DIGITS_BIT,
  END_MARK,
  hashBytes,
  RESERVED_BIT,
  SLOT_MARK,
  STAMP_MARK,
  TOKEN_BITS,
} from './words.ts';

/** Templates of one chunk: their numbers take two bytes. Past it rows are kept as they are. */
export const TEMPLATES_MAX = 60_000;
const TABLE_SIZE = 1 << 17;

/** What rows of one template have in common beside their text. */
export interface TemplateTraits {
  /** Leading characters that are the recognised time stamp. */
  timestampLength: number;
  /** True where the row ends with a line end. */
  ended: boolean;
  /** Index into STAMP_LAYOUTS, or -1. */
  layout: number;
  /** See StampFinder.shift. */
  shift: number;
}

/** Where a row's bytes are, its line end apart. */
export interface RowPlace {
  from: number;
  to: number;
}

/** What is known of a row before it is cut. */
export interface GuessedRow {
  readonly traits: TemplateTraits;
  /** Where its stamp is; empty where there is none. */
  readonly stamp: RowPlace;
}

/** A template. */
export interface Template extends Readonly<TemplateTraits> {
  /** Variables and stamps that begin within the stamp's characters: single words do not see them. */
  readonly hiddenTokens: number;
  readonly slots: number;
  /** Number of its first slot among those of all templates. */
  readonly firstSlot: number;
  /** Where its text begins and ends in the dictionary, without the mark at its end. */
  readonly from: number;
  readonly to: number;
  /** By variable: 1 where words are taken for one too. */
  readonly promoted: Uint8Array;
  /** True where what is hidden holds no variable: see {@link TemplateTable.isRowOf}. */
  readonly isHeadFixed: boolean;
}

/**
 * The templates of one chunk. Two rows are of one template only if their literal bytes are the same: a
 * hash finds the candidate, and the bytes are compared.
 */
export class TemplateTable {
  readonly templates: Template[] = [];
  readonly #values: ValueList;
  #texts = Buffer.allocUnsafeSlow(64 * 1024);
  #textLength = 0;
  readonly #hashes: number[] = [];
  #slots = 0;
  readonly #table = new Int32Array(TABLE_SIZE).fill(-1);
  readonly #promotions: Promotions;

  /** By shape: the template that its last row had, likely that of the next one. */
  readonly #lastOfShape = new Int32Array(SHAPES_MAX).fill(-1);

  /** @param values takes the values of the row that was found last */
  constructor(promotions: Promotions, values: ValueList) {
    this.#promotions = promotions;
    this.#values = values;
  }

  /** The dictionary: each template's text and END_MARK. */
  get texts(): Buffer {
    return this.#texts.subarray(0, this.#textLength);
  }

  /**
   * True if the row is of a template, its values listed then: compared with the template's text at once,
   * without being cut into tokens first. Measured: most rows are of one of the two templates that came after
   * the last row's template before, and literal text costs a fifth of what it costs to cut.
   */
  isRowOf(id: number, bytes: Uint8Array, row: RowPlace, at: GuessedRow): boolean {
    const known = this.templates[id];
    const { traits, stamp } = at;
    if (!known?.isHeadFixed || !hasTraits(known, traits)) return false;
    const list = this.#values;
    const texts = this.#texts;
    const { promoted, to: textEnd } = known;
    const end = row.to;
    let text = known.from;
    let place = row.from;
    let slot = 0;
    while (text < textEnd) {
      const literal = texts[text++] ?? 0;
      if (literal === SLOT_MARK) {
        const from = place;
        let all = 0;
        while (place < end) {
          const bits = TOKEN_BITS[bytes[place] ?? 0] ?? 0;
          if (bits === 0) break;
          all |= bits;
          place++;
        }
        const isVariable = (all & DIGITS_BIT) !== 0 || promoted[slot] === 1;
        if (place === from || !isVariable || (all & RESERVED_BIT) !== 0) return false;
        list.start[slot] = from;
        list.length[slot++] = place - from;
      } else if (literal === STAMP_MARK) {
        if (place !== stamp.from) return false;
        place = stamp.to;
      } else if (place >= end || bytes[place++] !== literal) return false;
    }
    list.count = slot;
    return place === end;
  }

  /** The number of the row's template, or -1 when there is no room for a new one. */
  find(bytes: Uint8Array, row: RowPlace, tokens: RowSplitter, traits: TemplateTraits): number {
    const shape = this.#promotions.shapeOf(tokens);
    const promoted = this.#promotions.promoted(shape);
    this.#mark(tokens, promoted, row.from + traits.timestampLength);
    const last = this.#lastOfShape[shape] ?? -1;
    if (last >= 0 && this.#isSame(last, bytes, row, tokens, traits)) return last;
    const hash = this.#hashOf(bytes, tokens, traits);
    let slot = hash & (TABLE_SIZE - 1);
    for (;;) {
      const known = this.#table[slot] ?? -1;
      if (known < 0) break;
      if (this.#hashes[known] === hash && this.#isSame(known, bytes, row, tokens, traits)) {
        this.#lastOfShape[shape] = known;
        return known;
      }
      slot = (slot + 1) & (TABLE_SIZE - 1);
    }
    const added = this.templates.length;
    if (added >= TEMPLATES_MAX) return -1;
    this.#table[slot] = added;
    this.#lastOfShape[shape] = added;
    this.#hashes.push(hash);
    this.#add(bytes, row, tokens, traits);
    this.#promotions.learn(shape, tokens, bytes);
    return added;
  }

  #hidden = 0;
  /** By token of the row at hand: the mark in its place, or 0 where it is literal. */
  readonly #marks = new Uint8Array(4096);

  /** Decides which tokens are variables, and lists them. */
  #mark(tokens: RowSplitter, promoted: Uint8Array | undefined, hiddenUntil: number): void {
    const { count, kind, start, length } = tokens;
    const marks = this.#marks;
    const list = this.#values;
    const { start: valueStart, length: valueLength } = list;
    let values = 0;
    let hidden = 0;
    for (let token = 0; token < count; token++) {
      const at = start[token] ?? 0;
      const tokenKind = kind[token];
      if (at < hiddenUntil) {
        // A stamp that is longer than what was recognised of it shows to single words in part.
        const seenFrom = tokenKind === TOKEN_STAMP ? at + (length[token] ?? 0) - 1 : at;
        if (seenFrom < hiddenUntil) hidden++;
      }
      if (tokenKind === TOKEN_WORD && (promoted === undefined || promoted[token] !== 1)) {
        marks[token] = 0;
        continue;
      }
      if (tokenKind === TOKEN_STAMP) {
        marks[token] = STAMP_MARK;
        continue;
      }
      marks[token] = SLOT_MARK;
      valueStart[values] = at;
      valueLength[values++] = length[token] ?? 0;
    }
    list.count = values;
    this.#hidden = hidden;
  }

  /** The hash of what is literal in the row at hand, and of what rows of a template have in common. */
  #hashOf(bytes: Uint8Array, tokens: RowSplitter, traits: TemplateTraits): number {
    const { count, start, length } = tokens;
    const marks = this.#marks;
    let all = tokens.shape ^ traits.timestampLength ^ (traits.ended ? 0x5555 : 0);
    all = Math.imul(all ^ traits.layout ^ traits.shift, 0x01000193);
    for (let token = 0; token < count; token++) {
      const from = start[token] ?? 0;
      const word = marks[token] === 0 ? hashBytes(bytes, from, from + (length[token] ?? 0)) : 2;
      all = Math.imul(all ^ word, 0x01000193);
      all ^= all >>> 15;
    }
    all = Math.imul(all, 0x2c1b3c6d);
    return all ^ (all >>> 13);
  }

  #isSame(
    id: number,
    bytes: Uint8Array,
    row: RowPlace,
    tokens: RowSplitter,
    traits: TemplateTraits,
  ): boolean {
    const known = this.templates[id];
    if (
      known === undefined ||
      known.slots !== this.#values.count ||
      !hasTraits(known, traits) ||
      known.hiddenTokens !== this.#hidden
    ) {
      return false;
    }
    const texts = this.#texts;
    const marks = this.#marks;
    const { count, start, length } = tokens;
    let text = known.from;
    let at = row.from;
    for (let token = 0; token < count; token++) {
      const mark = marks[token] ?? 0;
      if (mark === 0) continue;
      const stop = start[token] ?? 0;
      while (at < stop) if (bytes[at++] !== texts[text++]) return false;
      if (texts[text++] !== mark) return false;
      at = stop + (length[token] ?? 0);
    }
    if (row.to - at !== known.to - text) return false;
    while (at < row.to) if (bytes[at++] !== texts[text++]) return false;
    return true;
  }

  #add(bytes: Uint8Array, row: RowPlace, tokens: RowSplitter, traits: TemplateTraits): void {
    const room = row.to - row.from + 1;
    if (this.#textLength + room > this.#texts.length) {
      const grown = Buffer.allocUnsafeSlow(this.#texts.length * 2 + room);
      this.#texts.copy(grown, 0, 0, this.#textLength);
      this.#texts = grown;
    }
    const texts = this.#texts;
    const from = this.#textLength;
    const promoted = new Uint8Array(this.#values.count);
    const hiddenUntil = row.from + traits.timestampLength;
    let slot = 0;
    let isHeadFixed = true;
    let text = from;
    let at = row.from;
    for (let token = 0; token < tokens.count; token++) {
      const mark = this.#marks[token] ?? 0;
      if (mark === 0) continue;
      const stop = tokens.start[token] ?? 0;
      while (at < stop) texts[text++] = bytes[at++] ?? 0;
      texts[text++] = mark;
      if (mark === SLOT_MARK) {
        promoted[slot++] = tokens.kind[token] === TOKEN_WORD ? 1 : 0;
        if (stop < hiddenUntil) isHeadFixed = false;
      }
      at = stop + (tokens.length[token] ?? 0);
    }
    while (at < row.to) texts[text++] = bytes[at++] ?? 0;
    texts[text] = END_MARK;
    this.#textLength = text + 1;
    const { timestampLength, ended, layout, shift } = traits;
    this.templates.push({
      ...{ timestampLength, ended, layout, shift, promoted, isHeadFixed },
      hiddenTokens: this.#hidden,
      slots: this.#values.count,
      firstSlot: this.#slots,
      from,
      to: text,
    });
    this.#slots += this.#values.count;
  }
}

function hasTraits(known: TemplateTraits, traits: TemplateTraits): boolean {
  return (
    known.timestampLength === traits.timestampLength &&
    known.ended === traits.ended &&
    known.layout === traits.layout &&
    known.shift === traits.shift
  );
}
