import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createMatcher } from './routing.ts';

/** The definition, without any cleverness. */
function matches(pattern: readonly string[], words: readonly string[]): boolean {
  const [first, ...rest] = pattern;
  if (first === undefined) return words.length === 0;
  if (first === '#') {
    return matches(rest, words) || (words.length > 0 && matches(pattern, words.slice(1)));
  }
  if (words.length === 0 || (first !== '*' && first !== words[0])) return false;
  return matches(rest, words.slice(1));
}

const patternWords = fc.array(fc.constantFrom('a', 'b', '*', '#'), { maxLength: 5 });
const keyWords = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 6 });

test('topics match as their definition says', () => {
  fc.assert(
    fc.property(fc.array(patternWords, { maxLength: 6 }), keyWords, (patterns, words) => {
      const matcher = createMatcher<string>('topic');
      for (const pattern of patterns) matcher.add(pattern.join('.'), pattern.join('.'));
      const found = new Set<string>();
      matcher.match(words.join('.'), (destination) => found.add(destination));
      const expected = patterns.filter((pattern) => matches(pattern, words));
      expect(found).toEqual(new Set(expected.map((pattern) => pattern.join('.'))));
    }),
    { numRuns: 1_000 },
  );
});

test('a key full of hashes is matched in no time to speak of', () => {
  const matcher = createMatcher<string>('topic');
  matcher.add(`${Array.from({ length: 60 }, () => '#').join('.')}.end`, 'x');
  const found: string[] = [];
  matcher.match(Array.from({ length: 120 }, () => 'a').join('.'), (to) => found.push(to));
  expect(found).toEqual([]);
});

test('what is removed no longer matches, and leaves the rest', () => {
  for (const type of ['direct', 'fanout', 'topic'] as const) {
    const matcher = createMatcher<string>(type);
    matcher.add('a.b', 'one');
    matcher.add('a.b', 'two');
    matcher.remove('a.b', 'one');
    const found: string[] = [];
    matcher.match('a.b', (destination) => found.push(destination));
    expect(found).toEqual(['two']);
  }
});
