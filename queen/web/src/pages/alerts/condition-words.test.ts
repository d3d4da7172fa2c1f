import { conditionSchema, type RuleCondition } from '@apiary/common/messages/alerts.ts';
import { describe, expect, it } from '@jest/globals';
import { conditionWords } from './condition-words.ts';

describe('a condition in words', () => {
  it.each<[object, string]>([
    [{ type: 'count', count: 50, windowMs: 60_000 }, 'at least 50 lines in 1 minute'],
    [{ type: 'count', count: 1, windowMs: 300_000 }, 'at least 1 line in 5 minutes'],
    [
      { type: 'rate', factor: 3, windowMs: 60_000 },
      '3 times as many lines in 1 minute as in the time before',
    ],
    [{ type: 'absence', windowMs: 7_200_000 }, 'no line for 2 hours'],
    [{ type: 'first', field: 'user' }, 'a value of user that never came before'],
    [{ type: 'first' }, 'a pattern that never came before'],
    [
      { type: 'threshold', field: 'ms', direction: 'above', value: 900, count: 3 },
      'ms 3 times above 900 in 1 minute',
    ],
    [
      { type: 'ratio', of: 'status:*', above: 0.01, windowMs: 300_000 },
      'more than 1 % of the lines with status:* in 5 minutes',
    ],
    [{ type: 'agent-dead' }, 'an agent is not heard any more'],
  ])('%j', (condition, words) => {
    const parsed: RuleCondition = conditionSchema.parse(condition);
    expect(conditionWords(parsed)).toBe(words);
  });
});
