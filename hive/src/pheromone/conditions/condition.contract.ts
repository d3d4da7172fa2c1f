import { describe, expect, test } from '@jest/globals';
import type { Condition, SampleSource, Verdict } from './condition.ts';

/** What the suite needs of a condition: a fresh one, and how to make it hold for a group. */
export interface ConditionCase {
  readonly make: () => Condition;
  /** Feeds what makes it hold for `group` from some time after `atMs` on; returns the watermark by which it does. */
  readonly provoke: (condition: Condition, group: string, atMs: number) => number;
  /** Feeds what makes it cease; returns the watermark by which it has. */
  readonly appease: (condition: Condition, group: string, atMs: number) => number;
}

/** An event time to begin with: a whole minute. */
export const START_MS = 1_750_000_020_000;

/** Feeds one sample. */
export function feed(
  condition: Condition,
  sample: { readonly id: string; readonly timeMs: number } & {
    readonly group?: string;
    readonly values?: readonly string[];
  },
  source: SampleSource = 'query',
): void {
  condition.add({ group: '', values: [], ...sample }, source);
}

const shape = (verdicts: readonly Verdict[]) =>
  verdicts.map(({ group, holds }) => `${group}:${holds ? 'holds' : 'over'}`);

/** What every condition promises. */
export function describeCondition(name: string, { make, provoke, appease }: ConditionCase): void {
  describe(`${name}, as every condition`, () => {
    test('says nothing before it was fed', () => {
      const condition = make();
      condition.advance(START_MS);
      expect(condition.take()).toEqual([]);
    });

    test('says once that it holds, and once that it is over', () => {
      const condition = make();
      const heldMs = provoke(condition, 'a', START_MS);
      condition.advance(heldMs);
      const [began, ...more] = condition.take();
      expect(more).toEqual([]);
      expect(began).toMatchObject({ group: 'a', holds: true });
      expect(began?.first).not.toBe('');
      expect(condition.take()).toEqual([]);
      condition.advance(appease(condition, 'a', heldMs));
      expect(shape(condition.take())).toEqual(['a:over']);
    });

    test('keeps groups apart', () => {
      const condition = make();
      const heldMs = provoke(condition, 'a', START_MS);
      condition.advance(heldMs);
      expect(shape(condition.take())).toEqual(['a:holds']);
      const laterMs = provoke(condition, 'b', heldMs);
      condition.advance(laterMs);
      expect(shape(condition.take())).toContain('b:holds');
    });

    test('ends what another process found holding, without saying that it began', () => {
      const condition = make();
      condition.restore({ group: 'a', first: 'r1', lastMs: START_MS });
      condition.advance(START_MS);
      expect(condition.take()).toEqual([]);
      condition.advance(appease(condition, 'a', START_MS));
      const [over, ...more] = condition.take();
      expect(more).toEqual([]);
      expect(over).toMatchObject({ group: 'a', holds: false });
    });

    test('is never due at a watermark that it has seen', () => {
      const condition = make();
      const heldMs = provoke(condition, 'a', START_MS);
      condition.advance(heldMs);
      const dueMs = condition.dueMs();
      if (dueMs !== undefined) expect(dueMs).toBeGreaterThan(heldMs);
    });

    test('holds again after it was over', () => {
      const condition = make();
      const heldMs = provoke(condition, 'a', START_MS);
      condition.advance(heldMs);
      const overMs = appease(condition, 'a', heldMs);
      condition.advance(overMs);
      condition.take();
      condition.advance(provoke(condition, 'a', overMs));
      expect(shape(condition.take())).toEqual(['a:holds']);
    });
  });
}
