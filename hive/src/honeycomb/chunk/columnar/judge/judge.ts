/**
 * Evaluation of a query on a chunk: first template by template, without reading a value; then row by row
 * for templates that are in doubt. Each node of the query is a judge.
 */

/** No row of the template matches. */
export const NONE = 0;
/** All rows of the template match. */
export const ALL = 1;
/** It depends on the row. */
export const SOME = 2;

/** One node of a query, on one chunk. */
export interface Judge {
  /** NONE, ALL or SOME by template, that of raw rows last. Not to be written to. */
  templates(): Promise<Uint8Array>;
  /** 1 for each row of a template that matches, in their order. */
  rows(template: number): Promise<Uint8Array>;
}

/** Rows of a template, and how to wait in a long loop. */
export interface JudgeContext {
  readonly templateCount: number;
  /** How many rows a template has. */
  rowCount(template: number): number;
}

/** The same answer for all rows. */
export class ConstantJudge implements Judge {
  readonly #states: Uint8Array;
  readonly #context: JudgeContext;
  readonly #answer: 0 | 1;

  constructor(context: JudgeContext, answer: 0 | 1) {
    this.#context = context;
    this.#answer = answer;
    this.#states = new Uint8Array(context.templateCount).fill(answer);
  }

  async templates(): Promise<Uint8Array> {
    return this.#states;
  }

  async rows(template: number): Promise<Uint8Array> {
    return new Uint8Array(this.#context.rowCount(template)).fill(this.#answer);
  }
}

/** What the operand does not match. */
export class NotJudge implements Judge {
  readonly #operand: Judge;

  constructor(operand: Judge) {
    this.#operand = operand;
  }

  async templates(): Promise<Uint8Array> {
    const states = await this.#operand.templates();
    return states.map((state) => (state === SOME ? SOME : 1 - state));
  }

  async rows(template: number): Promise<Uint8Array> {
    const rows = await this.#operand.rows(template);
    return rows.map((row) => 1 - row);
  }
}

/** What all operands match, or any. */
export class GroupJudge implements Judge {
  readonly #operands: readonly Judge[];
  /** The answer of one operand that settles the whole: NONE for `and`, ALL for `or`. */
  readonly #settles: number;
  readonly #context: JudgeContext;

  constructor(context: JudgeContext, operands: readonly Judge[], kind: 'and' | 'or') {
    this.#context = context;
    this.#operands = operands;
    this.#settles = kind === 'and' ? NONE : ALL;
  }

  async templates(): Promise<Uint8Array> {
    const result = new Uint8Array(this.#context.templateCount).fill(1 - this.#settles);
    for (const operand of this.#operands) {
      const states = await operand.templates();
      for (let id = 0; id < result.length; id++) {
        if (result[id] === this.#settles) continue;
        const state = states[id] ?? NONE;
        if (state === this.#settles) result[id] = state;
        else if (state === SOME) result[id] = SOME;
      }
      if (result.every((state) => state === this.#settles)) break;
    }
    return result;
  }

  async rows(template: number): Promise<Uint8Array> {
    const settles = this.#settles;
    const result = new Uint8Array(this.#context.rowCount(template)).fill(1 - settles);
    const open: Judge[] = [];
    for (const operand of this.#operands) {
      const state = (await operand.templates())[template];
      if (state === settles) return result.fill(settles);
      if (state === SOME) open.push(operand);
    }
    for (const operand of open) {
      const rows = await operand.rows(template);
      let left = 0;
      for (let row = 0; row < result.length; row++) {
        if (rows[row] === settles) result[row] = settles;
        if (result[row] !== settles) left++;
      }
      if (left === 0) break;
    }
    return result;
  }
}

/** Keeps what another judge says of templates, which is asked for many times. */
export class CachedJudge implements Judge {
  readonly #judge: Judge;
  #states: Promise<Uint8Array> | undefined;

  constructor(judge: Judge) {
    this.#judge = judge;
  }

  async templates(): Promise<Uint8Array> {
    this.#states ??= this.#judge.templates();
    return await this.#states;
  }

  async rows(template: number): Promise<Uint8Array> {
    return await this.#judge.rows(template);
  }
}
