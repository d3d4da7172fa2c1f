/**
 * The lexicon of a chunk: words that columns have in common, once, and the columns' values as their numbers, with the
 * loops of `hive/assembly/split/lexicon.ts`. Measured on chunks of 64 MB, packed, the words counted: of free text the
 * columns take 26 % less, of an access log 22 %, of JSON and of logs of several systems 17 %; and who looks for a part of a
 * word need not read them where no word has it.
 */

import { numberLayout, planesBytes } from '../number-frame.ts';
import { VARYING } from '../value-columns.ts';
import type { SplitMemory } from './split-memory.ts';

/** Past it no further column is taken. */
const WORDS_MAX = 1 << 20;
/** Of a column's values, those whose word comes nowhere else; with more of them it gains nothing. */
const SINGLE_SHARE_MAX = 0.25;

/** How a lexicon is made. */
export interface LexiconOptions {
  /** Fewer values are not worth a section. */
  readonly valuesMin: number;
  /** In each frame of numbers but the last. */
  readonly frameValues: number;
}

/** A column that may be taken. */
export interface Candidate {
  readonly slot: number;
  /** Of the slot in the memory of the loops. */
  readonly address: number;
  readonly encoding: number;
  /** Values. */
  readonly rows: number;
}

/** See the file's head. */
export interface Lexicon {
  /** Words in the order of their numbers, END_MARK behind each. */
  readonly bytes: Buffer;
  readonly words: number;
  /** Slots whose columns were taken, ascending. */
  readonly slots: readonly number[];
  /** Values in each frame but the last. */
  readonly frameValues: number;
  /** Their values, one column behind the other. */
  readonly frames: readonly ListedFrame[];
}

/** Numbers of some values. */
export interface ListedFrame {
  /** Bytes that the values are as they stand in columns. */
  readonly textBytes: number;
  /** See {@link NumberLayout}; there until those of another one are asked for. */
  readonly planes: () => Buffer;
}

interface Numbered extends Candidate {
  /** Where its first value is among those of all. */
  readonly from: number;
}

/** Makes the lexicon of some columns, of which it takes those that gain by it. Undefined: none. */
export function makeLexicon(
  memory: SplitMemory,
  candidates: readonly Candidate[],
  { valuesMin, frameValues }: LexiconOptions,
): Lexicon | undefined {
  const { loops } = memory;
  const values = candidates.reduce((sum, { rows }) => sum + rows, 0);
  if (values < valuesMin || values === 0) return undefined;
  loops.clearLexicon();
  const numbers = loops.allocate(4 * values);
  const taken = takeColumns(memory, numberColumns(memory, candidates, numbers), numbers);
  if (taken.values < valuesMin || taken.values === 0) return undefined;
  const length = loops.lexiconBytes();
  const at = loops.allocate(length);
  loops.writeLexicon(at);
  return {
    bytes: Buffer.from(memory.bytes.subarray(at, at + length)),
    words: taken.words,
    slots: taken.columns.map(({ slot }) => slot),
    frameValues,
    frames: framesOf(memory, taken, { numbers, frameValues }),
  };
}

/** Numbers the values of columns, until there are too many words. */
function numberColumns(
  { loops }: SplitMemory,
  candidates: readonly Candidate[],
  numbers: number,
): Numbered[] {
  const numbered: Numbered[] = [];
  let from = 0;
  for (const candidate of candidates) {
    const words = loops.numberValues(candidate.address, numbers + 4 * from);
    if (words > WORDS_MAX) break;
    numbered.push({ ...candidate, from });
    from += candidate.rows;
  }
  return numbered;
}

interface Taken {
  /** With their places among the values that were taken. */
  readonly columns: readonly Numbered[];
  readonly values: number;
  readonly words: number;
}

function takeColumns(
  { loops }: SplitMemory,
  numbered: readonly Numbered[],
  numbers: number,
): Taken {
  const columns: Numbered[] = [];
  let values = 0;
  let words = 0;
  for (const column of numbered) {
    const { from, rows } = column;
    const at = numbers + 4 * from;
    if (loops.singleValues(at, rows) > SINGLE_SHARE_MAX * rows) continue;
    words = loops.takeValues(at, rows, numbers + 4 * values);
    columns.push({ ...column, from: values });
    values += rows;
  }
  return { columns, values, words };
}

function framesOf(
  memory: SplitMemory,
  { columns, values, words }: Taken,
  { numbers, frameValues }: { readonly numbers: number; readonly frameValues: number },
): ListedFrame[] {
  const { loops } = memory;
  const layout = numberLayout(words);
  const { bytes, highBits } = layout;
  const target = loops.allocate(planesBytes(layout, frameValues));
  const frames: ListedFrame[] = [];
  let column = 0;
  for (let from = 0; from < values; from += frameValues) {
    const to = Math.min(values, from + frameValues);
    const planes = () => {
      loops.writePlanes(numbers + 4 * from, to - from, bytes, highBits, target);
      return memory.bytes.subarray(target, target + planesBytes(layout, to - from));
    };
    let textBytes = loops.takenBytes(numbers + 4 * from, to - from);
    for (let at = from; at < to; ) {
      const own = columns[column];
      if (!own) break;
      const end = Math.min(to, own.from + own.rows);
      if (own.encoding === VARYING) textBytes += end - at;
      if (end === own.from + own.rows) column++;
      at = end;
    }
    frames.push({ textBytes, planes });
  }
  return frames;
}
