/** Memory in which rows are split, and the loops that split them: see `hive/assembly/split`. */
import { isLevelWord, LEVEL_WORD_TABLE } from '../level-words.ts';
import type { Promotions } from '../promotions.ts';
import type { StampHabit, StampSearch } from '../stamp-search.ts';
import { BYTE_CLASS, CHARACTER_BITS, hashWordBytes, LOWER } from '../words.ts';
import { LinearMemory } from './linear-memory.ts';
import { SPLIT_WASM } from './split-wasm.ts';
import { StampTexts } from './stamp-texts.ts';

const PAGES = 133;
const NONE_PROMOTED = 1;
/** Numbers of a habit: place, layout, searches in vain; and in f64 its shift. */
const HABIT_SHIFT = 2;

/** A number that the module exports. */
interface Place {
  readonly value: number;
}

/** See `hive/assembly/split`. */
interface Loops {
  begin(): void;
  addStream(): number;
  splitRows(stream: number, rows: number, begin: number, observed: number): void;
  allocate(bytes: number): number;
  clearShapes(): void;
  addWord(hash: number, isSmallNumber: number): void;
  wordCount(): number;
  wordHashes(): number;
  describe(slots: number, count: number, rows: number, target: number): void;
  gather(slots: number, count: number, target: number): number;
  clearLexicon(): void;
  numberValues(slot: number, target: number): number;
  singleValues(numbers: number, length: number): number;
  takeValues(numbers: number, length: number, target: number): number;
  takenBytes(numbers: number, length: number): number;
  writePlanes(...numbers: number[]): void;
  lexiconBytes(): number;
  writeLexicon(target: number): void;
  sortByPart(hashes: number, count: number, parts: number, target: number, firsts: number): void;
  fillBloom(hashes: number, count: number, target: number, blocks: number): void;
  readonly templates: Place;
  readonly TEMPLATES: Place;
  readonly LAYOUTS: Place;
  readonly CHARACTER_BITS: Place;
  readonly LOWER: Place;
  readonly BYTE_CLASS: Place;
  readonly LEVEL_WORDS: Place;
  readonly HABIT: Place;
  readonly TOKEN_HASH: Place;
  readonly TOKEN_KIND: Place;
  readonly ROW_START: Place;
  readonly ROW_TIME: Place;
  readonly ROW_STAMP: Place;
  readonly ROW_TEMPLATE: Place;
  readonly ROW_BYTES: Place;
  readonly ROW_BYTES_MAX: Place;
  readonly ROWS_MAX: Place;
}

let compiled: WebAssembly.Module | undefined;

/** What is learnt while rows are split. */
export interface SplitContext {
  readonly promotions: Promotions;
  readonly stamps: StampSearch;
}

/** See the file's head. It grows with what is in it. */
export class SplitMemory {
  readonly loops: Loops;
  /** Hashes of words in the literal text of the chunk's templates. */
  readonly literals = new Set<number>();
  readonly #memory = new WebAssembly.Memory({ initial: PAGES });
  readonly #texts: StampTexts;
  readonly #context: SplitContext;
  #buffer = this.#memory.buffer;
  #bytes = Buffer.from(this.#buffer);
  #numbers = new Uint32Array(this.#buffer);

