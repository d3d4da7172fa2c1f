/**
 * Parses a query: Lucene's classic syntax with real precedence (NOT, then AND, then OR) and without
 * its traps. Text that people paste from logs is no error; what is one says what to do about it.
 */
import { QUERY_DEPTH_MAX, QUERY_LENGTH_MAX, QUERY_NODES_MAX } from '../limits.ts';
import { BODY_FIELD, type Query, type QueryError, type Span } from './ast.ts';
import { parseLeaf } from './leaf.ts';
import { tokenize } from './lexer.ts';
import { problem, QueryProblem, takeOut } from './problem.ts';
import type { Token } from './token.ts';
import { TokenReader } from './token-reader.ts';

/** What stands between two clauses without an operator. */
export type DefaultOperator = 'and' | 'or';

/** A query, or why the text is none. */
export type ParseResult =
  | { readonly ok: true; readonly query: Query }
  | { readonly ok: false; readonly error: QueryError };

/**
 * Parses a query of at most {@link QUERY_LENGTH_MAX} characters. Never throws. An empty text is the
 * query that matches everything. Positions are UTF-16 offsets in `text`.
 */
export function parseQuery(
  text: string,
  options: { readonly defaultOperator?: DefaultOperator } = {},
): ParseResult {
  if (text.length > QUERY_LENGTH_MAX) {
    const message = `The query is longer than ${QUERY_LENGTH_MAX} characters.`;
    const place = { from: QUERY_LENGTH_MAX, to: text.length };
    return { ok: false, error: { message, ...place, expected: 'the end of the query' } };
  }
  try {
    const tokens = tokenize(text);
    return { ok: true, query: new Parser(text, tokens, options.defaultOperator ?? 'and').parse() };
  } catch (thrown) {
    if (thrown instanceof QueryProblem) return { ok: false, error: thrown.error };
    throw thrown;
  }
}

/** How Lucene's `+` and `-` bind a clause when the default operator is OR. */
type Occurrence = 'must' | 'must-not' | 'may';

class Parser {
  readonly #tokens: TokenReader;
  readonly #end: number;
  readonly #implicit: DefaultOperator;
  #depth = 0;
  #nodes = 0;
  #field = BODY_FIELD;

  constructor(source: string, tokens: readonly Token[], implicit: DefaultOperator) {
    this.#tokens = new TokenReader(source, tokens);
    this.#end = source.length;
    this.#implicit = implicit;
  }

