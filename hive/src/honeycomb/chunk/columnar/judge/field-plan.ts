/**
 * Where a field's values are in the rows of a template. Values of slots are words, and no letter or digit of them
 * changes where names, strings and numbers of a JSON object begin and end: the object is walked once, with a placeholder
 * for each slot. Where that cannot be said for certain, there is no plan, and rows are looked at one by one.
 */
import { FIELD_VALUES_MAX } from '@apiary/common/limits.ts';
import { jsonStart, walkJson } from '@apiary/common/query/json-fields.ts';
import { createStampLayouts, STAMP_LAYOUTS } from '../stamp-layouts.ts';
import type { Piece } from './template-pieces.ts';

/** Literal text, or a slot by its number in the chunk. */
export type ValuePart = string | number;

/** Each of a field's values, in their order, as parts. */
export type FieldPlan = readonly (readonly ValuePart[])[];

const LAYOUTS = createStampLayouts();
/** Two times that differ in each field of a stamp: what differs when they change places has a part of the stamp. */
const TIMES = {
  one: Date.UTC(1999, 8, 9, 9, 19, 19, 123),
  other: Date.UTC(2011, 11, 28, 12, 45, 45, 456),
};
/** Each part of a stamp that ends where a name or number ends has a digit or begins with a capital letter. */
const MAY_BE_OF_STAMP = /[0-9A-Z]/;
/** Letters alone: a value of placeholders and what cannot be of a stamp is told by them. */
const NUMBER_LETTERS = 6;
/** What `jsonStart` looks at behind a brace, and a placeholder that is cut there. */
const HEAD_CHARACTERS = 300;

/** See the file's head; undefined: rows have to be looked at. @param pieces of a template of ASCII */
export function planField(pieces: readonly Piece[], name: string): FieldPlan | undefined {
  // An escape makes other characters of those behind it.
  if (pieces.some(({ text }) => text.includes('\\'))) return undefined;
  const mark = unusedMark(pieces, name);
  const line = lineOf(pieces, mark, TIMES.one);
  if (line === undefined) return undefined;
  const start = jsonStart(line);
  if (!isHeadFixed(line, start, mark)) return undefined;
  const values = start < 0 ? [] : valuesOf(line, start, { name, mark });
  if (!values) return undefined;
  if (values.some((value) => MAY_BE_OF_STAMP.test(value.replaceAll(mark, '')))) {
    const other = lineOf(pieces, mark, TIMES.other) ?? '';
    const again = valuesOf(other, start, { name, mark });
    if (values.join('\n') !== again?.join('\n')) return undefined;
  }
  // A pair of name and value counts where the object has none.
  if (values.length === 0 && pieces.some(({ text }) => text.includes('='))) return undefined;
  const first = pieces[0]?.slot ?? 0;
  return values.map((value) => partsOf(value, mark, first));
}

/** Letters that stand in no text, with which placeholders begin; with the end of none do they look like themselves. */
function unusedMark(pieces: readonly Piece[], name: string): string {
  let mark = 'qz';
  while (name.includes(mark) || pieces.some(({ text }) => text.includes(mark))) mark += 'z';
  return mark;
}

const placeholders: string[] = [];

/** Letters for the so-manieth slot of a template. */
function lettersOf(index: number): string {
  for (let next = placeholders.length; next <= index; next++) {
    const digits = [...next.toString(26).padStart(NUMBER_LETTERS, '0')];
    const codes = digits.map((digit) => 0x61 + Number.parseInt(digit, 26));
    placeholders.push(String.fromCharCode(...codes));
  }
  return placeholders[index] ?? '';
}

function indexOf(letters: string): number {
  let number = 0;
  for (const letter of letters) number = number * 26 + letter.charCodeAt(0) - 0x61;
  return number;
}

/** A line of the template, with placeholders; undefined where a stamp may begin with a blank within an object. */
function lineOf(pieces: readonly Piece[], mark: string, time: number): string | undefined {
  const first = pieces[0]?.slot ?? 0;
  let line = '';
  for (const { text, follows, slot, layout } of pieces) {
    line += text.toString('latin1');
    if (follows === 'value') line += mark + lettersOf(slot - first);
    else if (follows === 'stamp') {
      if (STAMP_LAYOUTS[layout]?.includes('d') !== false && line.includes('{')) return undefined;
      line += Buffer.from(LAYOUTS[layout]?.format(time) ?? []).toString('latin1');
    }
  }
  return line;
}

/** True if no value decides where the object begins. */
function isHeadFixed(line: string, start: number, mark: string): boolean {
  const last = start < 0 ? line.length : start;
  for (let at = line.indexOf('{'); at >= 0 && at <= last; at = line.indexOf('{', at + 1)) {
    let head = at + 1;
    while (line.charCodeAt(head) <= 0x20) head++;
    if (line[head] !== '"') continue;
    const end = at === start ? line.indexOf('"', head + 1) : head + HEAD_CHARACTERS;
    if (line.slice(head, end).includes(mark)) return false;
  }
  return true;
}

/** Undefined where a name has a placeholder. */
function valuesOf(
  line: string,
  start: number,
  { name, mark }: { readonly name: string; readonly mark: string },
): string[] | undefined {
  const values: string[] = [];
  let isFixed = true;
  walkJson(line, start, (path, value) => {
    isFixed &&= !path.includes(mark);
    if (path === name) values.push(value);
    return isFixed && values.length < FIELD_VALUES_MAX;
  });
  return isFixed ? values : undefined;
}

function partsOf(value: string, mark: string, first: number): ValuePart[] {
  const parts: ValuePart[] = [];
  let at = 0;
  for (let next = value.indexOf(mark); next >= 0; next = value.indexOf(mark, at)) {
    if (next > at) parts.push(value.slice(at, next));
    at = next + mark.length + NUMBER_LETTERS;
    parts.push(first + indexOf(value.slice(next + mark.length, at)));
  }
  if (at < value.length || parts.length === 0) parts.push(value.slice(at));
  return parts;
}
