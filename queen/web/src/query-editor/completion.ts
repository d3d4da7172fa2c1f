/** What can come next in a query: fields, a field's values, operators, and whole queries asked before. */
import { formatFieldValue } from '@apiary/common/query/format.ts';
import { tokenize } from '@apiary/common/query/lexer.ts';

/** The words that are known where a query is typed. */
export interface QueryWords {
  /** Names of fields, the most frequent first. */
  fields(): readonly string[];
  /** Values of a field, the most frequent first. */
  values(field: string): readonly string[];
  /** Earlier queries, the newest first. */
  history(): readonly string[];
}

/** One proposal. */
export interface Completion {
  /** What is inserted in place of the text from `from` on. */
  readonly text: string;
  readonly kind: 'field' | 'value' | 'operator' | 'history';
}

/** Proposals for a place. */
export interface Completions {
  readonly from: number;
  readonly options: readonly Completion[];
}

const PROPOSALS_MAX = 30;
const OPERATORS = ['AND', 'OR', 'NOT'] as const;

/** What fits between `text`'s begin and `at`; undefined if nothing does. */
export function completionsAt(
  text: string,
  at: number,
  words: QueryWords,
): Completions | undefined {
  const before = text.slice(0, at);
  if (text.trim() === '') return some(0, words.history().map(whole));
  const tokens = tokenize(before);
  const last = tokens.at(-1);
  const touched = last && last.to === before.length ? last : undefined;
  if (touched?.kind === 'field') return some(at, valuesOf(touched.name, '', words));
  if (touched?.kind !== 'text' && touched !== undefined) return undefined;
  const typed = touched?.kind === 'text' ? before.slice(touched.from) : '';
  const from = at - typed.length;
  const previous = touched ? tokens.at(-2) : last;
  if (previous?.kind === 'field' && (touched || previous.to === before.trimEnd().length)) {
    return some(from, valuesOf(previous.name, typed, words));
  }
  const fields = words
    .fields()
    .filter((name) => startsWith(name, typed) && typed !== '')
    .map((name) => ({ text: fieldText(name), kind: 'field' as const }));
  const operators = OPERATORS.filter(
    (name) =>
      tokens.length > 0 && startsWith(name, typed) && (touched === undefined || typed !== ''),
  ).map((name) => ({ text: `${name} `, kind: 'operator' as const }));
  return some(from, [...fields, ...operators]);
}

function some(from: number, options: readonly Completion[]): Completions | undefined {
  return options.length === 0 ? undefined : { from, options: options.slice(0, PROPOSALS_MAX) };
}

function whole(text: string): Completion {
  return { text, kind: 'history' };
}

function valuesOf(field: string, typed: string, words: QueryWords): Completion[] {
  return words
    .values(field)
    .filter((value) => startsWith(value, typed))
    .map((value) => ({ text: `${valueText(field, value)} `, kind: 'value' }));
}

/** A value as the query language needs it: bare where that reads the same. */
function valueText(field: string, value: string): string {
  if (/^[\p{L}\p{N}_][\p{L}\p{N}_.-]*$/u.test(value)) return value;
  return formatFieldValue(field, value).slice(fieldText(field).length);
}

/** A field's name with its colon, escaped where it must be. */
function fieldText(name: string): string {
  return formatFieldValue(name, '').replace(/""$/, '');
}

function startsWith(word: string, typed: string): boolean {
  return word.toLowerCase().startsWith(typed.toLowerCase()) && word !== typed;
}
