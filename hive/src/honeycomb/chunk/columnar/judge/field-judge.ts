/** Lines by a field of theirs: its values are put together from the columns that they are in, each different one judged once. */
import type { Pace } from '../../../records/record-set.ts';
import type { ChunkData } from '../chunk-data.ts';
import { isEnded, type SlotTable } from '../slot-table.ts';
import { CONSTANT, FIXED } from '../value-columns.ts';
import { END_MARK, maskOf } from '../words.ts';
import { ColumnFrames } from './column-frames.ts';
import { type FieldPlan, planField, type ValuePart } from './field-plan.ts';
import { ALL, type Judge, NONE, SOME } from './judge.ts';
import type { Hints } from './row-judge.ts';
import { asciiPieces, isBeyondAscii } from './template-pieces.ts';

/** Values whose judgement is kept. */
const VALUES_MAX = 65_536;
const ROWS_PER_LOOK = 16_384;
/** A member with this value has none, where it is no string. */
const NO_VALUE = 'null';
const NO_VALUE_MASK = maskOf(NO_VALUE);
/** No value has one. */
const SEPARATOR = '\n';

/** What is asked of which field. */
export interface FieldTest {
  readonly name: string;
  /** Whether any value will do. */
  readonly anyValue: boolean;
  /** Whether values will do, of which there is at least one. */
  test(values: readonly string[]): boolean;
}

/** See the file's head. */
export class FieldJudge implements Judge {
  readonly #data: ChunkData;
  readonly #pace: Pace;
  readonly #field: FieldTest;
  readonly #hints: Required<Hints>;
  readonly #decoded: Judge;
  readonly #frames: ColumnFrames;
  readonly #plans = new Map<number, FieldPlan | undefined>();
  readonly #judged = new Map<string, Map<string, boolean>>();

  /** @param decoded judges templates without a plan */
  constructor(
    { data, pace }: { readonly data: ChunkData; readonly pace: Pace },
    field: FieldTest,
    hints: Required<Hints>,
    decoded: Judge,
  ) {
    this.#data = data;
    this.#pace = pace;
    this.#field = field;
    this.#hints = hints;
    this.#decoded = decoded;
    this.#frames = new ColumnFrames(data, 'lent');
  }

