import { expect, test } from '@jest/globals';
import { isApart, type Sight } from './split-watch.ts';

test.each<[string, readonly Sight[], boolean]>([
  ['all others have never heard of it', ['unseen', 'unseen'], true],
  ['one of them is the one that is apart', ['seen', 'unseen'], false],
  ['one does not answer, so nobody knows who is apart', ['unseen', undefined], false],
  ['three of five are most', ['unseen', 'unseen', 'unseen', 'seen'], true],
  ['two of five are not', ['unseen', 'unseen', 'seen', undefined], false],
  ['nobody answers', [undefined, undefined], false],
])('a node is left when most of all do not know it: %s', (_, others, apart) => {
  expect(isApart(others)).toBe(apart);
});
