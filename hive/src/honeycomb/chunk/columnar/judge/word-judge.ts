import { isWordCode } from '@apiary/common/query/words.ts';
import type { ChunkData } from '../chunk-data.ts';
import type { SlotWord } from '../compiled/slot-loops.ts';
import type { Dictionary } from '../dictionary.ts';
import { lastBegun } from '../last-begun.ts';
import type { SlotTable } from '../slot-table.ts';
import { LONG } from '../value-columns.ts';
import { FULL_MASK, SLOT_MARK, STAMP_MARK } from '../words.ts';
import { ColumnSearch } from './column-search.ts';
import { ALL, type Judge, NONE, SOME } from './judge.ts';
import type { WantedWord } from './word-leaf.ts';

/** Of a word that may come from bytes beyond ASCII. */
const BEYOND_ASCII_MASK = 0x0fffffff;

/** Lines with one word, wherever it is but in the time stamp at their head. */
export class WordJudge implements Judge {
  readonly #data: ChunkData;
  readonly #word: WantedWord;
  readonly #decoded: Judge;
  readonly #columns: ColumnSearch;

  /** @param decoded judges by decoding: for raw rows and where a stamp is visible */
  constructor(data: ChunkData, word: WantedWord, decoded: Judge) {
    this.#data = data;
    this.#word = word;
    this.#decoded = decoded;
    this.#columns = new ColumnSearch(data, word);
  }

