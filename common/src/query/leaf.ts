/** Parses one clause: an optional field and its value, with `~` and `^`. */
import { QUERY_SLOP_MAX } from '../limits.ts';
import { type AllQuery, BODY_FIELD, type LeafQuery, type Span } from './ast.ts';
import { checkBuiltIn } from './built-in-check.ts';
import { problem, takeOut } from './problem.ts';
import { parseComparison, parseRange } from './range.ts';
import { checkRegex } from './regex.ts';
import type { Token, TokenOf } from './token.ts';
import type { TokenReader } from './token-reader.ts';
import { wordsOf } from './words.ts';

type Clause = LeafQuery | AllQuery;

/**
 * Takes one clause from the tokens; `field` is that of the group around it.
 *
 * @throws QueryProblem at the place that is wrong.
 */
export function parseLeaf(tokens: TokenReader, field: string): Clause {
  const named = tokens.take('field');
  const clause =
    named?.name === '_exists_' && !named.escaped
      ? parseExists(tokens, named)
      : parseValue(tokens, named?.name ?? field, named);
  while (tokens.take('boost'));
  checkBuiltIn(clause);
  return clause;
}

function parseExists(tokens: TokenReader, named: Token): Clause {
  const value = tokens.take('text') ?? tokens.take('phrase');
  const wild = value?.kind === 'text' && value.parts.some((part) => part.kind !== 'literal');
  if (!value || wild || value.text === '') {
    throw problem(value ?? named, '_exists_: takes one field name.', 'a field name');
  }
  return exists(value.text, { from: named.from, to: value.to });
}

function exists(field: string, place: Span): Clause {
  const { from, to } = place;
  return field === BODY_FIELD ? { kind: 'all', from, to } : { kind: 'exists', field, from, to };
}

function parseValue(
  tokens: TokenReader,
  field: string,
  named: TokenOf<'field'> | undefined,
): Clause {
  const value = tokens.peek();
  const from = named?.from ?? value?.from ?? 0;
  switch (value?.kind) {
    case 'text':
      tokens.next();
      return parseText(tokens, field, value, from);
    case 'phrase':
      tokens.next();
      return parsePhrase(tokens, field, value, from);
    case 'regex':
      tokens.next();
      checkRegex(value.source, value.from + 1);
      return { kind: 'regex', field, source: value.source, from, to: value.to };
    case 'range-open':
    case 'compare': {
      tokens.next();
      const range =
        value.kind === 'compare' ? parseComparison(tokens, value) : parseRange(tokens, value);
      const to = tokens.previous()?.to ?? value.to;
      if (!range.lower && !range.upper) return exists(field, { from, to });
      return { kind: 'range', field, ...range, from, to };
    }
    default: {
      const place = named ?? value ?? { from, to: from };
      const name = tokens.sourceOf(place);
      const message = named ? `${name} needs a value after it.` : `${name} cannot stand here.`;
      throw problem(place, message, 'a word', takeOut(place, name));
    }
  }
}

function parseText(
  tokens: TokenReader,
  field: string,
  value: TokenOf<'text'>,
  from: number,
): Clause {
  const tilde = takeTilde(tokens);
  const { text, parts, to } = value;
  if (parts.some((part) => part.kind !== 'literal')) {
    if (tilde) {
      const message = 'A word with wildcards cannot be fuzzy too.';
      throw problem(tilde, message, 'a space', takeOut(tilde, tokens.sourceOf(tilde)));
    }
    const everything = (text === '*:*' && from === value.from) || parts.length === 1;
    if (everything && parts.every((part) => part.kind !== 'one')) {
      return exists(text === '*:*' ? BODY_FIELD : field, { from, to });
    }
    return { kind: 'wildcard', field, parts, from, to };
  }
  if (tilde) {
    const distance = tilde.amount ?? 2;
    if (distance !== 0 && distance !== 1 && distance !== 2) {
      const fix = { from: tilde.from, to: tilde.to, insert: '~2', label: 'Use ~2' };
      throw problem(tilde, 'A fuzzy word may differ in at most 2 places.', '~0, ~1 or ~2', fix);
    }
    return { kind: 'fuzzy', field, text, distance, from, to: tilde.to };
  }
  if (wordsOf(text).length === 1) return { kind: 'term', field, text, from, to };
  return { kind: 'phrase', field, text, slop: 0, from, to };
}

function parsePhrase(
  tokens: TokenReader,
  field: string,
  value: TokenOf<'phrase'>,
  from: number,
): Clause {
  const tilde = takeTilde(tokens);
  const slop = Math.trunc(tilde?.amount ?? 0);
  if (tilde && slop > QUERY_SLOP_MAX) {
    const insert = `~${QUERY_SLOP_MAX}`;
    const fix = { from: tilde.from, to: tilde.to, insert, label: `Use ${insert}` };
    throw problem(tilde, `Words may be at most ${QUERY_SLOP_MAX} apart.`, insert, fix);
  }
  return { kind: 'phrase', field, text: value.text, slop, from, to: (tilde ?? value).to };
}

function takeTilde(tokens: TokenReader): TokenOf<'tilde'> | undefined {
  while (tokens.take('boost'));
  return tokens.take('tilde');
}
