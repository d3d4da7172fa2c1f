import {
  BUNDLE_ALERTS_MAX,
  BUNDLE_TITLES_SHOWN,
  BUNDLE_WAIT_MS,
  BUNDLE_WINDOW_MS,
} from '@apiary/common/limits/alerts.ts';
import { type Rule, ruleSchema } from '@apiary/common/messages/alerts.ts';
import { deliveryMessageSchema } from '@apiary/common/messages/delivery.ts';
import { describe, expect, test } from '@jest/globals';
import { makeMessage } from '../sting/testing/notifications.ts';
import { Bundling, bundlingSchema } from './bundling.ts';

const RULE: Rule = ruleSchema.parse({
  ...{ id: 'errors', name: 'Errors', condition: { type: 'count', count: 1, windowMs: 60_000 } },
  ...{ channels: ['ops'], createdMs: 0, createdBy: 'ada', updatedMs: 0, updatedBy: 'ada' },
});
const AFTER = 2;

const messageOf = (alert: number, kind: 'fired' | 'resolved' | 'escalated' = 'fired') =>
  makeMessage({ id: `a${alert}.${kind}.1`, alert: `a${alert}`, kind, title: `on web-${alert}` });

/** Takes messages at one moment; says which are bundled. */
function take(bundling: Bundling, atMs: number, ...alerts: readonly number[]): boolean[] {
  return alerts.map((alert) => bundling.isBundled(messageOf(alert), AFTER, atMs));
}

describe('messages that come all at once', () => {
  test('are told one by one at first, then together, with a bound on the wait', () => {
    const bundling = new Bundling(bundlingSchema.parse({}));
    expect(take(bundling, 0, 1, 2, 3)).toEqual([false, false, true]);
    expect(take(bundling, 4_000, 4, 5)).toEqual([true, true]);
    expect(bundling.dueMs).toBe(BUNDLE_WAIT_MS);
    expect(bundling.take(RULE, BUNDLE_WAIT_MS - 1, false)).toEqual([]);
    const [bundle, ...rest] = bundling.take(RULE, BUNDLE_WAIT_MS, false);
    expect(rest).toEqual([]);
    expect(deliveryMessageSchema.parse(bundle)).toMatchObject({
      kind: 'fired',
      title: 'Errors: 3 more alerts',
      text: 'on web-3\non web-4\non web-5',
      bundles: ['a3', 'a4', 'a5'],
      channels: ['ops'],
    });
    expect(bundling.dueMs).toBeUndefined();
  });

  test('are told one by one again once it was quiet for a while', () => {
    const bundling = new Bundling(bundlingSchema.parse({}));
    take(bundling, 0, 1, 2);
    expect(take(bundling, BUNDLE_WINDOW_MS, 3)).toEqual([false]);
  });

  test('never count what a rule tells one by one, or what is told to others', () => {
    const bundling = new Bundling(bundlingSchema.parse({}));
    take(bundling, 0, 1, 2);
    expect(bundling.isBundled(messageOf(3), 0, 0)).toBe(false);
    expect(bundling.isBundled(messageOf(3, 'escalated'), AFTER, 0)).toBe(false);
  });

  test('go on from the state, and the same message gets the same answer again', () => {
    const before = new Bundling(bundlingSchema.parse({}));
    take(before, 0, 1, 2, 3);
    const after = new Bundling(bundlingSchema.parse(JSON.parse(JSON.stringify(before.state))));
    expect(take(after, 5, 1, 2, 3)).toEqual([false, false, true]);
    const ids = [before, after].map((each) => each.take(RULE, BUNDLE_WAIT_MS, false)[0]?.id);
    expect(ids[0]).toBe(ids[1]);
  });

  test('are in one bundle alone, also where its write failed and all is composed again', () => {
    const bundling = new Bundling(bundlingSchema.parse({}));
    take(bundling, 0, 1, 2, 3);
    expect(bundling.take(RULE, BUNDLE_WAIT_MS, false)).toMatchObject([{ bundles: ['a3'] }]);
    // The next bundle would have the same id, and sting knows that one: alert 4 would be told nobody.
    expect(take(bundling, BUNDLE_WAIT_MS + 1, 1, 2, 3, 4)).toEqual([false, false, true, true]);
    const next = bundling.take(RULE, 2 * BUNDLE_WAIT_MS + 1, false);
    expect(next).toMatchObject([{ bundles: ['a4'] }]);
  });

  test('what fires and what is over are two bundles', () => {
    const bundling = new Bundling(bundlingSchema.parse({}));
    take(bundling, 0, 1, 2, 3);
    expect(bundling.isBundled(messageOf(1, 'resolved'), AFTER, 1)).toBe(true);
    expect(bundling.take(RULE, BUNDLE_WAIT_MS, false)).toMatchObject([
      { kind: 'fired', bundles: ['a3'], title: 'Errors: 1 more alert' },
      { kind: 'resolved', bundles: ['a1'], title: 'Errors: 1 alert' },
    ]);
  });

  test('are bounded: a full bundle is told at once, and says how many it does not name', () => {
    const bundling = new Bundling(bundlingSchema.parse({}));
    take(bundling, 0, ...Array.from({ length: AFTER + BUNDLE_ALERTS_MAX }, (_, i) => i));
    const [bundle] = bundling.take(RULE, 1, false);
    expect(bundle?.bundles).toHaveLength(BUNDLE_ALERTS_MAX);
    const rest = `and ${BUNDLE_ALERTS_MAX - BUNDLE_TITLES_SHOWN} more`;
    expect(bundle?.text.split('\n').at(-1)).toBe(rest);
  });

  test('do not wait where the rule ends', () => {
    const bundling = new Bundling(bundlingSchema.parse({}));
    take(bundling, 0, 1, 2, 3);
    expect(bundling.take(RULE, 1, true)).toHaveLength(1);
  });
});
