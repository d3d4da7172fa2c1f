import { describe, expect, test } from '@jest/globals';
import { checkRule } from './rule-book.ts';
import { formatRules, parseRules } from './rules-file.ts';
import { STARTER_RULES } from './starter-rules.ts';

const stamp = { createdMs: 1, createdBy: 'ada', updatedMs: 2, updatedBy: 'ada' };

describe('rules as code', () => {
  test('what is exported is read back as the same rules', () => {
    const rules = STARTER_RULES.map((rule) => ({ ...checkRule(rule), ...stamp }));
    const again = parseRules(formatRules(rules)).map((rule) => ({ ...checkRule(rule), ...stamp }));
    expect(again).toEqual(rules);
  });

  test('lengths of time are written as people say them', () => {
    const [rule] = parseRules(
      [
        'rules:',
        '  - name: Quiet',
        '    condition: { type: absence, window: 90m }',
        '    repeat: 1d',
        '    escalation: [{ after: 15m, channels: [boss] }]',
      ].join('\n'),
    );
    expect(rule).toMatchObject({
      condition: { type: 'absence', windowMs: 5_400_000 },
      repeatMs: 86_400_000,
      escalation: [{ afterMs: 900_000, channels: ['boss'] }],
    });
  });

  test.each([
    ['rules: [', 'This is no YAML'],
    ['hello: 1', 'begins with `rules:`'],
    ['rules: [{ name: A, condition: { type: count } }]', 'rules.1.condition.count'],
    ['rules: [{ name: A, condition: { type: magic } }]', 'rules.1.condition.type'],
  ])('says where %s is wrong', (yaml, words) => {
    expect(() => parseRules(yaml)).toThrow(words);
  });

  test('a rule whose query cannot be read is refused with the place', () => {
    const condition = { type: 'count' as const, count: 1, windowMs: 1000 };
    expect(() => checkRule({ name: 'A', query: '((', condition })).toThrow('((');
  });
});
