/** Compiles a leaf into a test of text: of a line's words, or of a field's value. */
import { HIGHLIGHTS_MAX } from '../limits.ts';
import type { TimeContext } from '../time/range.ts';
import type { ExistsQuery, LeafQuery, RegexQuery, Span } from './ast.ts';
import { fuzzyWord } from './fuzzy.ts';
import { compileRegex } from './regex.ts';
import { plainNumberOf, rangeTest } from './value-range.ts';
import { globTest, wordPatterns } from './wildcard.ts';
import { exactWord, findWords, type WordSequence, type WordTest } from './word-sequence.ts';
import { foldCase, wordsOf } from './words.ts';

/** A leaf that looks at text. */
export type TextLeaf = Exclude<LeafQuery, ExistsQuery>;

/** Judges a line. `stamp` is the length of the time stamp at its head, whose words are not seen. */
export interface LineTest {
  test(folded: string, stamp: number): boolean;
  spans(folded: string, stamp: number): Span[];
}

/** The test of a line's words, or of the whole line for phrases and regular expressions. */
export function compileLineTest(leaf: TextLeaf, context: TimeContext): LineTest {
  if (leaf.kind === 'regex') {
    const regex = compileRegex(leaf.source);
    return { test: regex.test, spans: (folded) => regex.spans(folded, HIGHLIGHTS_MAX) };
  }
  const sequence = sequenceOf(leaf, context);
  // Several words in sequence are a phrase, and phrases see the line as it was.
  const seesStamp = leaf.kind === 'phrase' || sequence.words.length !== 1;
  const from = (stamp: number) => (seesStamp ? 0 : stamp);
  return {
    test: (folded, stamp) => findWords(sequence, folded, from(stamp)) !== undefined,
    spans(folded, stamp) {
      const spans: Span[] = [];
      let at = from(stamp);
      while (spans.length < HIGHLIGHTS_MAX) {
        const span = findWords(sequence, folded, at);
        if (!span) break;
        spans.push(span);
        at = span.to;
      }
      return spans;
    },
  };
}

/** The test of a field's value: the whole value, or words of it. */
export function compileValueTest(leaf: TextLeaf, context: TimeContext): (value: string) => boolean {
  if (leaf.kind === 'regex') {
    const regex = compileRegex(leaf.source);
    return (value) => regex.test(foldCase(value));
  }
  if (leaf.kind === 'range') return rangeTest(leaf, context);
  const sequence = sequenceOf(leaf, context);
  const whole = wholeTest(leaf);
  const number =
    leaf.kind === 'term' || leaf.kind === 'phrase' ? plainNumberOf(leaf.text) : undefined;
  return (value) => {
    const other = number === undefined ? undefined : plainNumberOf(value);
    if (other !== undefined) return other === number;
    const folded = foldCase(value);
    return whole(folded) || findWords(sequence, folded, 0) !== undefined;
  };
}

function wholeTest(leaf: Exclude<TextLeaf, RegexQuery>): (folded: string) => boolean {
  if (leaf.kind === 'wildcard') return globTest(leaf.parts);
  if (leaf.kind === 'range') return () => false;
  const text = foldCase(leaf.text);
  if (leaf.kind === 'fuzzy') return fuzzyWord(text, leaf.distance);
  return (folded) => folded === text;
}

function sequenceOf(leaf: Exclude<TextLeaf, RegexQuery>, context: TimeContext): WordSequence {
  switch (leaf.kind) {
    case 'term':
    case 'phrase': {
      const literal = foldCase(leaf.text);
      const words = wordsOf(literal).map(({ word }) => exactWord(word));
      return { words, literal, slop: leaf.kind === 'phrase' ? leaf.slop : 0 };
    }
    case 'fuzzy': {
      const literal = foldCase(leaf.text);
      const words = wordsOf(literal).map(({ word }): WordTest => {
        return { exact: undefined, needle: '', accepts: fuzzyWord(word, leaf.distance) };
      });
      return { words, literal, slop: 0 };
    }
    case 'wildcard': {
      const words = wordPatterns(leaf.parts).map((parts): WordTest => {
        const literals = parts.map((part) => (part.kind === 'literal' ? foldCase(part.text) : ''));
        const [only] = literals;
        if (parts.length === 1 && only) return exactWord(only);
        const needle = literals.reduce((a, b) => (b.length > a.length ? b : a), '');
        return { exact: undefined, needle, accepts: globTest(parts) };
      });
      return { words, literal: '', slop: 0 };
    }
    case 'range':
      return {
        words: [{ exact: undefined, needle: '', accepts: rangeTest(leaf, context) }],
        literal: '',
        slop: 0,
      };
  }
}
