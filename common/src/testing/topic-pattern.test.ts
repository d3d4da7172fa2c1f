import { expect, test } from '@jest/globals';
import { matchesTopic } from './topic-pattern.ts';

test.each([
  ['agent.*', 'agent.dead', true],
  ['agent.*', 'agent', false],
  ['agent.*', 'agent.dead.now', false],
  ['agent.#', 'agent', true],
  ['agent.#', 'agent.dead.now', true],
  ['#', 'anything.at.all', true],
  ['#.changed', 'document.target.changed', true],
  ['document.#.x', 'document.x', true],
  ['document.changed', 'document.changed', true],
  ['document.changed', 'document.lost', false],
])('%s against %s is %s', (pattern, key, expected) => {
  expect(matchesTopic(pattern, key)).toBe(expected);
});
