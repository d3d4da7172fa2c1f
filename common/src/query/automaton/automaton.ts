/** Makes the automaton of a regular expression: its states, seen as sets, with those made one that nothing tells apart. */
import { foldedExpression } from '../regex.ts';
import { ASCII, type Assertion, readExpression } from './expression.ts';
import { type States, statesOf } from './nondeterministic.ts';
import { smallest } from './smallest.ts';
import { type Automaton, BYTES, MATCHED, OPEN, REFUSED } from './table.ts';

/** A state is a byte. */
const STATES_MAX = 250;
/** States of the expression that are looked at while the table is made, at most: some ten milliseconds. */
const LOOKS_MAX = 200_000;
/** The automaton of an expression as between the slashes of a query; undefined where only `RegExp` can tell. */
export function compileAutomaton(source: string): Automaton | undefined {
  const folded = foldedExpression(source);
  const expression = folded === undefined ? undefined : readExpression(folded);
  const states = expression && statesOf(expression);
  return states && new Builder(states).build();
}

/** What was read last, or comes next. */
type Neighbour = 'none' | 'word' | 'other';

interface Kernel {
  /** States that wait for a character or, before it, for an assertion. */
  readonly waiting: readonly number[];
  readonly before: Neighbour;
}

class Builder {
  readonly #states: States;
  readonly #hasEdges: boolean;
  /** By character: the first one that no state tells from it. */
  readonly #likeness: Uint8Array;
  readonly #numbers = new Map<string, number>();
  readonly #kernels: Kernel[] = [];
  #looks = 0;

  constructor(states: States) {
    this.#states = states;
    this.#hasEdges = states.all.some(
      (state) => state.kind === 'assertion' && (state.what === 'edge' || state.what === 'noEdge'),
    );
    this.#likeness = this.#classes();
    for (const settled of ['refused', 'matched']) {
      this.#numbers.set(settled, this.#kernels.push({ waiting: [], before: 'none' }) - 1);
    }
  }

  build(): Automaton | undefined {
    const first = this.#follow([this.#states.start], () => false);
    const start = this.#number(first, 'none');
    const rows: Uint8Array[] = [row(REFUSED), row(MATCHED)];
    const accepts = [0, 1];
    for (let number = OPEN; number < this.#kernels.length; number++) {
      const kernel = this.#kernels[number];
      if (!kernel || this.#isTooLarge) return undefined;
      rows.push(this.#row(kernel));
      accepts.push(this.#hasMatch(this.#resolve(kernel, 'none')) ? 1 : 0);
    }
    if (this.#isTooLarge) return undefined;
    return smallest({ start, next: Buffer.concat(rows), accepts: Uint8Array.from(accepts) });
  }

  get #isTooLarge(): boolean {
    return this.#kernels.length > STATES_MAX || this.#looks > LOOKS_MAX;
  }

  #row(kernel: Kernel): Uint8Array {
    const next = new Uint8Array(BYTES);
    for (let code = 0; code < ASCII; code++) {
      if (this.#isTooLarge) break;
      const like = this.#likeness[code] ?? 0;
      next[code] = like === code ? this.#step(kernel, code) : (next[like] ?? 0);
    }
    // Text is folded before it is judged.
    next.copyWithin(0x41, 0x61, 0x7b);
    return next;
  }

  #step(kernel: Kernel, code: number): number {
    const after = isWord(code) ? 'word' : 'other';
    const resolved = this.#resolve(kernel, after);
    if (this.#hasMatch(resolved)) return MATCHED;
    // A match may begin at any character.
    const targets = [this.#states.start];
    for (const number of resolved) {
      const state = this.#states.all[number];
      if (state?.kind === 'characters' && state.has[code] === 1) targets.push(state.next);
    }
    const waiting = this.#follow(targets, () => false);
    return this.#number(waiting, this.#hasEdges ? after : 'other');
  }

  /** The number of a state, a new one where it is seen for the first time. */
  #number(waiting: readonly number[], before: Neighbour): number {
    if (this.#hasMatch(waiting)) return MATCHED;
    const left = waiting.filter((number) => {
      const state = this.#states.all[number];
      return state?.kind !== 'assertion' || state.what !== 'start' || before === 'none';
    });
    if (left.length === 0) return REFUSED;
    const key = `${before} ${left.join(' ')}`;
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const number = this.#kernels.push({ waiting: left, before }) - 1;
    this.#numbers.set(key, number);
    return number;
  }

  #hasMatch(numbers: readonly number[]): boolean {
    return numbers.some((number) => this.#states.all[number]?.kind === 'match');
  }

  /** States that hold before the next character, with assertions judged. */
  #resolve({ waiting, before }: Kernel, after: Neighbour): number[] {
    return this.#follow(waiting, (what) => holds(what, before, after));
  }

  /** All states that lead on without a character, ascending; those at assertions stay too. */
  #follow(from: readonly number[], passes: (what: Assertion) => boolean): number[] {
    const seen = new Set<number>();
    const found: number[] = [];
    const open = [...from];
    for (let number = open.pop(); number !== undefined; number = open.pop()) {
      if (seen.has(number)) continue;
      seen.add(number);
      const state = this.#states.all[number];
      if (state?.kind === 'fork') open.push(...state.next);
      else found.push(number);
      if (state?.kind === 'assertion' && passes(state.what)) open.push(state.next);
    }
    this.#looks += seen.size;
    return found.sort((a, b) => a - b);
  }

  /** Characters by what all states say of them. */
  #classes(): Uint8Array {
    const sets = this.#states.all.flatMap((state) =>
      state.kind === 'characters' ? [state.has] : [],
    );
    const first = new Map<string, number>();
    return Uint8Array.from({ length: ASCII }, (_, code) => {
      const edge = this.#hasEdges && isWord(code) ? 1 : 0;
      const key = sets.reduce((text, has) => text + has[code], String(edge));
      if (!first.has(key)) first.set(key, code);
      return first.get(key) ?? code;
    });
  }
}

function row(state: number): Uint8Array {
  return new Uint8Array(BYTES).fill(state);
}

function isWord(code: number): boolean {
  return /\w/.test(String.fromCharCode(code));
}

function holds(what: Assertion, before: Neighbour, after: Neighbour): boolean {
  if (what === 'start') return before === 'none';
  if (what === 'end') return after === 'none';
  const isEdge = (before === 'word') !== (after === 'word');
  return isEdge === (what === 'edge');
}
