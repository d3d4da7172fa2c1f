import { expect, test } from '@jest/globals';
import { fuzzyWord } from './fuzzy.ts';

test.each([
  ['password', 'password', 0],
  ['password', 'passwrod', 1],
  ['password', 'pasword', 1],
  ['password', 'passsword', 1],
  ['password', 'basswordx', 2],
  ['ab', 'ba', 1],
  ['ca', 'abc', 3],
  ['', 'ab', 2],
  ['abcd', 'badc', 2],
  ['abcdef', 'fedcba', 3],
])('%s and %s are %d edits apart (3: more than 2)', (word, other, edits) => {
  for (const distance of [0, 1, 2] as const) {
    expect(fuzzyWord(word, distance)(other)).toBe(edits <= distance);
    expect(fuzzyWord(other, distance)(word)).toBe(edits <= distance);
  }
});
