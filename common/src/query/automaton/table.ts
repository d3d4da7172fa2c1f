/** Bytes of a row of the table, by the byte that is read. */
export const BYTES = 256;

/** No match any more, whatever follows. */
export const REFUSED = 0;
/** A match, whatever follows. */
export const MATCHED = 1;
/** The first state that is not settled. */
export const OPEN = 2;

/**
 * A regular expression as a table: one look for each character, whatever the expression. For text of ASCII characters,
 * of which a judge may leave out all that cannot change the state. Whether there is a match is told, not where.
 */
export interface Automaton {
  /** The state before the first character. */
  readonly start: number;
  /** `next[state * BYTES + byte]`, for bytes of ASCII in any case. */
  readonly next: Uint8Array;
  /** By state: 1 where text that ends there has a match. */
  readonly accepts: Uint8Array;
}