  async templates(): Promise<Uint8Array> {
    const { values, literals } = await findWord(this.#data, this.#word, false);
    return values.map((some, id) => (literals[id] === 1 ? ALL : some === 1 ? SOME : NONE));
  }

  /** Rows of a template in doubt: its columns are searched as text. */
  async rows(template: number): Promise<Uint8Array> {
    const [{ head }, slots] = [await this.#data.runs(), await this.#data.slots()];
    const word = this.#word;
    if (template === head.templates || (word.mask & FULL_MASK) === BEYOND_ASCII_MASK) {
      return await this.#decoded.rows(template);
    }
    // Measured on JSON, whose stamps are behind a name: decoded for any word, a prefix took three times as long.
    if (mayBeInStamp(word.needle)) {
      const dictionary = await this.#data.dictionary();
      if (hasVisibleStamp(template, slots, dictionary)) return await this.#decoded.rows(template);
    }
    const result = new Uint8Array(slots.rows[template] ?? 0);
    const first = slots.firstSlot[template] ?? 0;
    const end = slots.firstSlot[template + 1] ?? 0;
    const mayBeHidden = first + (slots.hiddenTokens[template] ?? 0);
    for (let slot = first; slot < end; slot++) {
      if (!mayHold(word, slots, slot)) continue;
      if (slot < mayBeHidden) {
        const dictionary = await this.#data.dictionary();
        if (slot - first < hiddenSlots(template, slots, dictionary)) continue;
      }
      if (slots.mask[slot] === FULL_MASK && slots.listed[slot] === 0) {
        return await this.#decoded.rows(template);
      }
      if (this.#columns.markAtHand(slots, slot, result)) continue;
      await this.#columns.mark(slots, slot, result);
    }
    return result;
  }
}

/** By template, 1 where the word may be. */
export interface WordPlaces {
  /** In a value or in the stamp. */
  readonly values: Uint8Array;
  /** In the literal text, certainly. */
  readonly literals: Uint8Array;
}

/** Finds the templates that can have a word. `seesStamp`: also within the time stamp at the head. */
export async function findWord(
  data: ChunkData,
  word: WantedWord,
  seesStamp: boolean,
): Promise<WordPlaces> {
  const { head } = await data.runs();
  const places = {
    values: new Uint8Array(head.templates + 1),
    literals: new Uint8Array(head.templates + 1),
  };
  let [inValues, inLiterals] = [true, true];
  if (word.exact && word.hash !== undefined) {
    const may = await data.mayBe(word.hash);
    inValues = may.value;
    inLiterals = may.literal;
  }
  const inStamp = mayBeInStamp(word.needle);
  if (!inValues && !inLiterals && !inStamp) return places;
  const slots = await data.slots();
  if (inValues) {
    if (markValues(word, slots, places.values)) {
      const listed = await data.listed();
      replaceListed(places.values, listed?.lexicon.wanted(word) ? 1 : 0);
    }
  }
  if (!inLiterals && !inStamp) return places;
  const dictionary = await data.dictionary();
  if (inLiterals) markLiterals(word, { dictionary, slots, seesStamp, found: places.literals });
  if (!inStamp) return places;
  for (let id = 0; id < head.templates; id++) {
    if ((slots.layout[id] ?? -1) < 0 || places.values[id] === 1) continue;
    if (seesStamp || hasVisibleStamp(id, slots, dictionary)) places.values[id] = 1;
  }
  return places;
}

/** In place of 1, where the word can be in values of the lexicon alone. */
const LISTED = 2;

/** Marks templates with a value that can have the word; true if there are such of the lexicon. */
function markValues(word: WantedWord, slots: SlotTable, values: Uint8Array): boolean {
  let isListed = false;
  let id = 0;
  for (const slot of slots.slotsOf(slotWord(word))) {
    id = lastBegun(slots.firstSlot, slot, id);
    if (values[id] === 1) continue;
    if (slots.isListed(slot)) {
      values[id] = LISTED;
      isListed = true;
    } else values[id] = 1;
  }
  return isListed;
}

function slotWord({ mask, needle, exact }: WantedWord): SlotWord {
  return { mask, length: needle.length, exact };
}

function replaceListed(values: Uint8Array, state: number): void {
  for (let id = 0; id < values.length; id++) if (values[id] === LISTED) values[id] = state;
}

/** True if a slot's values can have the word. */
export function mayHold(word: WantedWord, slots: SlotTable, slot: number): boolean {
  const has = slots.mask[slot] ?? 0;
  if ((has & word.mask) !== word.mask) return false;
  if (has === FULL_MASK) return true;
  const most = slots.longest[slot] ?? LONG;
  if (most < word.needle.length && most !== LONG) return false;
  return !word.exact || (slots.shortest[slot] ?? 0) <= word.needle.length;
}

/**
 * False if no line can have the word, as the blooms tell: no other section is read for that. A word of a
 * stamp may be in any line.
 */
export async function mayHaveWord(data: ChunkData, word: WantedWord): Promise<boolean> {
  if (!word.exact || word.hash === undefined || mayBeInStamp(word.needle)) return true;
  const { value, literal } = await data.mayBe(word.hash);
  return value || literal;
}

/** Stamps have digits, `T`, `Z`, and the names of months and weekdays. */
export function mayBeInStamp(needle: string): boolean {
  if (needle.length > 13) return false;
  const names = 'jan feb mar apr may jun jul aug sep oct nov dec sun mon tue wed thu fri sat';
  return /^[0-9tz]+$/.test(needle) || names.includes(needle);
}

/** Marks templates whose literal text has the word. */
function markLiterals(
  word: WantedWord,
  where: {
    readonly dictionary: Dictionary;
    readonly slots: SlotTable;
    readonly seesStamp: boolean;
    readonly found: Uint8Array;
  },
): void {
  const { folded, foldedStart } = where.dictionary;
  const { needle } = word;
  let id = 0;
  let at = folded.indexOf(needle);
  while (at >= 0) {
    id = lastBegun(foldedStart, at, id);
    let from = at;
    while (from > 0 && isWordCode(folded.charCodeAt(from - 1))) from--;
    let to = at + needle.length;
    while (to < folded.length && isWordCode(folded.charCodeAt(to))) to++;
    const fits = word.exact ? to - from === needle.length : word.accepts(folded.slice(from, to));
    if (fits && (where.seesStamp || from >= visibleFrom(id, folded, foldedStart, where.slots))) {
      where.found[id] = 1;
      at = folded.indexOf(needle, foldedStart[id + 1]);
    } else at = folded.indexOf(needle, at + 1);
  }
}

/** Where, in the folded dictionary, the first word of a template begins that single words see. */
function visibleFrom(
  id: number,
  folded: string,
  foldedStart: Uint32Array,
  slots: SlotTable,
): number {
  let at = foldedStart[id] ?? 0;
  let hidden = slots.hiddenTokens[id] ?? 0;
  while (hidden > 0) {
    const code = folded.charCodeAt(at);
    if (code === STAMP_MARK || code === SLOT_MARK) {
      hidden--;
      at++;
    } else if (isWordCode(code)) {
      while (isWordCode(folded.charCodeAt(at))) at++;
      hidden--;
    } else at++;
  }
  return at;
}

/** How many of a template's slots are within the stamp at its head. */
function hiddenSlots(id: number, slots: SlotTable, dictionary: Dictionary): number {
  if ((slots.hiddenTokens[id] ?? 0) === 0) return 0;
  const { folded, foldedStart } = dictionary;
  const end = visibleFrom(id, folded, foldedStart, slots);
  let count = 0;
  for (let at = foldedStart[id] ?? 0; at < end; at++) {
    if (folded.charCodeAt(at) === SLOT_MARK) count++;
  }
  return count;
}

function hasVisibleStamp(id: number, slots: SlotTable, dictionary: Dictionary): boolean {
  if ((slots.layout[id] ?? -1) < 0) return false;
  const { folded, foldedStart } = dictionary;
  const from = visibleFrom(id, folded, foldedStart, slots);
  const stamp = folded.indexOf(String.fromCharCode(STAMP_MARK), from);
  return stamp >= 0 && stamp < (foldedStart[id + 1] ?? 0);
}
