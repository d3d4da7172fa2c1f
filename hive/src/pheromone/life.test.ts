import { type Rule, ruleSchema } from '@apiary/common/messages/alerts.ts';
import { describe, expect, test } from '@jest/globals';
import { AlertLife, type Happening } from './life.ts';

const MINUTE = 60_000;
const NOW = 1_750_000_000_000;

function ruleOf(over: object = {}): Rule {
  return ruleSchema.parse({
    id: 'errors',
    name: 'Errors',
    condition: { type: 'count', count: 1, windowMs: MINUTE },
    groupBy: ['host'],
    repeatMs: 0,
    ...{ createdMs: 0, createdBy: 'ada', updatedMs: 0, updatedBy: 'ada', ...over },
  });
}

function lifeOf(rule: Rule, dead: ReadonlySet<string> = new Set()): AlertLife {
  const quiet = { silences: [], isDead: (host: string) => dead.has(host) };
  return new AlertLife(rule, quiet, { alerts: [], ended: [] });
}

const verdict = (host: string, holds: boolean, first = 'r1') => ({
  ...{ group: JSON.stringify([host]), holds, atMs: NOW, first, value: 1 },
});
const shape = (happenings: readonly Happening[]) =>
  happenings.map(
    ({ kind, alert, ended }) => (ended ? 'ended' : alert.state) + (kind ? ` ${kind}` : ''),
  );

describe('the life of alerts', () => {
  test('fires at once, and ends once', () => {
    const life = lifeOf(ruleOf());
    expect(shape(life.judge(verdict('a', true), NOW))).toEqual(['firing fired']);
    expect(shape(life.judge(verdict('a', true), NOW))).toEqual([]);
    expect(shape(life.judge(verdict('a', false), NOW + 1))).toEqual(['ended resolved']);
    expect(shape(life.judge(verdict('a', false), NOW + 2))).toEqual([]);
  });

  test('is pending first where the condition has to hold for a while', () => {
    const life = lifeOf(ruleOf({ forMs: 5 * MINUTE }));
    expect(shape(life.judge(verdict('a', true), NOW))).toEqual(['pending']);
    expect(life.dueMs(NOW)).toBe(NOW + 5 * MINUTE);
    expect(shape(life.tick(NOW + 5 * MINUTE - 1))).toEqual([]);
    expect(shape(life.tick(NOW + 5 * MINUTE))).toEqual(['firing fired']);
  });

  test('what was only pending ends without a word, and may come again', () => {
    const life = lifeOf(ruleOf({ forMs: 5 * MINUTE }));
    life.judge(verdict('a', true), NOW);
    expect(shape(life.judge(verdict('a', false), NOW + 1))).toEqual(['ended']);
    expect(shape(life.judge(verdict('a', true), NOW + 2))).toEqual(['pending']);
  });

  test('the same window does not fire a second time, a new one does', () => {
    const life = lifeOf(ruleOf());
    const [fired] = life.judge(verdict('a', true), NOW);
    life.judge(verdict('a', false), NOW + 1);
    expect(shape(life.judge(verdict('a', true), NOW + 2))).toEqual([]);
    const [again] = life.judge(verdict('a', true, 'r2'), NOW + 3);
    expect(again?.alert.id).not.toBe(fired?.alert.id);
  });

  test('whoever finds the same alert gives it the same id', () => {
    const [mine] = lifeOf(ruleOf()).judge(verdict('a', true), NOW);
    const [yours] = lifeOf(ruleOf()).judge(verdict('a', true), NOW + MINUTE);
    expect(yours?.alert.id).toBe(mine?.alert.id);
  });

  test('a dead host quiets its own alerts until it lives again', () => {
    const dead = new Set(['a']);
    const life = lifeOf(ruleOf(), dead);
    expect(shape(life.judge(verdict('a', true), NOW))).toEqual(['firing']);
    expect(life.alerts[0]).toMatchObject({ quiet: 'host-dead', told: 0 });
    expect(shape(life.judge(verdict('b', true), NOW))).toEqual(['firing fired']);
    dead.clear();
    expect(shape(life.tick(NOW + 1))).toEqual(['firing fired']);
  });

  test('who was never told that it fired is not told that it is over', () => {
    const life = lifeOf(ruleOf(), new Set(['a']));
    life.judge(verdict('a', true), NOW);
    expect(shape(life.judge(verdict('a', false), NOW + 1))).toEqual(['ended']);
  });

  test('numbers what is told, so that every message has a key of its own', () => {
    const life = lifeOf(ruleOf({ repeatMs: MINUTE }));
    life.judge(verdict('a', true), NOW);
    const repeats = [1, 2, 3].flatMap((minutes) => life.tick(NOW + minutes * MINUTE));
    expect(repeats.map(({ kind, alert }) => [kind, alert.told])).toEqual([
      ['repeated', 2],
      ['repeated', 3],
      ['repeated', 4],
    ]);
  });
});
