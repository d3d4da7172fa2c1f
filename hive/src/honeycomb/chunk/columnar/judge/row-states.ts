import { type Automaton, BYTES, OPEN, REFUSED } from '@apiary/common/query/automaton/table.ts';
import type { ColumnPlace } from '../compiled/find-in-column.ts';
import { runAutomaton } from '../compiled/run-automaton.ts';

/** What each open state becomes, while it is looked up. */
const target = new Uint8Array(BYTES);

/**
 * Where an automaton is in each row of a template: first in one state for all of them, then in one for each. Rows that
 * are settled are not looked at any more.
 */
export class RowStates {
  readonly #automaton: Automaton;
  readonly #wanted: Uint8Array | undefined;
  readonly #by: Uint8Array;
  /** The state of all rows, while it is one. */
  #common: number | undefined;
  /** By state: 1 where a row is in it. */
  readonly #seen = new Uint8Array(BYTES);
  /** States of rows that are not settled. */
  #open: number[] = [];

  /** @param wanted 1 for rows that can match; undefined: any can */
  constructor(automaton: Automaton, rows: number, wanted: Uint8Array | undefined) {
    this.#automaton = automaton;
    this.#wanted = wanted;
    this.#by = new Uint8Array(rows);
    this.#common = automaton.start;
    if (automaton.start >= OPEN) this.#open.push(automaton.start);
  }

  /** States of rows that are not settled. */
  get open(): readonly number[] {
    return this.#open;
  }

  /** Each open state becomes another one. */
  map(to: (state: number) => number): void {
    if (this.#common !== undefined) {
      if (this.#common < OPEN) return;
      this.#common = to(this.#common);
      this.#open = this.#common < OPEN ? [] : [this.#common];
      return;
    }
    let moves = false;
    for (const state of this.#open) {
      target[state] = to(state);
      moves ||= target[state] !== state;
    }
    if (!moves) return;
    const by = this.#by;
    const seen = this.#seen.fill(0);
    for (let row = 0; row < by.length; row++) {
      const state = by[row] ?? 0;
      if (state < OPEN) continue;
      by[row] = target[state] ?? 0;
      seen[target[state] ?? 0] = 1;
    }
    this.#look();
  }

  /** Goes through a column of ASCII characters, which has a value for each row. */
  readColumn(place: ColumnPlace): void {
    runAutomaton(this.#automaton, place, this.#byRow(), this.#seen);
    this.#look();
  }

  /** Goes through a text that each row has of its own. */
  readTexts(textOf: (row: number) => Uint8Array): void {
    const by = this.#byRow();
    const { next } = this.#automaton;
    const seen = this.#seen.fill(0);
    for (let row = 0; row < by.length; row++) {
      let state = by[row] ?? 0;
      if (state < OPEN) continue;
      for (const byte of textOf(row)) state = next[state * BYTES + byte] ?? 0;
      by[row] = state;
      seen[state] = 1;
    }
    this.#look();
  }

  /** 1 for each row that matches where its text ends here. */
  matches(): Uint8Array {
    const by = this.#byRow();
    const { accepts } = this.#automaton;
    for (let row = 0; row < by.length; row++) by[row] = accepts[by[row] ?? 0] ?? 0;
    return by;
  }

  #byRow(): Uint8Array {
    const by = this.#by;
    if (this.#common === undefined) return by;
    by.fill(this.#common);
    const wanted = this.#wanted;
    if (wanted) {
      for (let row = 0; row < by.length; row++) if (wanted[row] === 0) by[row] = REFUSED;
    }
    this.#common = undefined;
    return by;
  }

  #look(): void {
    this.#open = [];
    const states = this.#automaton.accepts.length;
    for (let state = OPEN; state < states; state++) {
      if (this.#seen[state] === 1) this.#open.push(state);
    }
  }
}
