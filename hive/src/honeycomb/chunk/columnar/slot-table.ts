/** The section of slots: what is known of templates and their variables, as typed arrays. */
import { AppError } from '@apiary/common/errors.ts';
import {
  findSlots,
  placeSlots,
  type SlotPlaces,
  type SlotWord,
  sumTemplates,
} from './compiled/slot-loops.ts';

/** The level of templates whose rows differ in it: see the section of levels. */
export const LEVEL_VARIES = 255;
/** A flag of templates. */
export const SLOTS_ENDED = 1;
/** Added to the encoding of columns whose values are in the lexicon. */
export const LISTED_KIND = 4;
const NO_MEMORY = new Uint8Array(0);

/** What the section is read with. */
export interface SlotCounts {
  readonly templates: number;
  readonly slots: number;
  /** How many sections of ids there are. */
  readonly idsParts: number;
  /** Columns stand in the order of their classes, else in that of slots. */
  readonly byClass: boolean;
}

/** True if rows of the template end with a line end. */
export function isEnded({ flags }: Pick<SlotTable, 'flags'>, template: number): boolean {
  return ((flags[template] ?? 0) & SLOTS_ENDED) !== 0;
}

/** By template: where the first of its rows is in the section of levels, if they are there. */
export function firstVarying({ level, rows }: Pick<SlotTable, 'level' | 'rows'>): Uint32Array {
  const first = new Uint32Array(level.length);
  for (let id = 0, at = 0; id < level.length; id++) {
    first[id] = at;
    if (level[id] === LEVEL_VARIES) at += rows[id] ?? 0;
  }
  return first;
}

/** Takes one column after another from the bytes of the section, which they look into. */
class SectionColumns {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  u8(count: number): Uint8Array {
    return new Uint8Array(this.#bytes.buffer, this.#take(count), count);
  }

  i8(count: number): Int8Array {
    return new Int8Array(this.#bytes.buffer, this.#take(count), count);
  }

  u16(count: number): Uint16Array {
    return new Uint16Array(this.#bytes.buffer, this.#take(2 * count), count);
  }

  i16(count: number): Int16Array {
    return new Int16Array(this.#bytes.buffer, this.#take(2 * count), count);
  }

  u32(count: number): Uint32Array {
    return new Uint32Array(this.#bytes.buffer, this.#take(4 * count), count);
  }

  i32(count: number): Int32Array {
    return new Int32Array(this.#bytes.buffer, this.#take(4 * count), count);
  }

  /** Where the next bytes are in the memory of the section. */
  #take(length: number): number {
    if (!(length >= 0 && length <= this.left)) throw corrupt();
    const from = this.#bytes.byteOffset + this.#at;
    this.#at += length;
    return from;
  }
}

/**
 * Everything of the section, by slot or by template, of which the last one is that of raw rows. A class, as V8 takes objects with accessors of their own
 * for each another kind: of many chunks, whatever read their tables was compiled again and again.
 */
export class SlotTable {
  /** The section, which the columns of it look into. */
  readonly section: Buffer;
  /** By slot, as are the next two. */
  readonly mask: Int32Array;
  readonly shortest: Uint8Array;
  readonly longest: Uint8Array;
  /** By template, as is all that follows. */
  readonly slots: Uint16Array;
  readonly rows: Uint32Array;
  /** Those in each section of ids: by section, and in it by template. */
  readonly rowsIn: Uint32Array;
  /** Index into STAMP_LAYOUTS, or -1. */
  readonly layout: Int8Array;
  /** See StampFinder.shift; minutes. */
  readonly shiftMinutes: Int16Array;
  readonly timestampLength: Uint8Array;
  readonly hiddenTokens: Uint16Array;
  /** Bit 0: the row ends with a line end. */
  readonly flags: Uint8Array;
  /** 0 none, above that an index into LEVELS plus one; or LEVEL_VARIES. */
  readonly level: Uint8Array;
  /** Its first slot; one more than there are templates. */
  readonly firstSlot: Uint32Array;
  /** Its first row in the order of templates; one more. */
  readonly firstRow: Uint32Array;
  /** Memory of what is made of the section when somebody asks where columns are. */
  placed: Uint8Array = NO_MEMORY;
  readonly #kinds: Uint8Array;
  readonly #varying: Uint32Array;
  readonly #byClass: boolean;
  #places: SlotPlaces | undefined;

  /** Reads what `encodeSlots` wrote, and keeps it. @throws AppError `store-corrupt` */
  constructor(bytes: Buffer, { templates, slots, idsParts, byClass }: SlotCounts) {
    const isAligned = bytes.byteOffset % Uint32Array.BYTES_PER_ELEMENT === 0;
    this.section = isAligned ? bytes : Buffer.from(new Uint8Array(bytes).buffer);
    const columns = new SectionColumns(this.section);
    this.mask = columns.i32(slots);
    const behind = 3 * slots + (10 + 4 * idsParts) * templates;
    this.#varying = columns.u32((columns.left - behind) / Uint32Array.BYTES_PER_ELEMENT);
    this.rowsIn = columns.u32(idsParts * templates);
    this.slots = columns.u16(templates);
    this.hiddenTokens = columns.u16(templates);
    this.shiftMinutes = columns.i16(templates);
    this.shortest = columns.u8(slots);
    this.longest = columns.u8(slots);
    this.#kinds = columns.u8(slots);
    this.layout = columns.i8(templates);
    this.timestampLength = columns.u8(templates);
    this.flags = columns.u8(templates);
    this.level = columns.u8(templates);
    this.#byClass = byClass;
    const { rows, firstSlot, firstRow } = sumTemplates(this.rowsIn, this.slots);
    if (firstSlot[templates] !== slots) throw corrupt();
    this.rows = rows;
    this.firstSlot = firstSlot;
    this.firstRow = firstRow;
  }

  /** By slot: where the column begins among all columns. @throws AppError `store-corrupt` */
  get from(): Uint32Array {
    return this.#placesOf().from;
  }

  /** Bytes of the column. @throws AppError `store-corrupt` */
  get bytes(): Uint32Array {
    return this.#placesOf().bytes;
  }

  /** @throws AppError `store-corrupt` */
  get template(): Uint16Array {
    return this.#placesOf().template;
  }

  /** @throws AppError `store-corrupt` */
  get encoding(): Uint8Array {
    return this.#placesOf().encoding;
  }

  /** 1 where the column's values are in the lexicon; the others say what it is as text. @throws AppError `store-corrupt` */
  get listed(): Uint8Array {
    return this.#placesOf().listed;
  }

  /** The same of one slot, without a look at the others. */
  isListed(slot: number): boolean {
    return (this.#kinds[slot] ?? 0) >= LISTED_KIND;
  }

  /** Slots whose values can have a word, in their order. */
  slotsOf(word: SlotWord): Uint32Array {
    return findSlots(this, word);
  }

  #placesOf(): SlotPlaces {
    if (!this.#places) {
      const { mask, longest, firstSlot, rows } = this;
      const [kinds, varying, byClass] = [this.#kinds, this.#varying, this.#byClass];
      const places = placeSlots({ mask, longest, kinds, varying, firstSlot, rows, byClass });
      if (!places) throw corrupt();
      this.#places = places;
      this.placed = places.memory;
    }
    return this.#places;
  }
}

function corrupt(): AppError {
  return new AppError('store-corrupt', 'The slots of a chunk are not whole.');
}
