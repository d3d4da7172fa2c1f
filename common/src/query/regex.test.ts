import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { QueryProblem } from './problem.ts';
import { compileRegex } from './regex.ts';
import { foldCase } from './words.ts';

describe('compileRegex', () => {
  test('finds the same with anything before and behind', () => {
    const piece = fc.constantFrom(
      '.*',
      '.*?',
      '\\.*',
      '\\\\',
      'a',
      '.',
      '[.*]',
      '^',
      '$',
      'b+',
      '|',
      '(?:c|.*)',
    );
    const text = fc.string({ unit: fc.constantFrom(...'abc.*\\ \n'), maxLength: 8 });
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 5 }), text, (pieces, line) => {
        const pattern = pieces.join('');
        const expected = new RegExp(pattern).test(line);
        expect({ pattern, line, is: compileRegex(pattern).test(line) }).toEqual({
          ...{ pattern, line },
          is: expected,
        });
      }),
      { numRuns: 3000 },
    );
  });

  test('agrees with the flag i on ASCII text', () => {
    const atom = fc.constantFrom(
      ...'a B . \\d \\W \\s \\b [A-C] [^a-c] [A-z] [@-Z] [\\w-] [x\\]Y] \\x41 \\u0042 \\. ^ $ (?:ab|C) (A)'.split(
        ' ',
      ),
    );
    const quantifier = fc.constantFrom(
      '',
      '',
      '',
      '*',
      '+',
      '?',
      '{1,2}',
      '*?',
      '{2}',
      '{17}',
      '{3,20}',
      '{18,}?',
      '{0,33}',
    );
    const source = fc
      .array(fc.tuple(atom, quantifier), { minLength: 1, maxLength: 4 })
      .map((list) =>
        list.map(([one, many]) => (/^(?:\^|\$|\\b)$/.test(one) ? one : one + many)).join(''),
      );
    const text = fc.string({
      unit: fc.constantFrom(...'aAbBcCxXzZ@[^_` -.19]'),
      maxLength: 12,
    });
    fc.assert(
      fc.property(source, text, (pattern, line) => {
        const expected = new RegExp(pattern, 'i').test(line);
        expect(compileRegex(pattern).test(foldCase(line))).toBe(expected);
      }),
      { numRuns: 5000 },
    );
  });

  test.each([
    ['É', 'é'],
    ['[À-Þ]+', 'ÉÈ'],
    ['[А-Я]{3}', 'мир'],
    ['\\u00c9', 'É'],
    ['\\p{Lu}x', 'éX'],
    ['(?<name>A)b', 'AB'],
    ['(?<g>[0-9a-f]{4}:){7}', '2001:0DB8:0000:0000:0000:0000:1428:'],
    ['(?:a{16}b)+c', `${'a'.repeat(16)}B${'A'.repeat(16)}bc`],
    ['(?:[a-z]{20} ){2,}', `${'q'.repeat(20)} ${'Q'.repeat(20)} `],
    ['[0-9a-f]{32}', 'D41D8CD98F00B204E9800998ECF8427E'],
  ])('%s finds %s', (pattern, text) => {
    expect(compileRegex(pattern).test(foldCase(text))).toBe(true);
  });

  test.each([
    ['(a)\\1', 3],
    ['(?<n>a)\\k<n>', 7],
    ['(?=a)b', 0],
    ['x(?!a)b', 1],
    ['(?<=a)b', 0],
    ['(?<!a)b', 0],
    ['(?i)a', 0],
    ['a(', 0],
    ['[a', 0],
    ['*a', 0],
    ['((a{999}){999}){99}', 9],
    ['(a|a)*\\p{L}', 6],
  ])('%s is refused at %d', (pattern, from) => {
    let place: number | undefined;
    try {
      compileRegex(pattern);
    } catch (thrown) {
      if (!(thrown instanceof QueryProblem)) throw thrown;
      place = thrown.error.from;
    }
    expect(place).toBe(from);
  });

  test('gives the spans that are not empty, up to the limit', () => {
    expect(compileRegex('o*').spans('foo boo', 10)).toEqual([
      { from: 1, to: 3 },
      { from: 5, to: 7 },
    ]);
    expect(compileRegex('o').spans('ooooo', 2)).toHaveLength(2);
  });

  test('any text either compiles or is refused with a place inside it', () => {
    const text = fc.string({
      unit: fc.constantFrom(...'a1()[]{}*+?\\|^$.,-:<=!kpu/'),
      maxLength: 14,
    });
    fc.assert(
      fc.property(text, (pattern) => {
        try {
          compileRegex(pattern).test('a1a');
        } catch (thrown) {
          if (!(thrown instanceof QueryProblem)) throw thrown;
          expect(thrown.error.to).toBeLessThanOrEqual(pattern.length);
        }
      }),
      { numRuns: 5000 },
    );
  });
});
