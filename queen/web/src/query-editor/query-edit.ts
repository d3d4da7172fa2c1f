/**
 * Changes of a query's text that clicks ask for: add a filter, take it back, toggle levels. The rest of
 * the text stays as it was typed. Places come from the lexer, so that quotes and groups are respected.
 */
import { formatFieldValue } from '@apiary/common/query/format.ts';
import { tokenize } from '@apiary/common/query/lexer.ts';
import type { Token } from '@apiary/common/query/token.ts';
import { LEVELS, type Level } from '@apiary/common/record.ts';

/** A `field:value` at the top of a query, with the operators in front of it. */
interface Clause {
  readonly field: string;
  /** Of the whole clause with its NOT. */
  readonly from: number;
  readonly to: number;
  /** Of the clause without its NOT. */
  readonly bodyFrom: number;
  readonly negated: boolean;
  /** Indexes of its first token (NOT included) and of the one behind it. */
  readonly first: number;
  readonly behind: number;
}

/** The query that has `field:value` in it, or NOT in it; what it replaces goes. */
export function withFilter(query: string, field: string, value: string, negated: boolean): string {
  const text = formatFieldValue(field, value);
  const same = topClauses(query).find((clause) => query.slice(clause.bodyFrom, clause.to) === text);
  if (same?.negated === negated) return query;
  const rest = same ? without(query, same) : query.trim();
  return join(rest, negated ? `NOT ${text}` : text);
}

/** The query with a filter set, or without it where it has this one already. */
export function toggleFilter(
  query: string,
  field: string,
  value: string,
  negated: boolean,
): string {
  const same = filtersOf(query).find(
    (filter) => filter.field === field && filter.value === value && filter.negated === negated,
  );
  return same ? without(query, same.place) : withFilter(query, field, value, negated);
}

/** A `field:value` that all lines of a query have, or have not. */
export interface Filter {
  readonly field: string;
  readonly value: string;
  readonly negated: boolean;
}

/** The filters at the top of a query whose value is one word or phrase. */
export function filtersOf(query: string): readonly (Filter & { readonly place: Clause })[] {
  const tokens = tokenize(query);
  return topClauses(query).flatMap((place) => {
    const value = tokens[place.behind - 1];
    const single = place.behind - place.first === (place.negated ? 3 : 2);
    if (!single || (value?.kind !== 'phrase' && value?.kind !== 'text')) return [];
    return [{ field: place.field, value: value.text, negated: place.negated, place }];
  });
}

/** The query and all of `part`, or none of it. */
export function withPart(query: string, part: string, negated: boolean): string {
  return join(query.trim(), negated ? `NOT (${part})` : `(${part})`);
}

/** The levels that the query lets through; all of them if it names none. */
export function levelsOf(query: string): ReadonlySet<Level> {
  const clause = levelClause(query);
  return clause ? clause.levels : new Set(LEVELS);
}

/** The query with a level switched: alone at first, then in company, and none named when all are. */
export function toggleLevel(query: string, level: Level): string {
  const clause = levelClause(query);
  if (!clause) return join(query.trim(), `level:${level}`);
  const levels = new Set(clause.levels);
  if (!levels.delete(level)) levels.add(level);
  if (levels.size === 0 || levels.size === LEVELS.length) return without(query, clause.place);
  const names = LEVELS.filter((name) => levels.has(name)).reverse();
  const text = names.length === 1 ? `level:${names[0]}` : `level:(${names.join(' OR ')})`;
  return query.slice(0, clause.place.from) + text + query.slice(clause.place.to);
}

function levelClause(query: string): { place: Clause; levels: Set<Level> } | undefined {
  const tokens = tokenize(query);
  for (const place of topClauses(query)) {
    if (place.field !== 'level' || place.negated) continue;
    const levels = new Set<Level>();
    const values = tokens.slice(place.first + 1, place.behind);
    const readable = values.every((token) => {
      if (token.kind === 'open' || token.kind === 'close' || token.kind === 'or') return true;
      const level = token.kind === 'text' ? LEVELS.find((name) => name === token.text) : undefined;
      if (level) levels.add(level);
      return level !== undefined;
    });
    if (readable && levels.size > 0) return { place, levels };
  }
  return undefined;
}

/** `a` and `b`; an OR at the top of `a` gets its parentheses. */
function join(query: string, clause: string): string {
  if (query === '' || query === '*' || query === '*:*') return clause;
  const left = hasTopOr(query) ? `(${query})` : query;
  return clause.startsWith('NOT ') ? `${left} ${clause}` : `${left} AND ${clause}`;
}

function hasTopOr(query: string): boolean {
  let depth = 0;
  for (const token of tokenize(query)) {
    if (token.kind === 'open') depth++;
    else if (token.kind === 'close') depth--;
    else if (token.kind === 'or' && depth === 0) return true;
  }
  return false;
}

function topClauses(query: string): Clause[] {
  const tokens = tokenize(query);
  if (hasTopOr(query)) return [];
  const clauses: Clause[] = [];
  let depth = 0;
  for (const [index, token] of tokens.entries()) {
    if (token.kind === 'open') depth++;
    else if (token.kind === 'close') depth--;
    if (token.kind !== 'field' || depth !== 0) continue;
    const behind = endOfValue(tokens, index + 1);
    const last = tokens[behind - 1];
    const negated = tokens[index - 1]?.kind === 'not';
    const first = negated ? index - 1 : index;
    clauses.push({
      field: token.name,
      from: tokens[first]?.from ?? token.from,
      to: last?.to ?? token.to,
      bodyFrom: token.from,
      negated,
      first,
      behind,
    });
  }
  return clauses;
}

/** The index behind a value that begins at `at`: one token, a group, or a range. */
function endOfValue(tokens: readonly Token[], at: number): number {
  const opens = tokens[at]?.kind;
  const [open, close] = opens === 'range-open' ? ['range-open', 'range-close'] : ['open', 'close'];
  let end = at;
  if (opens === open) {
    let depth = 0;
    for (; end < tokens.length; end++) {
      if (tokens[end]?.kind === open) depth++;
      else if (tokens[end]?.kind === close && --depth === 0) break;
    }
    end++;
  } else end += opens === 'compare' ? 2 : 1;
  while (tokens[end]?.kind === 'tilde' || tokens[end]?.kind === 'boost') end++;
  return Math.min(end, tokens.length);
}

function without(query: string, clause: Clause): string {
  const tokens = tokenize(query);
  const before = tokens[clause.first - 1];
  const after = tokens[clause.behind];
  const from = before?.kind === 'and' ? before.from : clause.from;
  const to = before?.kind !== 'and' && after?.kind === 'and' ? after.to : clause.to;
  const left = query.slice(0, from).trimEnd();
  const right = query.slice(to).trimStart();
  return left === '' || right === '' ? left + right : `${left} ${right}`;
}
