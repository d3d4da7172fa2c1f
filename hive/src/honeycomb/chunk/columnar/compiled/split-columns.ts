/** The values of a chunk's variables, as they are in the memory in which its rows were split. */
import { LONG } from '../value-columns.ts';
import { hashWordBytes } from '../words.ts';
import { bloomParts } from './fill-blooms.ts';
import { type Lexicon, type LexiconOptions, makeLexicon } from './split-lexicon.ts';
import type { SplitMemory } from './split-memory.ts';

/** A template's numbers, and those of them that are read here: see `hive/assembly/split/templates.ts`. */
const TEMPLATE_NUMBERS = 16;
const TEMPLATE = {
  text: 1,
  textBytes: 2,
  slots: 3,
  count: 4,
  hidden: 8,
  hasLevelWord: 12,
  rows: 13,
} as const;
const TRAITS = { timestampLength: 24, ended: 25, layout: 26, shift: 28 } as const;
const FACTS_BYTES = 24;
const FACTS = FACTS_BYTES / 4;
const SMALL_NUMBER_DIGITS_MAX = 3;

/** A template. */
export interface Template {
  /** Leading characters that are the recognised time stamp. */
  readonly timestampLength: number;
  /** True where the row ends with a line end. */
  readonly ended: boolean;
  /** Index into STAMP_LAYOUTS, or -1. */
  readonly layout: number;
  /** See StampHabit. */
  readonly shift: number;
  /** Variables and stamps that begin within the stamp's characters: single words do not see them. */
  readonly hiddenTokens: number;
  readonly slots: number;
  /** Number of its first slot among those of all templates. */
  readonly firstSlot: number;
  /** Where its text begins and ends in the dictionary, without the mark at its end. */
  readonly from: number;
  readonly to: number;
  /** True where a value may decide about a level. */
  readonly hasLevelWord: boolean;
}

/** What is known of slots; by slot. There is one more, of raw rows, of which nothing is known. */
export interface SlotFacts {
  readonly mask: Int32Array;
  readonly shortest: Uint8Array;
  readonly longest: Uint8Array;
  readonly encoding: Uint8Array;
  readonly columnBytes: Float64Array;
}

/** The templates, and the dictionary: each template's text and END_MARK. */
export function readTemplates(memory: SplitMemory): { templates: Template[]; texts: Buffer } {
  const { bytes, numbers, loops } = memory;
  const count = loops.templates.value;
  const templates: Template[] = [];
  let length = 0;
  let firstSlot = 0;
  for (let id = 0; id < count; id++) {
    const address = loops.TEMPLATES.value + id * TEMPLATE_NUMBERS * 4;
    const number = (index: number) => numbers[(address >> 2) + index] ?? 0;
    const from = length;
    length += number(TEMPLATE.textBytes);
    const slots = number(TEMPLATE.count);
    templates.push({
      timestampLength: bytes[address + TRAITS.timestampLength] ?? 0,
      ended: bytes[address + TRAITS.ended] === 1,
      layout: bytes.readInt8(address + TRAITS.layout),
      shift: bytes.readInt32LE(address + TRAITS.shift),
      hiddenTokens: number(TEMPLATE.hidden),
      ...{ slots, firstSlot, from, to: length - 1 },
      hasLevelWord: number(TEMPLATE.hasLevelWord) === 1,
    });
    firstSlot += slots;
  }
  const texts = Buffer.allocUnsafe(length);
  for (const [id, { from }] of templates.entries()) {
    const at = numbers[(loops.TEMPLATES.value >> 2) + id * TEMPLATE_NUMBERS + TEMPLATE.text] ?? 0;
    const textBytes =
      numbers[(loops.TEMPLATES.value >> 2) + id * TEMPLATE_NUMBERS + TEMPLATE.textBytes] ?? 0;
    bytes.copy(texts, from, at, at + textBytes);
  }
  return { templates, texts };
}

/** See the file's head; valid until rows are split again. */
export class SplitColumns {
  readonly #memory: SplitMemory;
  readonly #templates: readonly Template[];
  readonly #facts: number;
  /** Slots, without that of raw rows. */
  readonly #slots: number;
  /** Where columns are gathered, and how many bytes have room there. */
  #target = 0;
  #room = 0;

