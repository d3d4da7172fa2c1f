import { conditionSchema, type Rule } from '@apiary/common/messages/alerts.ts';
import { describe, expect, test } from '@jest/globals';
import { describeCondition, feed, START_MS } from './condition.contract.ts';
import type { Condition } from './condition.ts';
import { createCondition } from './index.ts';
import { ReportedCondition } from './reported.ts';

const MINUTE = 60_000;

function make(condition: unknown, groupBy: string[] = ['host']): Condition {
  const rule: Pick<Rule, 'condition' | 'groupBy'> = {
    condition: conditionSchema.parse(condition),
    groupBy,
  };
  return createCondition(rule, {
    sinceMs: START_MS - 10 * MINUTE,
    createdMs: START_MS - 10 * MINUTE,
    memory: [],
  });
}

let count = 0;
function burst(condition: Condition, group: string, atMs: number, values: string[] = []): number {
  for (let step = 1; step <= 3; step++) {
    feed(condition, { id: `r${count++}`, timeMs: atMs + step * 1000, group, values });
  }
  return atMs + 3000;
}

const quiet = (_: Condition, __: string, atMs: number) => atMs + 10 * MINUTE;

describeCondition('count', {
  make: () => make({ type: 'count', count: 3, windowMs: MINUTE }),
  provoke: burst,
  appease: quiet,
});

describeCondition('threshold', {
  make: () =>
    make({ type: 'threshold', field: 'ms', direction: 'above', value: 100, windowMs: MINUTE }),
  provoke: (condition, group, atMs) => burst(condition, group, atMs, ['101ms']),
  appease: quiet,
});

describeCondition('first', {
  make: () => make({ type: 'first', field: 'code', learnMs: 0, windowMs: MINUTE }),
  provoke: (condition, group, atMs) => burst(condition, group, atMs, [`E${count}`]),
  appease: quiet,
});

describeCondition('rate', {
  make: () => make({ type: 'rate', factor: 2, minimum: 3, windowMs: MINUTE }),
  provoke: (condition, group, atMs) => burst(condition, group, atMs) + MINUTE / 2,
  appease: quiet,
});

describeCondition('ratio', {
  make: () => make({ type: 'ratio', of: 'x', above: 0.5, minimum: 3, windowMs: MINUTE }),
  provoke: (condition, group, atMs) => {
    for (let step = 1; step <= 3; step++) {
      const sample = { id: `o${count++}`, timeMs: atMs + step * 1000, group };
      feed(condition, sample, 'of');
      feed(condition, sample);
    }
    return atMs + MINUTE / 2;
  },
  appease: quiet,
});

/** Results of a check, a minute apart; returns the last one's time. */
function results(condition: Condition, group: string, atMs: number, ...statuses: string[]): number {
  for (const [step, status] of statuses.entries()) {
    const timeMs = atMs + (step + 1) * MINUTE;
    feed(condition, { id: `c${count++}`, timeMs, group, values: [status] });
  }
  return atMs + statuses.length * MINUTE;
}

describeCondition('check', {
  make: () => make({ type: 'check', attempts: 2 }),
  provoke: (condition, group, atMs) => results(condition, group, atMs, 'CRITICAL', 'CRITICAL'),
  appease: (condition, group, atMs) => results(condition, group, atMs, 'OK'),
});

describeCondition('sustained', {
  make: () =>
    make({ type: 'sustained', field: 'x', direction: 'above', value: 90, windowMs: 2 * MINUTE }),
  provoke: (condition, group, atMs) => results(condition, group, atMs, '91', '95%', '99'),
  appease: (condition, group, atMs) => results(condition, group, atMs, '12'),
});

describeCondition('absence', {
  make: () => make({ type: 'absence', windowMs: MINUTE }),
  provoke: (condition, group, atMs) => {
    feed(condition, { id: `r${count++}`, timeMs: atMs, group });
    return atMs + 2 * MINUTE;
  },
  appease: (condition, group, atMs) => {
    feed(condition, { id: `r${count++}`, timeMs: atMs + 1000, group });
    return atMs + 2000;
  },
});

