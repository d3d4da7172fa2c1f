import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { compileRegex } from '../regex.ts';
import { foldCase } from '../words.ts';
import { compileAutomaton } from './automaton.ts';
import { type Automaton, BYTES, MATCHED, REFUSED } from './table.ts';

function run({ start, next, accepts }: Automaton, text: string): boolean {
  let state = start;
  for (const byte of Buffer.from(text)) state = next[state * BYTES + byte] ?? REFUSED;
  return accepts[state] === 1;
}

const atom = fc.constantFrom(
  ...['a', 'B', '9', '.', '\\.', '\\d', '\\D', '\\w', '\\W', '\\s', '\\S', '[a-c]', '[^a-c]'],
  ...['[^\\d"]', '[\\w.-]', '[A-B]', '[]', '[^]', '\\t', '\\x41', '\\u0062', 'é', '[é-ü]', '\\/'],
  ...[' ', '-', 'ab', '_', '\\n', '}', ']', '[.]', '[a-zA-Z]', '[\\x41-\\x43]'],
);
const assertion = fc.constantFrom('^', '$', '\\b', '\\B');
const quantifier = fc.constantFrom(
  ...['', '', '', '*', '+', '?', '*?', '+?', '??', '{2}', '{1,2}', '{0,3}?', '{2,}', '{17}'],
);
const { expression } = fc.letrec<{ expression: string; term: string }>((tie) => ({
  term: fc.oneof(
    { weight: 6, arbitrary: fc.tuple(atom, quantifier).map((parts) => parts.join('')) },
    { weight: 1, arbitrary: assertion },
    {
      weight: 2,
      arbitrary: fc
        .tuple(fc.constantFrom('(', '(?:', '(?<x>'), tie('expression'), quantifier)
        .map(([open, inside, count]) => `${open}${inside})${count}`),
    },
  ),
  expression: fc.oneof(
    { weight: 4, arbitrary: fc.array(tie('term'), { maxLength: 4 }).map((all) => all.join('')) },
    {
      weight: 1,
      arbitrary: fc.tuple(tie('expression'), tie('expression')).map((two) => two.join('|')),
    },
  ),
}));
const text = fc.string({
  unit: fc.constantFrom(...'aAbBcd9 _-."\n\t/'),
  maxLength: 24,
});

test('An automaton says what RegExp says, of any expression and any text.', () => {
  let [compiled, refused] = [0, 0];
  fc.assert(
    fc.property(expression, fc.array(text, { minLength: 5, maxLength: 20 }), (source, texts) => {
      let regex: ReturnType<typeof compileRegex>;
      try {
        regex = compileRegex(source);
      } catch {
        // A name that comes twice, for one.
        return;
      }
      const automaton = compileAutomaton(source);
      if (automaton) compiled++;
      else refused++;
      if (!automaton) return;
      for (const one of texts) {
        const is = { source, one, matches: regex.test(foldCase(one)) };
        expect({ source, one, matches: run(automaton, one) }).toEqual(is);
      }
    }),
    { numRuns: 600 },
  );
  expect(compiled).toBeGreaterThan(refused);
});

test('What nothing can change any more is told apart.', () => {
  const state = (source: string, text: string) => {
    const automaton = compileAutomaton(source);
    if (!automaton) throw new Error(source);
    let at = automaton.start;
    for (const byte of Buffer.from(text)) at = automaton.next[at * BYTES + byte] ?? REFUSED;
    return at;
  };
  expect(state('slow query.*9', 'a Slow query on 1239')).toBe(MATCHED);
  expect(state('slow query.*9', 'a slow query on 123')).toBeGreaterThan(MATCHED);
  expect(state('^get', 'got')).toBe(REFUSED);
  expect(state('a*', '')).toBe(MATCHED);
  expect(state('(a|b)*.*$', 'x')).toBe(MATCHED);
  expect(state('error.*99', 'error in terr')).toBe(state('error.*99', 'error'));
});

test('What would take long, or is not plain, is left to RegExp.', () => {
  for (const source of ['a.{40}b', '\\p{L}', '(a|b).{16}c', '[\\b]', '\\cJ', 'a{900}b{900}']) {
    expect({ source, automaton: compileAutomaton(source) }).toEqual({
      source,
      automaton: undefined,
    });
  }
});
