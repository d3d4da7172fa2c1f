import { ruleSchema, type Silence, silenceSchema } from '@apiary/common/messages/alerts.ts';
import { describe, expect, test } from '@jest/globals';
import { quietOf } from './silences.ts';

const MINUTE = 60_000;
/** A Thursday, 2026-11-19. */
const NOON = Date.UTC(2026, 10, 19, 12);

function silence(over: Partial<Silence>): Silence {
  return silenceSchema.parse({
    id: 's1',
    fromMs: NOON,
    untilMs: NOON + 60 * MINUTE,
    createdBy: 'ada',
    createdMs: 0,
    ...over,
  });
}

const rule = ruleSchema.parse({
  id: 'errors',
  name: 'Errors',
  condition: { type: 'count', count: 1, windowMs: MINUTE },
  groupBy: ['host'],
  ...{ createdMs: 0, createdBy: 'ada', updatedMs: 0, updatedBy: 'ada' },
});

describe('silences', () => {
  test('keep quiet from their beginning until their end, and say until when', () => {
    const quietAt = (nowMs: number) =>
      quietOf(rule, {}, nowMs, { silences: [silence({})], isDead: () => false });
    expect(quietAt(NOON - 1)).toBeUndefined();
    expect(quietAt(NOON)).toEqual({ reason: 'silence', untilMs: NOON + 60 * MINUTE });
    expect(quietAt(NOON + 60 * MINUTE)).toBeUndefined();
  });

  test('that come again are maintenance, in their own zone, also past midnight', () => {
    const nightly = silence({
      fromMs: 0,
      untilMs: NOON + 30 * 24 * 60 * MINUTE,
      recurs: { days: [3], from: '23:30', minutes: 60, zone: 'Europe/Berlin' },
    });
    const wednesday = Date.UTC(2026, 10, 18, 22, 30);
    const quietAt = (nowMs: number) =>
      quietOf(rule, {}, nowMs, { silences: [nightly], isDead: () => false });
    expect(quietAt(wednesday - 1)).toBeUndefined();
    const untilMs = wednesday + 60 * MINUTE;
    expect(quietAt(wednesday + 45 * MINUTE)).toEqual({ reason: 'maintenance', untilMs });
    expect(quietAt(untilMs)).toBeUndefined();
  });

  test.each([
    [{}, true],
    [{ rule: 'errors' }, true],
    [{ rule: 'others' }, false],
    [{ group: { host: 'WEB-*' } }, true],
    [{ group: { host: '*-1*' } }, true],
    [{ group: { host: 'web-1' } }, false],
    [{ group: { host: 'db*' } }, false],
    [{ group: { code: '5' } }, false],
  ])('%j covers host web-17 of the rule: %s', (over, covers) => {
    const context = { silences: [silence(over)], isDead: () => false };
    const quiet = quietOf(rule, { host: 'web-17' }, NOON, context);
    expect(quiet?.reason).toBe(covers ? 'silence' : undefined);
  });

  test('a dead host quiets its own rules, and nothing but them', () => {
    const context = { silences: [], isDead: (host: string) => host === 'web-1' };
    expect(quietOf(rule, { host: 'web-1' }, NOON, context)?.reason).toBe('host-dead');
    expect(quietOf(rule, { host: 'web-2' }, NOON, context)).toBeUndefined();
    const about = { ...rule, condition: { type: 'agent-dead' as const } };
    expect(quietOf(about, { host: 'web-1' }, NOON, context)).toBeUndefined();
  });
});