describeCondition('reported', {
  make: () => make({ type: 'agent-dead' }),
  provoke: (condition, group, atMs) => {
    reported(condition).report([{ group, first: `${group}-${atMs}`, sinceMs: atMs }], atMs);
    return atMs + 1;
  },
  appease: (condition, _, atMs) => {
    reported(condition).report([], atMs);
    return atMs + 1;
  },
});

function reported(condition: Condition): ReportedCondition {
  if (!(condition instanceof ReportedCondition)) throw new Error('not a reported condition');
  return condition;
}

describe('a check', () => {
  const verdicts = (condition: Condition) => condition.take().map(({ holds }) => holds);

  test('that is bad once is soft: nobody is told', () => {
    const condition = make({ type: 'check', attempts: 3 }, []);
    const atMs = results(condition, '', START_MS, 'CRITICAL', 'CRITICAL', 'OK', 'CRITICAL');
    expect(verdicts(condition)).toEqual([]);
    results(condition, '', atMs, 'CRITICAL', 'CRITICAL');
    expect(condition.take()).toMatchObject([{ holds: true, value: 3 }]);
  });

  test('that warns is no matter of a rule for critical ones, and ends its alert', () => {
    const condition = make({ type: 'check', attempts: 1 }, []);
    results(condition, '', START_MS, 'WARNING', 'UNKNOWN', 'CRITICAL', 'CRITICAL', 'WARNING');
    expect(verdicts(condition)).toEqual([true, false]);
    const strict = make({ type: 'check', attempts: 2, level: 'warning' }, []);
    results(strict, '', START_MS, 'WARNING', 'UNKNOWN');
    expect(verdicts(strict)).toEqual([true]);
  });

  test('that flaps is told once, until it is steady', () => {
    const condition = make({ type: 'check', attempts: 1 }, []);
    const steady = new Array(21).fill('OK');
    let atMs = results(condition, '', START_MS, ...steady);
    for (let change = 0; change < 20; change++) {
      atMs = results(condition, '', atMs, change % 2 === 0 ? 'CRITICAL' : 'OK');
    }
    const told = verdicts(condition);
    // Before a half of the results have changed each change counts; from then on none does.
    expect(told.at(-1)).toBe(true);
    expect(told.length).toBeLessThan(12);
    results(condition, '', atMs, ...steady);
    expect(verdicts(condition)).toEqual([false]);
  });

  test('passes over results that come out of order, and lines without a status', () => {
    const condition = make({ type: 'check', attempts: 1 }, []);
    results(condition, '', START_MS + 10 * MINUTE, 'OK');
    results(condition, '', START_MS, 'CRITICAL');
    feed(condition, { id: 'x', timeMs: START_MS + 20 * MINUTE });
    expect(condition.take()).toEqual([]);
  });
});

describe('a sustained condition', () => {
  const busy = { type: 'sustained', field: 'x', direction: 'above', value: 90 };

  test('needs every value of the window beyond the bound', () => {
    const condition = make({ ...busy, windowMs: 3 * MINUTE }, []);
    const atMs = results(condition, '', START_MS, '99', '99', '90', '99', '99', '99');
    expect(condition.take()).toEqual([]);
    results(condition, '', atMs, '97');
    expect(condition.take()).toMatchObject([{ holds: true, value: 97, atMs: atMs + MINUTE }]);
  });

  test('ends when nothing is heard of the group any more', () => {
    const condition = make({ ...busy, windowMs: MINUTE }, []);
    const atMs = results(condition, '', START_MS, '99', '99');
    condition.advance(atMs + 5 * MINUTE);
    expect(condition.take()).toMatchObject([{ holds: true }]);
    const dueMs = condition.dueMs() ?? Number.NaN;
    condition.advance(dueMs);
    expect(condition.take()).toMatchObject([{ holds: false, atMs: dueMs }]);
  });

  test('takes units, and passes over what is no number', () => {
    const condition = make({ ...busy, direction: 'below', value: 5, windowMs: MINUTE }, []);
    results(condition, '', START_MS, '4 %', 'idle', '3.5ms');
    expect(condition.take()).toMatchObject([{ holds: true, value: 3.5 }]);
  });
});

