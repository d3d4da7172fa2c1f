/** What a leaf asks of one word of a line: the part of a query that an index can answer. */
import type { Query, WildcardPart } from '@apiary/common/query/ast.ts';
import { globTest, wordPatterns } from '@apiary/common/query/wildcard.ts';
import { foldCase, wordsOf } from '@apiary/common/query/words.ts';
import { hashWord, isSmallNumber, maskOf } from '../words.ts';

/** One word that a line must have. */
export interface WantedWord {
  /** A text within it, folded; never empty. */
  readonly needle: string;
  readonly mask: number;
  /** The word itself where only one will do, and its hash; absent hash: not in blooms. */
  readonly exact: boolean;
  readonly hash: number | undefined;
  /** Judges a folded word that has the needle. */
  accepts(word: string): boolean;
}

/**
 * The words that a line needs for a leaf on its body; undefined where that cannot be said (fuzzy words,
 * ranges, patterns without any letter, regular expressions).
 */
export function wantedWords(leaf: Query): readonly WantedWord[] | undefined {
  switch (leaf.kind) {
    case 'term':
    case 'phrase': {
      const words = wordsOf(foldCase(leaf.text)).map(({ word }) => exact(word));
      return words.length > 0 ? words : undefined;
    }
    case 'wildcard': {
      const words = wordPatterns(leaf.parts).map(pattern);
      const known = words.filter((word) => word !== undefined);
      return known.length > 0 && known.length === words.length ? known : undefined;
    }
    default:
      return undefined;
  }
}

function exact(word: string): WantedWord {
  const hash = isSmallNumber(word) ? undefined : hashWord(word);
  const accepts = (other: string) => other === word;
  return { needle: word, mask: maskOf(word), exact: true, hash, accepts };
}

function pattern(parts: readonly WildcardPart[]): WantedWord | undefined {
  const literals = parts.map((part) => (part.kind === 'literal' ? foldCase(part.text) : ''));
  const [only] = literals;
  if (parts.length === 1 && only) return exact(only);
  const needle = literals.reduce((a, b) => (b.length > a.length ? b : a), '');
  if (needle === '') return undefined;
  const mask = literals.reduce((all, text) => all | maskOf(text), 0);
  return { needle, mask, exact: false, hash: undefined, accepts: globTest(parts) };
}
