/**
 * Lines that a regular expression matches, judged without putting a row together: an automaton goes through the literal
 * text of a template once for all its rows, and through its columns one by one. A column of which no character can
 * change the state is not read, and neither is what comes once all rows are settled.
 */
import assert from 'node:assert/strict';
import { ASCII } from '@apiary/common/query/automaton/expression.ts';
import { BYTES, REFUSED } from '@apiary/common/query/automaton/table.ts';
import type { ChunkData } from '../chunk-data.ts';
import type { Dictionary } from '../dictionary.ts';
import { isEnded, type SlotTable } from '../slot-table.ts';
import { createStampLayouts } from '../stamp-layouts.ts';
import { CONSTANT, FIXED } from '../value-columns.ts';
import { END_MARK, SLOT_MARK, STAMP_MARK } from '../words.ts';
import { ColumnFrames } from './column-frames.ts';
import { ALL, type Judge, NONE, SOME } from './judge.ts';
import { LineEnds } from './line-ends.ts';
import { type PossibleStates, StateSet } from './possible-states.ts';
import type { Hints } from './row-judge.ts';
import { RowStates } from './row-states.ts';
import { asciiPieces, isBeyondAscii } from './template-pieces.ts';

const MINUTE_MS = 60_000;
const LAYOUTS = createStampLayouts();
const NO_TEXT = new Uint8Array(0);
const LINE_END = Uint8Array.of(END_MARK);

/** Templates of a chunk, as they are judged. */
interface Templates {
  readonly slots: SlotTable;
  readonly dictionary: Dictionary;
  /** Whether a line end may be part of a body. */
  readonly hasLineEnds: boolean;
}

/** See the file's head. */
export class AutomatonJudge implements Judge {
  readonly #data: ChunkData;
  readonly #possible: PossibleStates;
  readonly #hints: Required<Hints>;
  readonly #decoded: Judge;
  readonly #frames: ColumnFrames;
  readonly #lineEnds: LineEnds;
  readonly #states = new StateSet();

  /** @param decoded judges raw rows, and templates with characters beyond ASCII */
  constructor(data: ChunkData, possible: PossibleStates, hints: Required<Hints>, decoded: Judge) {
    this.#data = data;
    this.#possible = possible;
    this.#hints = hints;
    this.#decoded = decoded;
    this.#frames = new ColumnFrames(data);
    this.#lineEnds = new LineEnds(data);
  }

