/** Parses `[a TO b]` and `>5`. */
import type { RangeBound, Span } from './ast.ts';
import { problem, quote } from './problem.ts';
import type { TokenOf } from './token.ts';
import type { TokenReader } from './token-reader.ts';

/** A range without its field; an open end is undefined. */
export interface Bounds {
  readonly lower: RangeBound | undefined;
  readonly upper: RangeBound | undefined;
}

/**
 * The range whose opening bracket was taken.
 *
 * @throws QueryProblem where a bound, TO or the closing bracket is missing.
 */
export function parseRange(tokens: TokenReader, open: TokenOf<'range-open'>): Bounds {
  const lower = tokens.take('bound');
  if (!lower) throw missing(tokens, open, 'A range begins with a value or *.', '*');
  const to = tokens.take('to');
  const after = tokens.peek();
  if (!to && after?.kind === 'bound') {
    const fix = { from: after.from, to: after.from, insert: 'TO ', label: 'Put in TO' };
    throw problem(after, 'A range needs TO between its two values.', 'TO', fix);
  }
  if (!to) {
    const place = wholeRange(tokens, open);
    const message = 'A range is written [1 TO 5]. Text in brackets needs quotes.';
    throw problem(place, message, 'TO', quote(place, tokens.source));
  }
  const upper = tokens.take('bound');
  if (!upper) throw missing(tokens, to, 'A range ends with a value or *.', '*');
  const close = tokens.take('range-close');
  if (!close) {
    const rest = tokens.peek();
    const insert = open.inclusive ? ']' : '}';
    const fix = { from: upper.to, to: upper.to, insert, label: `Close it with ${insert}` };
    if (rest?.kind === 'bound' || rest?.kind === 'to') {
      throw problem(rest, 'A value with spaces needs quotes.', insert);
    }
    throw problem(open, 'This range is not closed.', insert, fix);
  }
  return {
    lower: lower.open ? undefined : { text: lower.text, inclusive: open.inclusive },
    upper: upper.open ? undefined : { text: upper.text, inclusive: close.inclusive },
  };
}

/**
 * The value after `>`, `>=`, `<` or `<=`, which was taken.
 *
 * @throws QueryProblem if there is none.
 */
export function parseComparison(tokens: TokenReader, compare: TokenOf<'compare'>): Bounds {
  const value = tokens.take('text') ?? tokens.take('phrase');
  if (!value) throw problem(compare, `${compare.operator} needs a value after it.`, 'a value');
  const bound = { text: value.text, inclusive: compare.operator.endsWith('=') };
  return compare.operator.startsWith('>')
    ? { lower: bound, upper: undefined }
    : { lower: undefined, upper: bound };
}

function missing(tokens: TokenReader, before: Span, message: string, expected: string) {
  const next = tokens.peek();
  const at = next?.from ?? before.to;
  const space = tokens.source[at - 1] === ' ' || expected !== '*' ? '' : ' ';
  const insert = before.to - before.from === 1 ? expected : `${space}${expected}`;
  const fix = { from: at, to: at, insert, label: `Put in ${expected}` };
  return problem(next ?? before, message, 'a value or *', fix);
}

function wholeRange(tokens: TokenReader, open: Span): Span {
  const next = tokens.peek();
  return { from: open.from, to: next?.to ?? tokens.source.trimEnd().length };
}
