import type { QueryError, QueryFix, Span } from './ast.ts';

/** Carries a {@link QueryError} out of the parser; `parseQuery` turns it into a value. */
export class QueryProblem extends Error {
  readonly error: QueryError;

  constructor(error: QueryError) {
    super(error.message);
    this.error = error;
  }
}

/** An error at `place`. */
export function problem(
  place: Span,
  message: string,
  expected: string,
  fix?: QueryFix,
): QueryProblem {
  const { from, to } = place;
  return new QueryProblem({ message, from, to, expected, ...(fix && { fix }) });
}

/** The fix that removes a piece of the query. */
export function takeOut(place: Span, what: string): QueryFix {
  return { from: place.from, to: place.to, insert: '', label: `Take out ${what}` };
}

/** The fix that puts a piece of the query in quotes, so that it is text. */
export function quote(place: Span, source: string): QueryFix {
  const { from, to } = place;
  const text = source.slice(from, to).replaceAll(/["\\]/g, '\\$&');
  return { from, to, insert: `"${text}"`, label: 'Put it in quotes' };
}
