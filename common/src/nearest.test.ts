import { expect, test } from '@jest/globals';
import { nearestWord } from './nearest.ts';

const WORDS = ['search', 'store', 'up', 'targets'];

test.each([
  ['serch', 'search'],
  ['saerch', 'search'],
  ['target', 'targets'],
  ['pu', 'up'],
  ['xyz', undefined],
  ['ab', undefined],
])('%s means %s', (typed, meant) => {
  expect(nearestWord(typed, WORDS)).toBe(meant);
});