  async templates(): Promise<Uint8Array> {
    const states = (await this.#hints.states()).slice();
    const { head, stretches } = await this.#data.runs();
    const slots = await this.#data.slots();
    const dictionary = await this.#data.dictionary();
    const hasLineEnds = stretches.some(({ mapped }) => mapped);
    for (let template = 0; template < head.templates; template++) {
      if (states[template] !== SOME || isBeyondAscii(slots, template)) continue;
      states[template] = this.#outcome(template, { slots, dictionary, hasLineEnds });
    }
    return states;
  }

  async rows(template: number): Promise<Uint8Array> {
    const [{ head }, slots] = [await this.#data.runs(), await this.#data.slots()];
    const isPlain = template < head.templates && !isBeyondAscii(slots, template);
    const pieces = isPlain
      ? asciiPieces(await this.#data.dictionary(), slots, template)
      : undefined;
    if (!pieces) return await this.#decoded.rows(template);
    const wanted = await this.#hints.candidates(template);
    if (wanted && !wanted.includes(1)) return wanted;
    const rows = new RowStates(this.#possible.automaton, slots.rows[template] ?? 0, wanted);
    const readText = (piece: number) => {
      const text = pieces[piece]?.text ?? NO_TEXT;
      rows.map((state) => this.#possible.afterText(state, text));
      return piece;
    };
    let index = readText(0);
    for (let piece = pieces[0]; piece && piece.follows !== 'end'; piece = pieces[index]) {
      if (rows.open.length === 0) break;
      const behind = this.#possible.meeting(rows.open, pieces, index);
      if (behind) {
        rows.map((state) => behind.states.get(state) ?? REFUSED);
        index = behind.piece;
        continue;
      }
      if (piece.follows === 'stamp') await this.#readStamp(rows, slots, template);
      else if (slots.listed[piece.slot] === 1) await this.#readListed(rows, slots, piece.slot);
      else {
        while (!this.#frames.has(slots, piece.slot)) await this.#frames.enter(slots, piece.slot);
        this.#readColumn(rows, slots, piece.slot);
      }
      index = readText(index + 1);
    }
    if (rows.open.length === 0) return rows.matches();
    const hasEnd = await this.#lineEnds.of(template);
    if (hasEnd) rows.readTexts((row) => (hasEnd(row) ? LINE_END : NO_TEXT));
    return rows.matches();
  }

  /** What can be said of a template without reading a value. */
  #outcome(template: number, { slots, dictionary, hasLineEnds }: Templates): number {
    const possible = this.#possible;
    const { automaton } = possible;
    const { bytes, start } = dictionary;
    const states = this.#states;
    let slot = slots.firstSlot[template] ?? 0;
    const end = (start[template + 1] ?? 0) - 1;
    // Measured on JSON, whose templates are 800 kB: the only state is followed here, as there mostly is one.
    let only = automaton.start;
    for (let at = start[template] ?? 0; at < end; at++) {
      const byte = bytes[at] ?? 0;
      if (byte > STAMP_MARK && byte > SLOT_MARK && byte < ASCII) {
        if (only >= 0) only = automaton.next[only * BYTES + byte] ?? 0;
        else states.read(byte, automaton);
        if (only >= 0 || states.count > 1) continue;
      } else {
        if (byte >= ASCII) return SOME;
        if (only >= 0) states.be(only);
        if (byte === SLOT_MARK) possible.throughValue(states, slots.mask[slot++] ?? 0);
        else possible.throughStamp(states, slots.layout[template] ?? -1);
      }
      only = states.count === 1 ? (states.list[0] ?? 0) : -1;
    }
    if (only >= 0) states.be(only);
    if (hasLineEnds && isEnded(slots, template)) {
      const [...before] = states.list.subarray(0, states.count);
      states.read(END_MARK, automaton);
      for (const state of before) states.add(state);
    }
    if (states.accepts(automaton, 'every')) return ALL;
    return states.accepts(automaton, 'some') ? SOME : NONE;
  }

  #readColumn(rows: RowStates, slots: SlotTable, slot: number): void {
    const { bytes } = this.#frames;
    const from = this.#frames.begin(slots, slot);
    const to = from + (slots.bytes[slot] ?? 0);
    const encoding = slots.encoding[slot];
    if (encoding === CONSTANT) {
      const text = bytes.subarray(from, to);
      rows.map((state) => this.#possible.afterText(state, text));
    } else {
      const width = encoding === FIXED ? (slots.longest[slot] ?? 0) : 0;
      rows.readColumn({ bytes, from, to, width });
    }
  }

  /** Its own text alone: that of a whole frame takes longer to write than most expressions to look at. */
  async #readListed(rows: RowStates, slots: SlotTable, slot: number): Promise<void> {
    const listed = await this.#data.listed();
    assert(listed, 'a column is listed where there is a lexicon');
    const window = { first: 0, last: (slots.rows[slots.template[slot] ?? 0] ?? 0) - 1 };
    const bytes = listed.textAtHand(slot, window) ?? (await listed.text(slot, window));
    const width = slots.encoding[slot] === FIXED ? (slots.longest[slot] ?? 0) : 0;
    rows.readColumn({ bytes, from: 0, to: bytes.length, width });
  }

  async #readStamp(rows: RowStates, slots: SlotTable, template: number): Promise<void> {
    const layout = LAYOUTS[slots.layout[template] ?? -1];
    const [order, times] = [await this.#data.order(), await this.#data.times()];
    const first = slots.firstRow[template] ?? 0;
    const shift = (slots.shiftMinutes[template] ?? 0) * MINUTE_MS;
    const textOf = (row: number) => layout?.format((times[order[first + row] ?? 0] ?? 0) + shift);
    rows.readTexts((row) => textOf(row) ?? NO_TEXT);
  }
}
