import { ruleSchema } from '@apiary/common/messages/alerts.ts';
import { describe, expect, it } from '@jest/globals';
import { draftOf, freshId, movedStep, NEW_RULE, ruleOf, withKind } from './rule-draft.ts';

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
    { type: 'check', level: 'warning', attempts: 5, windowMs: 3_600_000 },
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
      users: ['mira', 'jonas'],
      title: 'x {count}',
      text: '{what}\n{line}',
      contextLines: 4,
      countBy: 'user',
      bundleAfter: 0,
      forMs: 120_000,
      repeatMs: 0,
      quietWhenHostDead: false,
      escalation: [{ afterMs: 90_000, channels: ['boss'], users: [] }, { afterMs: 7_200_000 }],
    });
    const { createdMs: _a, createdBy: _b, updatedMs: _c, updatedBy: _d, ...input } = rule;
    expect(ruleOf(draftOf(rule))).toEqual({ rule: input });
  });

  it.each([
    [{ window: 'soon' }, 'The time is a length like 30s, 5m or 2h.'],
    [{ hold: '-1m' }, 'The time before it fires is a length like 30s, 5m or 2h.'],
    [{ count: 'many' }, /^The number of lines: /],
    [{ kind: 'threshold' as const, field: ' ' }, /^The field: /],
    [{ contextLines: '' }, 'The number of lines around it: a number is needed.'],
    [{ bundleAfter: '' }, 'The number of messages: a number is needed.'],
    [{ bundleAfter: '-1' }, /^The number of messages: /],
    [{ countBy: 'x'.repeat(300) }, /^The field that is counted by: /],
    [{ text: 'x'.repeat(9_000) }, /^The text: .*8192/],
    [{ query: 'level:error AND' }, 'AND needs something after it.'],
  ])('says what is wrong with %j', (change, words) => {
    const told = ruleOf({ ...NEW_RULE, ...change });
    expect('wrong' in told ? told.wrong : '').toMatch(words);
  });

  it('says it at each field that is wrong', () => {
    const step = { after: '15m', channels: [], users: ['*'] };
    const told = ruleOf({
      ...NEW_RULE,
      kind: 'ratio',
      of: '(',
      value: '',
      repeat: 'often',
      escalation: [step, { ...step, after: '0s' }],
    });
    const errors = 'errors' in told ? told.errors : {};
    expect(Object.keys(errors).sort()).toEqual(['escalation.1.after', 'of', 'repeat', 'value']);
    expect(errors['escalation.1.after']).toBe('The time is a length like 30s, 5m or 2h.');
  });

  it('of another kind has what is likely for it, and what was typed', () => {
    const typed = { ...NEW_RULE, window: '2m' };
    const check = withKind(typed, 'check');
    expect(check).toMatchObject({ kind: 'check', count: '3', window: '2m' });
    expect(withKind(check, 'count')).toEqual(typed);
    expect(withKind(NEW_RULE, 'absence').window).toBe('10m');
    expect(withKind({ ...NEW_RULE, count: '7' }, 'threshold')).toMatchObject({
      count: '7',
      value: '',
    });
  });

  it('of its own is never one that exists', () => {
    expect(freshId('Login failures!', [])).toBe('login-failures');
    expect(freshId('Login failures!', ['login-failures', 'login-failures-2'])).toBe(
      'login-failures-3',
    );
    expect(freshId('登录失败', [])).toBe('rule');
    const long = 'a'.repeat(200);
    const id = freshId(long, [freshId(long, [])]);
    expect(ruleSchema.shape.id.safeParse(id).success).toBe(true);
  });

  it('tells a step earlier or later, at the times that are there', () => {
    const steps = ['boss', 'owner', 'all'].map((name, index) => ({
      after: `${index + 1}h`,
      channels: [name],
      users: [],
    }));
    const order = (moved: ReturnType<typeof movedStep>) =>
      moved.map(({ after, channels }) => `${after} ${channels}`);
    expect(order(movedStep(steps, 2, -1))).toEqual(['1h boss', '2h all', '3h owner']);
    expect(order(movedStep(steps, 0, 1))).toEqual(['1h owner', '2h boss', '3h all']);
    expect(movedStep(steps, 0, -1)).toBe(steps);
  });
});
