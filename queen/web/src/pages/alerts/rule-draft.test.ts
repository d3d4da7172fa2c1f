import { ruleSchema } from '@apiary/common/messages/alerts.ts';
import { describe, expect, it } from '@jest/globals';
import { draftOf, NEW_RULE, ruleOf } from './rule-draft.ts';

const stored = { createdMs: 1, createdBy: 'mira', updatedMs: 1, updatedBy: 'mira' };

describe('a rule in the form', () => {
  it.each([
    { type: 'count', count: 3, windowMs: 300_000 },
    { type: 'rate', direction: 'down', factor: 2.5, windowMs: 60_000, minimum: 4 },
    { type: 'absence', windowMs: 7_200_000 },
    { type: 'first', field: 'user', learnMs: 5_000, windowMs: 90_000 },
    { type: 'first', learnMs: 5_000, windowMs: 90_000 },
    { type: 'threshold', field: 'ms', direction: 'below', value: -1.5, count: 2, windowMs: 1_000 },
    { type: 'ratio', of: 'status:*', above: 0.01, windowMs: 60_000, minimum: 7 },
    { type: 'agent-dead' },
    { type: 'target-failed' },
  ])('comes back as it was: %j', (condition) => {
    const rule = ruleSchema.parse({
      ...stored,
      id: 'r1',
      name: 'R',
      query: 'level:error',
      condition,
      groupBy: ['host', 'user'],
      channels: ['ops'],
      title: 'x {count}',
      forMs: 120_000,
      escalation: [{ afterMs: 60_000, channels: ['boss'] }],
    });
    const { createdMs: _a, createdBy: _b, updatedMs: _c, updatedBy: _d, ...input } = rule;
    expect(ruleOf(draftOf(rule))).toEqual({ rule: input });
  });

  it.each([
    [{ window: 'soon' }, 'The time is a length like 30s, 5m or 2h.'],
    [{ hold: '-1m' }, 'The time before it fires is a length like 30s, 5m or 2h.'],
    [{ count: 'many' }, /^The number of lines: /],
    [{ kind: 'threshold' as const, field: ' ' }, /^The field: /],
  ])('says what is wrong with %j', (change, words) => {
    const told = ruleOf({ ...NEW_RULE, ...change });
    expect('wrong' in told ? told.wrong : '').toMatch(words);
  });
});
