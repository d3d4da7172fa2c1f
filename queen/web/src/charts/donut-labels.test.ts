import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { spreadLabels } from './donut-labels.ts';

const label = fc.record({
  key: fc.string(),
  right: fc.boolean(),
  y: fc.integer({ min: -100, max: 100 }),
});

describe("a donut's labels", () => {
  test('stay where they are while they do not touch', () => {
    const labels = [
      { key: 'a', right: true, y: -50 },
      { key: 'b', right: true, y: 0 },
      { key: 'c', right: false, y: 2 },
    ];
    expect(spreadLabels(labels, 30, 100)).toEqual(labels);
  });

  test('none is lost and none covers another of its side', () => {
    fc.assert(
      fc.property(fc.array(label, { maxLength: 8 }), (labels) => {
        const placed = spreadLabels(labels, 20, 100);
        expect(placed).toHaveLength(labels.length);
        for (const right of [true, false]) {
          const heights = placed.filter((one) => one.right === right).map((one) => one.y);
          for (const [at, y] of heights.entries()) {
            if (at > 0) expect(y - (heights[at - 1] ?? 0)).toBeGreaterThanOrEqual(20 - 1e-9);
          }
        }
      }),
    );
  });
});