  constructor(context: SplitContext) {
    this.#context = context;
    compiled ??= new WebAssembly.Module(Buffer.from(SPLIT_WASM, 'base64'));
    const instance = new WebAssembly.Instance(compiled, {
      env: { memory: this.#memory },
      stamps: {
        formatDay: (at: number, day: number) => this.#texts.formatDay(this.bytes, at, day),
      },
      words: {
        isLevelWord,
        hashFolded: (from: number, to: number) => hashWordBytes(this.bytes, from, to),
        addLiteral: (hash: number) => this.literals.add(hash),
      },
      shapes: {
        promotedOf: (shape: number) => this.#promotedOf(shape),
        learn: (shape: number, count: number) => this.#learn(shape, count),
        forget: () => context.promotions.forget(),
      },
      'stamp-finder': {
        searchStamp: (from: number, to: number, time: number) => this.#search(from, to, time),
      },
    });
    // What the module exports is checked by its test.
    this.loops = instance.exports as Loops;
    this.#texts = new StampTexts(this.loops.LAYOUTS.value);
    this.#layOut();
  }

  /**
   * The part of it that each chunk has anew, for whoever decodes: valid until rows are split again. What was split is
   * forgotten.
   */
  lend(): LinearMemory {
    this.loops.begin();
    // The arena is empty: nothing of it begins where it does.
    return new LinearMemory({ memory: this.#memory, from: this.loops.allocate(0) });
  }

  /** Bytes that it takes. */
  get size(): number {
    return this.#memory.buffer.byteLength;
  }

  /** All of it, by address; until a loop is called again. */
  get bytes(): Buffer {
    this.#look();
    return this.#bytes;
  }

  /** The same as numbers; by a fourth of their address. */
  get numbers(): Uint32Array {
    this.#look();
    return this.#numbers;
  }

  /** Numbers from an address on; not a copy. */
  numbersAt({ value }: Place, count: number): Uint32Array {
    return this.numbers.subarray(value >> 2, (value >> 2) + count);
  }

  /** The same for times. */
  timesAt({ value }: Place, count: number): Float64Array {
    return new Float64Array(this.#memory.buffer, value, count);
  }

  /** Sets where the next rows' stamps are likely. */
  putHabit({ at, layout, misses, shift }: StampHabit): void {
    this.numbersAt(this.loops.HABIT, 3).set([at, layout, misses]);
    this.timesAt(this.loops.HABIT, HABIT_SHIFT + 1)[HABIT_SHIFT] = shift;
  }

  /** Takes over where stamps were found. */
  takeHabit(habit: StampHabit): void {
    const [at = 0, layout = 0, misses = 0] = this.numbersAt(this.loops.HABIT, 3);
    habit.at = at;
    habit.layout = layout | 0;
    habit.misses = misses;
    habit.shift = this.timesAt(this.loops.HABIT, HABIT_SHIFT + 1)[HABIT_SHIFT] ?? 0;
  }

  #look(): void {
    // Memory that has grown is another buffer.
    if (this.#buffer === this.#memory.buffer) return;
    this.#buffer = this.#memory.buffer;
    this.#bytes = Buffer.from(this.#buffer);
    this.#numbers = new Uint32Array(this.#buffer);
  }

  #layOut(): void {
    const { loops } = this;
    this.#texts.putInto(new DataView(this.#buffer));
    this.numbersAt(loops.CHARACTER_BITS, 256).set(CHARACTER_BITS);
    this.#bytes.set(LOWER, loops.LOWER.value);
    this.#bytes.set(BYTE_CLASS, loops.BYTE_CLASS.value);
    this.#bytes.set(LEVEL_WORD_TABLE, loops.LEVEL_WORDS.value);
    loops.clearShapes();
  }

  #promotedOf(shape: number): number {
    const promoted = this.#context.promotions.promoted(shape);
    if (!promoted) return NONE_PROMOTED;
    const at = this.loops.allocate(promoted.length);
    this.bytes.set(promoted, at);
    return at;
  }

  #learn(shape: number, count: number): boolean {
    const { TOKEN_HASH, TOKEN_KIND } = this.loops;
    return this.#context.promotions.learn(shape, {
      count,
      ...{ kinds: this.bytes, kindsFrom: TOKEN_KIND.value },
      ...{ hashes: this.#numbers, hashesFrom: TOKEN_HASH.value >> 2 },
    });
  }

  #search(from: number, to: number, time: number): number {
    const habit: StampHabit = { at: 0, layout: -1, shift: 0, misses: 0 };
    this.takeHabit(habit);
    const length = this.#context.stamps.search({ bytes: this.bytes, from, to }, time, habit);
    this.putHabit(habit);
    return length;
  }
}