  async templates(): Promise<Uint8Array> {
    const states = (await this.#hints.states()).slice();
    for (let template = 0; template < states.length; template++) {
      if (states[template] !== SOME) continue;
      const plan = await this.#planOf(template);
      if (!plan) continue;
      const slots = await this.#data.slots();
      const { anyValue } = this.#field;
      if (plan.length === 0) states[template] = NONE;
      else if (anyValue && plan.some((parts) => !mayBeNone(parts, slots))) states[template] = ALL;
      else if (plan.flat().every((part) => typeof part === 'string')) {
        states[template] = this.#field.test(plan.map((parts) => parts.join(''))) ? ALL : NONE;
      }
    }
    return states;
  }

  async rows(template: number): Promise<Uint8Array> {
    const plan = await this.#planOf(template);
    if (!plan) return await this.#decoded.rows(template);
    const slots = await this.#data.slots();
    const judge = await this.#rowJudge(slots, plan);
    const result = new Uint8Array(slots.rows[template] ?? 0);
    for (let row = 0; row < result.length; row++) {
      if (row % ROWS_PER_LOOK === 0) {
        const pause = this.#pace();
        if (pause) await pause;
      }
      const matches = judge();
      if (matches === undefined) return await this.#decoded.rows(template);
      if (matches) result[row] = 1;
    }
    return result;
  }

  /** Judges the rows of a template in their order; undefined for one that has to be looked at. */
  async #rowJudge(slots: SlotTable, plan: FieldPlan): Promise<() => boolean | undefined> {
    const [parts] = plan;
    const place = parts?.findIndex((part) => typeof part === 'number') ?? -1;
    const slot = parts?.[place];
    if (plan.length === 1 && parts && typeof slot === 'number') {
      const [before, behind] = [parts.slice(0, place), parts.slice(place + 1)];
      if (behind.every((part) => typeof part === 'string')) {
        // Measured on a million rows: put together before they are looked up, values took twice as long.
        const judged = this.#judgedOf(`${before.join('')}${SEPARATOR}${behind.join('')}`);
        const read = await this.#slotReader(slots, slot);
        const wholeOf = (text: string) => before.join('') + text + behind.join('');
        return () => {
          const text = read();
          return judged.get(text) ?? this.#judge(judged, text, wholeOf(text));
        };
      }
    }
    const readers: (() => string)[] = [];
    for (const one of plan) readers.push(await this.#valueReader(slots, one));
    const judged = this.#judgedOf('');
    return () => {
      const values = readers.map((read) => read());
      const key = values.join(SEPARATOR);
      return judged.get(key) ?? this.#judge(judged, key, ...values);
    };
  }

  async #planOf(template: number): Promise<FieldPlan | undefined> {
    if (this.#plans.has(template)) return this.#plans.get(template);
    const plan = await this.#plan(template);
    this.#plans.set(template, plan);
    return plan;
  }

  async #plan(template: number): Promise<FieldPlan | undefined> {
    const [{ head, stretches }, slots] = [await this.#data.runs(), await this.#data.slots()];
    if (template >= head.templates || isBeyondAscii(slots, template)) return undefined;
    // A line end would be part of the body.
    if (isEnded(slots, template) && stretches.some(({ mapped }) => mapped)) return undefined;
    const pieces = asciiPieces(await this.#data.dictionary(), slots, template);
    return pieces && planField(pieces, this.#field.name);
  }

  /** What was judged, of values with the same texts around their slot. */
  #judgedOf(texts: string): Map<string, boolean> {
    let judged = this.#judged.get(texts);
    if (!judged) {
      judged = new Map();
      this.#judged.set(texts, judged);
    }
    return judged;
  }

  /** Undefined where one of the values may be none. */
  #judge(
    judged: Map<string, boolean>,
    key: string,
    ...values: readonly string[]
  ): boolean | undefined {
    if (values.includes(NO_VALUE)) return undefined;
    const matches = this.#field.test(values);
    if (judged.size >= VALUES_MAX) judged.clear();
    judged.set(key, matches);
    return matches;
  }

  async #valueReader(slots: SlotTable, parts: readonly ValuePart[]): Promise<() => string> {
    const readers: (() => string)[] = [];
    for (const part of parts) {
      readers.push(typeof part === 'string' ? () => part : await this.#slotReader(slots, part));
    }
    const [first, second] = readers;
    if (first && readers.length === 1) return first;
    if (first && second && readers.length === 2) return () => first() + second();
    return () => readers.reduce((text, read) => text + read(), '');
  }

  /** Gives the values of a slot, row by row. */
  async #slotReader(slots: SlotTable, slot: number): Promise<() => string> {
    while (!this.#frames.has(slots, slot)) await this.#frames.enter(slots, slot);
    const { bytes } = this.#frames;
    const width = slots.longest[slot] ?? 0;
    const encoding = slots.encoding[slot];
    let at = this.#frames.begin(slots, slot);
    if (encoding === CONSTANT) {
      const text = bytes.toString('latin1', at, at + width);
      return () => text;
    }
    if (encoding === FIXED) {
      return () => {
        at += width;
        return bytes.toString('latin1', at - width, at);
      };
    }
    return () => {
      const from = at;
      while (at < bytes.length && bytes[at] !== END_MARK) at++;
      return bytes.toString('latin1', from, at++);
    };
  }
}

/** True if a value can be `null`; one that is text alone is none. */
function mayBeNone(parts: readonly ValuePart[], { mask }: SlotTable): boolean {
  let has = 0;
  for (const part of parts) {
    if (typeof part === 'string' && !NO_VALUE.includes(part)) return false;
    has |= typeof part === 'string' ? maskOf(part) : (mask[part] ?? 0);
  }
  return parts.some((part) => typeof part === 'number') && (has & NO_VALUE_MASK) === NO_VALUE_MASK;
}