  constructor(memory: SplitMemory, templates: readonly Template[]) {
    this.#memory = memory;
    this.#templates = templates;
    this.#slots = templates.reduce((sum, { slots }) => sum + slots, 0);
    this.#facts = memory.loops.allocate(FACTS_BYTES * this.#slots);
  }

  /** What is known of the slots. */
  facts(): SlotFacts {
    const { loops } = this.#memory;
    const first = loops.TEMPLATES.value >> 2;
    const { numbers: before } = this.#memory;
    for (const [id, { slots, firstSlot }] of this.#templates.entries()) {
      const at = first + id * TEMPLATE_NUMBERS;
      const [address, rows] = [before[at + TEMPLATE.slots] ?? 0, before[at + TEMPLATE.rows] ?? 0];
      loops.describe(address, slots, rows, this.#facts + firstSlot * FACTS_BYTES);
    }
    const count = this.#slots;
    const facts = {
      mask: new Int32Array(count + 1),
      shortest: new Uint8Array(count + 1),
      longest: new Uint8Array(count + 1),
      encoding: new Uint8Array(count + 1),
      columnBytes: new Float64Array(count + 1),
    };
    const { numbers } = this.#memory;
    for (let slot = 0, at = this.#facts >> 2; slot < count; slot++, at += FACTS) {
      facts.mask[slot] = numbers[at + 1] ?? 0;
      facts.columnBytes[slot] = numbers[at + 2] ?? 0;
      facts.shortest[slot] = Math.min(numbers[at + 3] ?? 0, LONG);
      facts.longest[slot] = Math.min(numbers[at + 4] ?? 0, LONG);
      facts.encoding[slot] = numbers[at + 5] ?? 0;
    }
    return facts;
  }

  /** The lexicon of what some slots have in common, whose values are not one constant; undefined where that gains nothing. */
  lexicon(
    slots: readonly number[],
    { encoding }: SlotFacts,
    options: LexiconOptions,
  ): Lexicon | undefined {
    const { loops, numbers } = this.#memory;
    const rows = new Uint32Array(this.#slots);
    for (const [id, { slots: own, firstSlot }] of this.#templates.entries()) {
      const at = (loops.TEMPLATES.value >> 2) + id * TEMPLATE_NUMBERS;
      rows.fill(numbers[at + TEMPLATE.rows] ?? 0, firstSlot, firstSlot + own);
    }
    const candidates = slots.map((slot) => ({
      slot,
      address: numbers[(this.#facts >> 2) + slot * FACTS] ?? 0,
      encoding: encoding[slot] ?? 0,
      rows: rows[slot] ?? 0,
    }));
    return makeLexicon(this.#memory, candidates, options);
  }

  /**
   * Columns of slots in an order, one behind the other, at the begin of so many bytes. They are in the loops' memory: valid
   * until it is called again, or something makes that grow.
   */
  gather(order: readonly number[], bytes: number): Buffer {
    const { loops } = this.#memory;
    if (bytes > this.#room) {
      this.#room = Math.max(bytes, 2 * this.#room);
      this.#target = loops.allocate(this.#room);
    }
    const addresses = loops.allocate(4 * order.length);
    const { numbers } = this.#memory;
    for (const [index, slot] of order.entries()) {
      numbers[(addresses >> 2) + index] = numbers[(this.#facts >> 2) + slot * FACTS] ?? 0;
    }
    loops.gather(addresses, order.length, this.#target);
    return this.#memory.bytes.subarray(this.#target, this.#target + bytes);
  }

  /** Takes a word of a raw row for the bloom. */
  addWord(bytes: Buffer, from: number, to: number): void {
    const isSmall = to - from <= SMALL_NUMBER_DIGITS_MAX && isDigits(bytes, from, to);
    this.#memory.loops.addWord(hashWordBytes(bytes, from, to), isSmall ? 1 : 0);
  }

  /** The blooms of a chunk with these values, whose literal text has these words. */
  blooms(literals: Int32Array): Buffer[] {
    return bloomParts(this.#memory, this.words(), literals);
  }

  /** Hashes of words, about once each. */
  words(): Int32Array {
    const { loops } = this.#memory;
    const at = loops.wordHashes() >> 2;
    return Int32Array.from(this.#memory.numbers.subarray(at, at + loops.wordCount()));
  }
}

function isDigits(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) {
    const byte = bytes[at] ?? 0;
    if (byte < 0x30 || byte > 0x39) return false;
  }
  return true;
}
