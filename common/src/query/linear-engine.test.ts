import { expect, test } from '@jest/globals';
import { linearRegExp } from './linear-engine.ts';

test('an expression that would backtrack for ever comes to an end', () => {
  expect(linearRegExp('(a+)+$').test(`${'a'.repeat(250)}!`)).toBe(false);
  expect(linearRegExp('(a+)+$', 'g').test('b'.repeat(10) + 'a'.repeat(250))).toBe(true);
});

test('an expression that is none is refused', () => {
  expect(() => linearRegExp('(a')).toThrow(SyntaxError);
});