describe('conditions', () => {
  test('a count fires with the n-th match, not a moment later', () => {
    const condition = make({ type: 'count', count: 2, windowMs: MINUTE }, []);
    feed(condition, { id: 'r1', timeMs: START_MS });
    expect(condition.take()).toEqual([]);
    feed(condition, { id: 'r2', timeMs: START_MS + 59_999 });
    expect(condition.take()).toEqual([
      { group: '', holds: true, atMs: START_MS + 59_999, first: 'r1', value: 2 },
    ]);
  });

  test('matches a whole window apart are no burst', () => {
    const condition = make({ type: 'count', count: 2, windowMs: MINUTE }, []);
    feed(condition, { id: 'r1', timeMs: START_MS });
    feed(condition, { id: 'r2', timeMs: START_MS + MINUTE });
    expect(condition.take()).toEqual([]);
  });

  test('a late line completes the window that it belongs to', () => {
    const condition = make({ type: 'count', count: 3, windowMs: MINUTE }, []);
    feed(condition, { id: 'r1', timeMs: START_MS });
    feed(condition, { id: 'r3', timeMs: START_MS + 20_000 });
    condition.advance(START_MS + 5 * MINUTE);
    feed(condition, { id: 'r2', timeMs: START_MS + 10_000 });
    expect(condition.take()).toMatchObject([{ holds: true, first: 'r1', value: 3 }]);
  });

  test('a threshold reads numbers with units and leaves other text aside', () => {
    const condition = make(
      { type: 'threshold', field: 'ms', direction: 'below', value: 5, windowMs: MINUTE },
      [],
    );
    feed(condition, { id: 'r1', timeMs: START_MS, values: ['none', '12 ms', ''] });
    expect(condition.take()).toEqual([]);
    feed(condition, { id: 'r2', timeMs: START_MS, values: ['4.5ms'] });
    expect(condition.take()).toMatchObject([{ first: 'r2', value: 4.5 }]);
  });

  test('a first-ever rule learns before it speaks, and remembers what it learnt', () => {
    const learning = make({ type: 'first', field: 'code', learnMs: 20 * MINUTE }, []);
    feed(learning, { id: 'r1', timeMs: START_MS, values: ['E1'] });
    expect(learning.take()).toEqual([]);
    const condition = createCondition(
      {
        condition: conditionSchema.parse({ type: 'first', field: 'code', learnMs: 0 }),
        groupBy: [],
      },
      { sinceMs: START_MS, createdMs: START_MS, memory: learning.memory() ?? [] },
    );
    feed(condition, { id: 'r2', timeMs: START_MS + 1, values: ['E1'] });
    expect(condition.take()).toEqual([]);
    feed(condition, { id: 'r3', timeMs: START_MS + 2, values: ['E2'] });
    expect(condition.take()).toMatchObject([{ first: 'r3' }]);
  });

  test('an absence without grouping begins with the rule', () => {
    const condition = make({ type: 'absence', windowMs: 20 * MINUTE }, []);
    condition.advance(START_MS + 10 * MINUTE + 1999);
    expect(condition.take()).toEqual([]);
    expect(condition.dueMs()).toBe(START_MS + 10 * MINUTE + 2000);
    condition.advance(START_MS + 10 * MINUTE + 2000);
    expect(condition.take()).toMatchObject([{ group: '', holds: true }]);
  });

  test('a falling rate holds when a busy service falls silent', () => {
    const condition = make(
      { type: 'rate', direction: 'down', factor: 4, minimum: 8, windowMs: MINUTE },
      [],
    );
    for (let second = 0; second < 60; second += 6) {
      feed(condition, { id: `r${second}`, timeMs: START_MS + 10 * MINUTE + second * 1000 });
    }
    condition.advance(START_MS + 12 * MINUTE + 2000);
    expect(condition.take()).toMatchObject([{ holds: true, first: 'r0' }]);
  });
});
