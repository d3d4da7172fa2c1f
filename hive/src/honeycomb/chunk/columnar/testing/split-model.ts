/** Splits rows plainly, one value after the other: what `hive/assembly/split` is held to. Rows are texts of bytes. */
import type { RowBatch } from '../../row-batch.ts';
import { SPLIT_BYTES_MAX } from '../split-rows.ts';
import { createStampLayouts } from '../stamp-layouts.ts';
import { type StampHabit, StampSearch } from '../stamp-search.ts';
import { SLOT_MARK, STAMP_MARK } from '../words.ts';

const [STAMP, SLOT] = [STAMP_MARK, SLOT_MARK].map((mark) => String.fromCharCode(mark));
const MARKS = `${STAMP}${SLOT}\n`;
const IN_TOKENS = `[A-Za-z0-9_\\x80-\\xff${MARKS}]`;
const TOKEN = new RegExp(`${IN_TOKENS}+`, 'g');
const VALUE = new RegExp(`${IN_TOKENS}+`, 'y');
const APART = new RegExp(IN_TOKENS);
const PARTS = new RegExp(`([${STAMP}${SLOT}])`);
const RESERVED = new RegExp(`[${MARKS}]`);
const LITERALS_MAX = 32;
const TOKENS_MAX = 2048;
const TEMPLATES_MAX = 60_000;

/** A template, and the values of its rows. */
export interface ModelTemplate {
  /** Stamp's characters, line end, layout, shift. */
  readonly traits: readonly [number, boolean, number, number];
  readonly hidden: number;
  readonly text: string;
  readonly promoted: readonly boolean[];
  readonly isHeadFixed: boolean;
  /** By variable: its values. */
  readonly values: string[][];
  newest: number;
  older: number;
}

interface Token {
  readonly from: number;
  readonly text: string;
  readonly kind: 'word' | 'variable' | 'stamp';
}

interface Row {
  readonly text: string;
  readonly stamp: { readonly from: number; readonly to: number };
  readonly traits: ModelTemplate['traits'];
}

interface Shape {
  readonly promoted: boolean[];
  readonly words: (Set<string> | undefined)[];
}

interface Stream {
  last: number;
  rows: number;
  hits: number;
  isGuessed: boolean;
}

/** See the file's head. */
export class SplitModel {
  readonly #stamps = new StampSearch();
  readonly #layouts = createStampLayouts();
  readonly #shapes = new Map<string, Shape>();
  #templates: ModelTemplate[] = [];
  #byKey = new Map<string, number>();

  /** By row its template, or -1; and the templates. */
  split(batch: RowBatch): { template: number[]; templates: readonly ModelTemplate[] } {
    this.#templates = [];
    this.#byKey = new Map();
    const streams = new Map<object, Stream>();
    const template: number[] = [];
    for (const { source, observed, mapped, from, to } of batch.stretches) {
      const stream = streams.get(source) ?? { last: -1, rows: 0, hits: 0, isGuessed: true };
      streams.set(source, stream);
      for (let row = from; row < to; row++) {
        const text = batch.bytes.toString('latin1', batch.start[row], batch.start[row + 1]);
        const head = batch.timestampLength[row] ?? 0;
        const known = { head, time: batch.time[row] ?? 0, observed: mapped ? -1 : observed };
        template.push(this.#splitRow(text, known, this.#stamps.habitOf(source), stream));
      }
    }
    return { template, templates: this.#templates };
  }

  #splitRow(
    whole: string,
    { head, time, observed }: { head: number; time: number; observed: number },
    habit: StampHabit,
    stream: Stream,
  ): number {
    const ended = observed >= 0 && whole.endsWith('\n');
    const text = ended ? whole.slice(0, -1) : whole;
    if (/[\x80-\xff]/.test(whole.slice(0, head))) return -1;
    const length = this.#stampOf(text, time, observed, habit);
    const from = length > 0 ? habit.at : 0;
    const layout = length > 0 ? habit.layout : -1;
    const shift = length > 0 ? habit.shift : 0;
    const row: Row = {
      text,
      stamp: { from, to: from + length },
      traits: [head, ended, layout, shift],
    };
    if (text.length > SPLIT_BYTES_MAX) return -1;
    const guessed = this.#guess(row, stream);
    const found = guessed ?? this.#find(row);
    if (!found) return -1;
    const template = this.#templates[found.id];
    for (const [slot, value] of found.values.entries()) template?.values[slot]?.push(value);
    this.#went(stream, found.id, guessed !== undefined);
    return found.id;
  }

  #stampOf(text: string, time: number, observed: number, habit: StampHabit): number {
    const usual = this.#layouts[habit.layout];
    if (usual) {
      const stamp = Buffer.from(usual.format(time + habit.shift)).toString('latin1');
      const places = [habit.at];
      if (time !== observed) for (let at = 0; at <= 64; at++) places.push(at);
      for (const at of places) {
        const isApart =
          !APART.test(text[at - 1] ?? ' ') && !APART.test(text[at + stamp.length] ?? ' ');
        if (!text.startsWith(stamp, at) || !isApart) continue;
        habit.at = at;
        return stamp.length;
      }
    }
    if (time === observed) return 0;
    if (habit.misses >= 32 && ++habit.misses % 32 !== 0) return 0;
    const bytes = Buffer.from(text, 'latin1');
    return this.#stamps.search({ bytes, from: 0, to: bytes.length }, time, habit);
  }

