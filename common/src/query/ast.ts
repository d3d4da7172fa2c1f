/**
 * The syntax tree of a query. Parentheses are folded away, boosts are dropped, a field is pushed
 * down to the leaves of its group, and `and` in `and` (`or` in `or`) is one flat node.
 */

/** A half-open range of UTF-16 offsets in the query's text. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** The field of a leaf that names none: the line itself. */
export const BODY_FIELD = 'body';

/** Fields that every record has; any other name is a field of the line itself. */
export const BUILT_IN_FIELDS = [
  'host',
  'agent',
  'target',
  'file',
  'tag',
  'level',
  'time',
  'body',
  'pattern',
] as const;

/** One of {@link BUILT_IN_FIELDS}. */
export type BuiltInField = (typeof BUILT_IN_FIELDS)[number];

/** True for one of {@link BUILT_IN_FIELDS}. */
export function isBuiltInField(name: string): name is BuiltInField {
  // The cast only widens the tuple's element type for the search.
  return (BUILT_IN_FIELDS as readonly string[]).includes(name);
}

interface Leaf extends Span {
  /** {@link BODY_FIELD} where the query names none. */
  readonly field: string;
}

/** Text that bears exactly one word, as typed with its escapes resolved: `error`, `.NET`. */
export interface TermQuery extends Leaf {
  readonly kind: 'term';
  readonly text: string;
}

/**
 * Words in sequence, at most `slop` moves apart. Also unquoted text of several words: `10.0.0.1`.
 */
export interface PhraseQuery extends Leaf {
  readonly kind: 'phrase';
  readonly text: string;
  readonly slop: number;
}

/** A piece of a wildcard pattern: text, one character (`?`), or any number of them (`*`). */
export type WildcardPart =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'one' }
  | { readonly kind: 'many' };

/** `te?t`, `te*t`. No two literals and no two `many` stand side by side. */
export interface WildcardQuery extends Leaf {
  readonly kind: 'wildcard';
  readonly parts: readonly WildcardPart[];
}

/**
 * `/source/` as typed between its slashes (`\/` included); any case, anywhere in the line or value.
 */
export interface RegexQuery extends Leaf {
  readonly kind: 'regex';
  readonly source: string;
}

/** Words at most `distance` edits (insert, delete, replace, swap neighbours) away. */
export interface FuzzyQuery extends Leaf {
  readonly kind: 'fuzzy';
  readonly text: string;
  readonly distance: 0 | 1 | 2;
}

/** One end of a range. */
export interface RangeBound {
  readonly text: string;
  readonly inclusive: boolean;
}

/** A range with at least one bound. */
export interface RangeQuery extends Leaf {
  readonly kind: 'range';
  readonly lower: RangeBound | undefined;
  readonly upper: RangeBound | undefined;
}

/** The record has the field. Never {@link BODY_FIELD}: that is {@link AllQuery}. */
export interface ExistsQuery extends Leaf {
  readonly kind: 'exists';
}

/** Every record. */
export interface AllQuery extends Span {
  readonly kind: 'all';
}

/** At least two operands, none of them an `and`. */
export interface AndQuery extends Span {
  readonly kind: 'and';
  readonly operands: readonly Query[];
}

/** At least two operands, none of them an `or`. */
export interface OrQuery extends Span {
  readonly kind: 'or';
  readonly operands: readonly Query[];
}

/** Without what the operand matches. */
export interface NotQuery extends Span {
  readonly kind: 'not';
  readonly operand: Query;
}

/** A node that is judged on one field. */
export type LeafQuery =
  | TermQuery
  | PhraseQuery
  | WildcardQuery
  | RegexQuery
  | FuzzyQuery
  | RangeQuery
  | ExistsQuery;

/** A query. */
export type Query = LeafQuery | AllQuery | AndQuery | OrQuery | NotQuery;

/** A change of the query's text that removes an error: replace `from`..`to` by `insert`. */
export interface QueryFix extends Span {
  readonly insert: string;
  /** What a button says: `Take out AND`. */
  readonly label: string;
}

/** Why a text is no query. */
export interface QueryError extends Span {
  /** One sentence for a person. */
  readonly message: string;
  /** What would have been right here, e.g. `)`. */
  readonly expected: string;
  readonly fix?: QueryFix;
}