  parse(): Query {
    if (this.#tokens.peek() === undefined) return { kind: 'all', from: 0, to: this.#end };
    const query = this.#or();
    const rest = this.#tokens.peek();
    if (rest) throw problem(rest, 'This ) closes nothing.', 'an operator', takeOut(rest, ')'));
    return query;
  }

  #or(): Query {
    const operands = [this.#implicit === 'and' ? this.#and() : this.#run()];
    while (this.#tokens.take('or')) {
      operands.push(this.#implicit === 'and' ? this.#and() : this.#run());
    }
    return this.#join('or', operands);
  }

  /** Clauses side by side where that means OR; `+` and `-` still say must and must not. */
  #run(): Query {
    const clauses: { query: Query; occurrence: Occurrence }[] = [];
    do {
      const first = this.#tokens.peek()?.kind;
      const query = this.#and();
      const occurrence =
        first === 'require' ? 'must' : query.kind === 'not' && first === 'not' ? 'must-not' : 'may';
      clauses.push({ query, occurrence });
    } while (this.#clauseFollows());
    const of = (occurrence: Occurrence) =>
      clauses.filter((clause) => clause.occurrence === occurrence).map((clause) => clause.query);
    const required = of('must');
    const optional = of('may');
    if (required.length === 0 && optional.length > 0) required.push(this.#join('or', optional));
    return this.#join('and', [...required, ...of('must-not')]);
  }

  #and(): Query {
    const operands = [this.#unary()];
    for (;;) {
      const explicit = this.#tokens.take('and') !== undefined;
      if (!explicit && (this.#implicit === 'or' || !this.#clauseFollows())) break;
      operands.push(this.#unary());
    }
    return this.#join('and', operands);
  }

  #clauseFollows(): boolean {
    const kind = this.#tokens.peek()?.kind;
    return kind !== undefined && kind !== 'or' && kind !== 'and' && kind !== 'close';
  }

  #unary(): Query {
    const token = this.#tokens.peek();
    if (token?.kind === 'not') {
      this.#tokens.next();
      const operand = this.#nested(token, () => this.#unary());
      return this.#count({ kind: 'not', operand, from: token.from, to: operand.to });
    }
    if (token?.kind === 'require') {
      this.#tokens.next();
      return this.#nested(token, () => this.#unary());
    }
    return this.#primary();
  }

  #primary(): Query {
    const reader = this.#tokens;
    const token = reader.peek();
    if (token === undefined || ['and', 'or', 'close'].includes(token.kind)) this.#missing(token);
    const group = reader.take('open');
    if (group) return this.#group(group, this.#field);
    const named = reader.peek()?.kind === 'field' ? reader.peekAfter() : undefined;
    if (token?.kind === 'field' && named?.kind === 'open') {
      if (token.name === '_exists_' && !token.escaped) {
        throw problem(token, '_exists_: takes one field name.', 'a field name');
      }
      reader.next();
      reader.next();
      return this.#group({ from: token.from, to: named.to }, token.name);
    }
    return this.#count(parseLeaf(reader, this.#field));
  }

  #group(open: Span, field: string): Query {
    const reader = this.#tokens;
    const outer = this.#field;
    const empty = reader.take('close');
    if (empty) {
      const place = { from: open.from, to: empty.to };
      throw problem(place, 'There is nothing in the parentheses.', 'a word', takeOut(place, '()'));
    }
    this.#field = field;
    const query = this.#nested(open, () => this.#or());
    this.#field = outer;
    const close = reader.take('close');
    if (!close) {
      const insert = { from: this.#end, to: this.#end, insert: ')', label: 'Close it with )' };
      throw problem(open, 'This parenthesis is not closed.', ')', insert);
    }
    while (reader.take('boost'));
    return { ...query, from: open.from, to: close.to };
  }

  /** An operator lacks an operand: before `token`, or at the end. */
  #missing(token: Token | undefined): never {
    const before = this.#tokens.previous();
    const name = (place: Span) => this.#tokens.sourceOf(place);
    if (before && ['and', 'or', 'not', 'require'].includes(before.kind)) {
      const fix = takeOut(before, name(before));
      throw problem(before, `${name(before)} needs something after it.`, 'a word', fix);
    }
    if (token && (token.kind === 'and' || token.kind === 'or')) {
      const fix = takeOut(token, name(token));
      throw problem(token, `${name(token)} needs something before it.`, 'a word', fix);
    }
    if (token) throw problem(token, 'This ) closes nothing.', 'a word', takeOut(token, ')'));
    const place = before ?? { from: this.#end, to: this.#end };
    const insert = { from: this.#end, to: this.#end, insert: ')', label: 'Close it with )' };
    if (before?.kind === 'open') {
      throw problem(place, 'This parenthesis is not closed.', 'a word', takeOut(place, '('));
    }
    throw problem(place, 'Something is missing here.', 'a word', insert);
  }

  #join(kind: 'and' | 'or', operands: readonly Query[]): Query {
    const [first] = operands;
    const last = operands.at(-1);
    if (!first || !last || first === last) return first ?? { kind: 'all', from: 0, to: this.#end };
    const flat = operands.flatMap((operand) =>
      operand.kind === kind ? operand.operands : [operand],
    );
    const from = Math.min(...operands.map((operand) => operand.from));
    const to = Math.max(...operands.map((operand) => operand.to));
    return this.#count({ kind, operands: flat, from, to });
  }

  #nested(place: Span, parse: () => Query): Query {
    this.#depth++;
    if (this.#depth > QUERY_DEPTH_MAX) {
      const message = `Parentheses and NOTs go deeper than ${QUERY_DEPTH_MAX} levels.`;
      throw problem(place, message, 'a simpler query');
    }
    const query = parse();
    this.#depth--;
    return query;
  }

  #count(query: Query): Query {
    this.#nodes++;
    if (this.#nodes > QUERY_NODES_MAX) {
      const message = `The query has more than ${QUERY_NODES_MAX} parts.`;
      throw problem(query, message, 'a shorter query');
    }
    return query;
  }
}