  #guess(row: Row, stream: Stream) {
    const last = this.#templates[stream.last];
    if (!last || !stream.isGuessed) return undefined;
    for (const id of [last.newest, last.older]) {
      const values = this.#valuesOf(row, this.#templates[id]);
      if (values) return { id, values };
    }
    return undefined;
  }

  /** A row's values if it is of a template. */
  #valuesOf({ text, stamp, traits }: Row, template: ModelTemplate | undefined) {
    if (!template?.isHeadFixed || String(template.traits) !== String(traits)) return undefined;
    const values: string[] = [];
    let at = 0;
    for (const part of template.text.split(PARTS)) {
      if (part === STAMP) {
        if (at !== stamp.from) return undefined;
        at = stamp.to;
      } else if (part === SLOT) {
        VALUE.lastIndex = at;
        const value = VALUE.exec(text)?.[0] ?? '';
        const isVariable = /[0-9]/.test(value) || template.promoted[values.length] === true;
        if (value === '' || !isVariable || RESERVED.test(value)) return undefined;
        values.push(value);
        at += value.length;
      } else {
        if (!text.startsWith(part, at)) return undefined;
        at += part.length;
      }
    }
    return at === text.length ? values : undefined;
  }

  #tokensOf({ text, stamp }: Row): Token[] | undefined {
    const tokens: Token[] = [];
    const cut = (from: number, to: number) => {
      for (const { 0: word, index } of text.slice(from, to).matchAll(TOKEN)) {
        if (RESERVED.test(word) || tokens.length + 1 >= TOKENS_MAX) return false;
        const kind = /[0-9]/.test(word) ? 'variable' : 'word';
        tokens.push({ from: from + index, text: word, kind });
      }
      return true;
    };
    if (stamp.to === stamp.from) return cut(0, text.length) ? tokens : undefined;
    if (!cut(0, stamp.from)) return undefined;
    tokens.push({ from: stamp.from, text: text.slice(stamp.from, stamp.to), kind: 'stamp' });
    return cut(stamp.to, text.length) ? tokens : undefined;
  }

  #find(row: Row) {
    const tokens = this.#tokensOf(row);
    if (!tokens) return undefined;
    const shape = this.#shapeOf(row, tokens);
    const marked = tokens.filter(
      ({ kind }, token) => kind !== 'word' || shape.promoted[token] === true,
    );
    const variables = marked.filter(({ kind }) => kind !== 'stamp');
    const values = variables.map(({ text }) => text);
    const until = row.traits[0];
    const hidden = tokens.filter(
      ({ from, text, kind }) => (kind === 'stamp' ? from + text.length - 1 : from) < until,
    ).length;
    let [text, at] = ['', 0];
    for (const token of marked) {
      text += row.text.slice(at, token.from) + (token.kind === 'stamp' ? STAMP : SLOT);
      at = token.from + token.text.length;
    }
    text += row.text.slice(at);
    const key = JSON.stringify([row.traits, hidden, text]);
    const known = this.#byKey.get(key);
    if (known !== undefined) return { id: known, values };
    const id = this.#templates.length;
    if (id >= TEMPLATES_MAX) return undefined;
    this.#byKey.set(key, id);
    this.#templates.push({
      ...{ traits: row.traits, hidden, text, newest: -1, older: -1 },
      promoted: variables.map(({ kind }) => kind === 'word'),
      isHeadFixed: variables.every(({ from }) => from >= until),
      values: variables.map(() => []),
    });
    learn(shape, tokens);
    return { id, values };
  }

  #shapeOf({ text }: Row, tokens: readonly Token[]): Shape {
    let [key, at] = ['', 0];
    for (const token of tokens) {
      key += text.slice(at, token.from) + (token.kind === 'stamp' ? STAMP : SLOT);
      at = token.from + token.text.length;
    }
    key += text.slice(at);
    const known = this.#shapes.get(key) ?? { promoted: [], words: [] };
    this.#shapes.set(key, known);
    return known;
  }

  #went(stream: Stream, id: number, guessed: boolean): void {
    const before = this.#templates[stream.last];
    stream.last = id;
    if (guessed) stream.hits++;
    if (++stream.rows === (stream.isGuessed ? 256 : 4096)) {
      stream.isGuessed = !stream.isGuessed || stream.hits * 4 >= 256;
      stream.rows = 0;
      stream.hits = 0;
    }
    if (!before || before.newest === id) return;
    before.older = before.newest;
    before.newest = id;
  }
}

function learn({ promoted, words }: Shape, tokens: readonly Token[]): void {
  for (const [token, { kind, text }] of tokens.entries()) {
    if (kind !== 'word' || promoted[token]) continue;
    words[token] ??= new Set();
    // Case is told apart for ASCII alone.
    words[token].add(text.replace(/[A-Z]/g, (letter) => letter.toLowerCase()));
    if (words[token].size > LITERALS_MAX) promoted[token] = true;
  }
}
