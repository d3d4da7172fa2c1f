import type { QueryError, Span, WildcardPart } from './ast.ts';

/** What stands in a query's text, with its place. The editor colours by `kind`. */
export type Token = Span &
  (
    | { readonly kind: 'text'; readonly text: string; readonly parts: readonly WildcardPart[] }
    | { readonly kind: 'phrase'; readonly text: string }
    | { readonly kind: 'regex'; readonly source: string }
    /** A name with its colon. `escaped` names are never `_exists_`. */
    | { readonly kind: 'field'; readonly name: string; readonly escaped: boolean }
    | { readonly kind: 'compare'; readonly operator: '>' | '>=' | '<' | '<=' }
    /** `~` with its number: edits of a word, or moves of a phrase. */
    | { readonly kind: 'tilde'; readonly amount: number | undefined }
    | { readonly kind: 'boost' }
    | { readonly kind: 'range-open'; readonly inclusive: boolean }
    | { readonly kind: 'range-close'; readonly inclusive: boolean }
    /** `open` is an unquoted `*`. */
    | { readonly kind: 'bound'; readonly text: string; readonly open: boolean }
    | { readonly kind: 'to' }
    | { readonly kind: 'open' }
    | { readonly kind: 'close' }
    | { readonly kind: 'and' }
    | { readonly kind: 'or' }
    | { readonly kind: 'not' }
    | { readonly kind: 'require' }
    | { readonly kind: 'invalid'; readonly error: QueryError }
  );

/** The tokens of one kind. */
export type TokenOf<K extends Token['kind']> = Extract<Token, { kind: K }>;
