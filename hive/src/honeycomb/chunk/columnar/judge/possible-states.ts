/** Where an automaton can be behind parts of a line of which only little is known. */
import { ASCII } from '@apiary/common/query/automaton/expression.ts';
import {
  type Automaton,
  BYTES,
  MATCHED,
  OPEN,
  REFUSED,
} from '@apiary/common/query/automaton/table.ts';
import { STAMP_LAYOUTS } from '../stamp-layouts.ts';
import { BYTE_CLASS, CHARACTER_BITS, DIGIT, LETTER } from '../words.ts';
import type { Piece } from './template-pieces.ts';

/** Digits of a time, and what stands in their place in times that no clock shows. */
const DIGITS = [0x20, ...Array.from({ length: 19 }, (_, index) => 0x27 + index)];
const LETTERS = Array.from({ length: 26 }, (_, index) => 0x61 + index);
const DIGIT_FIELDS = 'YyMDdhmsfEe';
const NAME_FIELDS = 'BW';
/** Pieces within which states have met, mostly: at the next blank, or never. */
const LOOK_AHEAD_PIECES = 4;

/** Where characters of values lead: by target, the bits of those characters as masks of columns have them. */
interface Moves {
  readonly targets: Uint8Array;
  readonly bits: Int32Array;
  /** Of all of them. */
  readonly any: number;
}

/** What holds for an automaton in any chunk. */
export class PossibleStates {
  readonly automaton: Automaton;
  /** By state. */
  readonly #moves: readonly Moves[];
  /** For {@link meeting}. */
  readonly #sets: StateSet[] = [];
  readonly #behindStamp = new Map<number, readonly number[]>();

  constructor(automaton: Automaton) {
    this.automaton = automaton;
    this.#moves = Array.from(automaton.accepts, (_, state) => movesOf(automaton, state));
  }

  /**
   * The next piece behind whose text each of some states has become one for certain, whatever values and stamps come
   * before it; undefined where there is none: they have to be read.
   *
   * @param from the piece behind whose text the states are
   */
  meeting(
    states: readonly number[],
    pieces: readonly Piece[],
    from: number,
  ): { readonly piece: number; readonly states: ReadonlyMap<number, number> } | undefined {
    const sets = states.map((state, index) => this.#setOf(state, index));
    for (let index = from; index < from + LOOK_AHEAD_PIECES; index++) {
      const [piece, next] = [pieces[index], pieces[index + 1]];
      if (!piece || !next) return undefined;
      for (const set of sets) {
        if (piece.follows === 'stamp') this.throughStamp(set, piece.layout);
        else this.throughValue(set, piece.mask);
        set.readText(next.text, this.automaton);
        // What is settled for some values and open for others stays so, mostly.
        if (set.count > 1 && (set.has(MATCHED) || set.has(REFUSED))) return undefined;
      }
      if (!sets.every(({ count }) => count === 1)) continue;
      const met = sets.map(({ list }, at): [number, number] => [states[at] ?? 0, list[0] ?? 0]);
      return { piece: index + 1, states: new Map(met) };
    }
    return undefined;
  }

  /** Adds all states that values of such a column lead to. */
  throughValue(states: StateSet, mask: number): void {
    // States are added behind those that are gone through.
    for (let index = 0; index < states.count; index++) {
      const moves = this.#moves[states.list[index] ?? 0];
      if (!moves || (moves.any & mask) === 0) continue;
      const { targets, bits } = moves;
      for (let move = 0; move < targets.length; move++) {
        if (((bits[move] ?? 0) & mask) !== 0) states.add(targets[move] ?? 0);
      }
    }
  }

  /** The state behind a text of ASCII characters. */
  afterText(state: number, bytes: Uint8Array): number {
    const { next } = this.automaton;
    let at = state;
    for (let index = 0; index < bytes.length && at >= OPEN; index++) {
      at = next[at * BYTES + (bytes[index] ?? 0)] ?? 0;
    }
    return at;
  }

  /** Goes to all states that stamps of a layout lead to. */
  throughStamp(states: StateSet, layout: number): void {
    const [...before] = states.list.subarray(0, states.count);
    states.clear();
    for (const state of before) {
      for (const behind of this.#afterStamp(state, layout)) states.add(behind);
    }
  }

  #setOf(state: number, index: number): StateSet {
    const set = this.#sets[index] ?? new StateSet();
    this.#sets[index] = set;
    set.clear();
    set.add(state);
    return set;
  }

  #afterStamp(state: number, layout: number): readonly number[] {
    const key = state * STAMP_LAYOUTS.length + layout;
    let states = this.#behindStamp.get(key);
    if (!states) {
      states = this.#behind(state, STAMP_LAYOUTS[layout] ?? '');
      this.#behindStamp.set(key, states);
    }
    return states;
  }

  #behind(from: number, layout: string): number[] {
    const { next } = this.automaton;
    let states = new Set([from]);
    for (const letter of layout) {
      const characters = DIGIT_FIELDS.includes(letter)
        ? DIGITS
        : NAME_FIELDS.includes(letter)
          ? LETTERS
          : [letter.charCodeAt(0)];
      const step = (state: number) => characters.map((code) => next[state * BYTES + code] ?? 0);
      states = new Set([...states].flatMap(step));
    }
    return [...states];
  }
}

/** Some states of an automaton, each once. */
export class StateSet {
  readonly list = new Uint8Array(BYTES);
  count = 0;
  readonly #has = new Uint8Array(BYTES);

  add(state: number): void {
    if (this.#has[state] === 1) return;
    this.#has[state] = 1;
    this.list[this.count++] = state;
  }

  /** Has this one alone. */
  be(state: number): void {
    this.clear();
    this.add(state);
  }

  clear(): void {
    for (let index = 0; index < this.count; index++) this.#has[this.list[index] ?? 0] = 0;
    this.count = 0;
  }

  has(state: number): boolean {
    return this.#has[state] === 1;
  }

  /** Each becomes the one that a text leads to. */
  readText(text: Uint8Array, automaton: Automaton): void {
    for (let at = 0; at < text.length; at++) this.read(text[at] ?? 0, automaton);
  }

  /** Each becomes the one that `byte` leads to; mostly none moves. */
  read(byte: number, { next }: Automaton): void {
    const { list, count } = this;
    let at = 0;
    while (at < count && next[(list[at] ?? 0) * BYTES + byte] === list[at]) at++;
    if (at === count) return;
    for (let index = 0; index < count; index++) {
      const state = list[index] ?? 0;
      this.#has[state] = 0;
      list[index] = next[state * BYTES + byte] ?? 0;
    }
    this.count = 0;
    for (let index = 0; index < count; index++) this.add(list[index] ?? 0);
  }

  /** True if text that ends here matches in each of them, or in any. */
  accepts(automaton: Automaton, which: 'every' | 'some'): boolean {
    return this.list.subarray(0, this.count)[which]((state) => automaton.accepts[state] === 1);
  }
}

function movesOf({ next }: Automaton, state: number): Moves {
  const bits = new Map<number, number>();
  let any = 0;
  for (let code = 0; code < ASCII; code++) {
    // Values are words.
    if (((BYTE_CLASS[code] ?? 0) & (LETTER | DIGIT)) === 0) continue;
    const target = next[state * BYTES + code] ?? 0;
    if (target === state) continue;
    const own = CHARACTER_BITS[code] ?? 0;
    bits.set(target, (bits.get(target) ?? 0) | own);
    any |= own;
  }
  return { targets: Uint8Array.from(bits.keys()), bits: Int32Array.from(bits.values()), any };
}
