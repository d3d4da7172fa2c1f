import type { Promotions } from './promotions.ts';
import { type RowSplitter, TOKEN_STAMP, TOKEN_WORD } from './row-splitter.ts';
import { END_MARK, SLOT_MARK, STAMP_MARK } from './words.ts';

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

/** A template. */
export interface Template extends Readonly<TemplateTraits> {
  /** Variables and stamps that begin within the stamp's characters: single words do not see them. */
  readonly hiddenTokens: number;
  readonly slots: number;
  /** Where its text begins and ends in the dictionary, without the mark at its end. */
  readonly from: number;
  readonly to: number;
  /** True where a word was taken for a variable. */
  readonly promoted: boolean;
}

/**
 * The templates of one chunk. Two rows are of one template only if their literal bytes are the same: a
 * hash finds the candidate, and the bytes are compared.
 */
export class TemplateTable {
  readonly templates: Template[] = [];
  /** Of the row at hand: where its values are. */
  readonly valueStart: Int32Array;
  readonly valueLength: Int32Array;
  valueCount = 0;
  #texts = Buffer.allocUnsafeSlow(64 * 1024);
  #textLength = 0;
  readonly #hashes: number[] = [];
  readonly #table = new Int32Array(TABLE_SIZE).fill(-1);
  readonly #promotions: Promotions;

  constructor(promotions: Promotions, tokensMax: number) {
    this.#promotions = promotions;
    this.valueStart = new Int32Array(tokensMax);
    this.valueLength = new Int32Array(tokensMax);
  }

  /** The dictionary: each template's text and END_MARK. */
  get texts(): Buffer {
    return this.#texts.subarray(0, this.#textLength);
  }

  /** The number of the row's template, or -1 when there is no room for a new one. */
  find(bytes: Uint8Array, row: RowPlace, tokens: RowSplitter, traits: TemplateTraits): number {
    const shape = this.#promotions.shapeOf(tokens);
    const promoted = this.#promotions.promoted(shape);
    const hash = this.#mark(tokens, promoted, row.from + traits.timestampLength, traits);
    let slot = hash & (TABLE_SIZE - 1);
    for (;;) {
      const known = this.#table[slot] ?? -1;
      if (known < 0) break;
      if (this.#hashes[known] === hash && this.#isSame(known, bytes, row, tokens, traits)) {
        return known;
      }
      slot = (slot + 1) & (TABLE_SIZE - 1);
    }
    const added = this.templates.length;
    if (added >= TEMPLATES_MAX) return -1;
    this.#table[slot] = added;
    this.#hashes.push(hash);
    this.#add(bytes, row, tokens, traits, promoted !== undefined);
    this.#promotions.learn(shape, tokens);
    return added;
  }

  #hidden = 0;
  /** By token of the row at hand: the mark in its place, or 0 where it is literal. */
  readonly #marks = new Uint8Array(4096);

  /** Decides which tokens are variables; gives the hash of what is left. */
  #mark(
    tokens: RowSplitter,
    promoted: Uint8Array | undefined,
    hiddenUntil: number,
    traits: TemplateTraits,
  ): number {
    const { count, kind, start, length, hash } = tokens;
    const marks = this.#marks;
    let all = tokens.shape ^ traits.timestampLength ^ (traits.ended ? 0x5555 : 0);
    all = Math.imul(all ^ traits.layout ^ traits.shift, 0x01000193);
    let values = 0;
    let hidden = 0;
    for (let token = 0; token < count; token++) {
      const at = start[token] ?? 0;
      const tokenKind = kind[token];
      // A stamp that is longer than what was recognised of it shows to single words in part.
      const seenFrom = tokenKind === TOKEN_STAMP ? at + (length[token] ?? 0) - 1 : at;
      if (seenFrom < hiddenUntil) hidden++;
      if (tokenKind === TOKEN_WORD && promoted?.[token] !== 1) {
        marks[token] = 0;
        all = Math.imul(all ^ (hash[token] ?? 0), 0x01000193);
        all ^= all >>> 15;
        continue;
      }
      if (tokenKind === TOKEN_STAMP) marks[token] = STAMP_MARK;
      else {
        marks[token] = SLOT_MARK;
        this.valueStart[values] = at;
        this.valueLength[values++] = length[token] ?? 0;
      }
      all = Math.imul(all ^ 2, 0x01000193);
    }
    this.valueCount = values;
    this.#hidden = hidden;
    all ^= all >>> 15;
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
      known.slots !== this.valueCount ||
      known.timestampLength !== traits.timestampLength ||
      known.ended !== traits.ended ||
      known.layout !== traits.layout ||
      known.shift !== traits.shift ||
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

  #add(
    bytes: Uint8Array,
    row: RowPlace,
    tokens: RowSplitter,
    traits: TemplateTraits,
    promoted: boolean,
  ): void {
    const room = row.to - row.from + 1;
    if (this.#textLength + room > this.#texts.length) {
      const grown = Buffer.allocUnsafeSlow(this.#texts.length * 2 + room);
      this.#texts.copy(grown, 0, 0, this.#textLength);
      this.#texts = grown;
    }
    const texts = this.#texts;
    const from = this.#textLength;
    let text = from;
    let at = row.from;
    for (let token = 0; token < tokens.count; token++) {
      const mark = this.#marks[token] ?? 0;
      if (mark === 0) continue;
      const stop = tokens.start[token] ?? 0;
      while (at < stop) texts[text++] = bytes[at++] ?? 0;
      texts[text++] = mark;
      at = stop + (tokens.length[token] ?? 0);
    }
    while (at < row.to) texts[text++] = bytes[at++] ?? 0;
    texts[text] = END_MARK;
    this.#textLength = text + 1;
    const { timestampLength, ended, layout, shift } = traits;
    this.templates.push({
      ...{ timestampLength, ended, layout, shift, promoted },
      hiddenTokens: this.#hidden,
      slots: this.valueCount,
      from,
      to: text,
    });
  }
}
