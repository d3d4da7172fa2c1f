/** Every kind of window against a reference that keeps all samples, over random late and out-of-order streams. */
import { EVENT_TIME_SKEW_MS_MAX, WATERMARK_GRACE_MS } from '@apiary/common/limits/alerts.ts';
import { conditionSchema } from '@apiary/common/messages/alerts.ts';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { stepOf } from './buckets.ts';
import { START_MS } from './condition.contract.ts';
import type { Sample, SampleSource } from './condition.ts';
import { createCondition } from './index.ts';

interface Step {
  /** How much later the stream goes on. */
  readonly byMs: number;
  /** Event time against the stream's. */
  readonly skewMs: number;
  readonly group: string;
  readonly source: SampleSource;
  readonly value: number;
  /** The watermark follows the stream after this sample, so far behind. */
  readonly lagMs: number | undefined;
}

const stepArbitrary: fc.Arbitrary<Step> = fc.record({
  byMs: fc.oneof(fc.nat(500), fc.nat(20_000), fc.nat(200_000)),
  skewMs: fc.oneof(
    { weight: 3, arbitrary: fc.constant(0) },
    { weight: 2, arbitrary: fc.integer({ min: -5_000, max: 0 }) },
    {
      weight: 1,
      arbitrary: fc.integer({ min: -EVENT_TIME_SKEW_MS_MAX, max: EVENT_TIME_SKEW_MS_MAX }),
    },
  ),
  group: fc.constantFrom('a', 'b'),
  source: fc.constantFrom<SampleSource>('query', 'of'),
  value: fc.integer({ min: 0, max: 10 }),
  lagMs: fc.option(fc.nat(3_000), { nil: undefined }),
});
/** Of whole seconds, as windows are, so that samples lie exactly at their ends. */
const wholeStepArbitrary = stepArbitrary.map(
  (step): Step => ({
    ...step,
    byMs: Math.floor(step.byMs / 10_000) * 1000,
    skewMs: Math.trunc(step.skewMs / 1000) * 1000,
    lagMs: step.lagMs === undefined ? undefined : Math.floor(step.lagMs / 1000) * 1000,
  }),
);
const streamArbitrary = fc.oneof(
  fc.array(stepArbitrary, { minLength: 1, maxLength: 80 }),
  fc.array(wholeStepArbitrary, { minLength: 1, maxLength: 80 }),
);

interface Told {
  readonly group: string;
  readonly holds: boolean;
}

/** What a reference is told, and says after each: which groups hold now. */
interface Reference {
  add(sample: Sample, source: SampleSource): void;
  advance(watermarkMs: number): void;
  take(): Told[];
}

function compare(condition: unknown, reference: () => Reference, stream: readonly Step[]): void {
  const subject = createCondition(
    { condition: conditionSchema.parse(condition), groupBy: ['host'] },
    { sinceMs: START_MS, createdMs: START_MS, memory: [] },
  );
  const expected = reference();
  let nowMs = START_MS;
  let watermarkMs = START_MS;
  const check = (at: string) => {
    const told = subject.take().map(({ group, holds }) => ({ group, holds }));
    const byGroup = (a: Told, b: Told) => a.group.localeCompare(b.group);
    expect({ at, told: told.sort(byGroup) }).toEqual({ at, told: expected.take().sort(byGroup) });
  };
  for (const [index, step] of stream.entries()) {
    nowMs += step.byMs;
    const sample: Sample = {
      id: `r${index}`,
      timeMs: nowMs + step.skewMs,
      group: step.group,
      values: [String(step.value)],
    };
    subject.add(sample, step.source);
    expected.add(sample, step.source);
    check(`sample ${index}`);
    if (step.lagMs === undefined) continue;
    watermarkMs = Math.max(watermarkMs, nowMs - step.lagMs);
    subject.advance(watermarkMs);
    expected.advance(watermarkMs);
    check(`watermark ${index}`);
  }
}

/** Changes between two sets of groups. */
class Changes {
  readonly #holding = new Set<string>();
  #told: Told[] = [];

  set(group: string, holds: boolean): void {
    if (this.#holding.has(group) === holds) return;
    if (holds) this.#holding.add(group);
    else this.#holding.delete(group);
    this.#told.push({ group, holds });
  }

  has(group: string): boolean {
    return this.#holding.has(group);
  }

  take(): Told[] {
    return this.#told.splice(0);
  }
}

/** n samples with less than a window between the first and the last. */
function naiveCount(
  count: number,
  windowMs: number,
  counts: (sample: Sample) => boolean = () => true,
): Reference {
  const changes = new Changes();
  const times = new Map<string, number[]>();
  const untilMs = new Map<string, number>();
  return {
    add(sample) {
      if (!counts(sample)) return;
      const all = [...(times.get(sample.group) ?? []), sample.timeMs].sort((a, b) => a - b);
      times.set(sample.group, all);
      const full = all.filter((startMs, from) => {
        const endMs = all[from + count - 1];
        if (endMs === undefined || endMs - startMs >= windowMs) return false;
        return startMs <= sample.timeMs && sample.timeMs <= endMs;
      });
      if (full.length === 0) return;
      const until = Math.max(...full) + windowMs;
      untilMs.set(sample.group, Math.max(untilMs.get(sample.group) ?? 0, until));
      changes.set(sample.group, true);
    },
    advance(watermarkMs) {
      for (const [group, until] of untilMs) if (until <= watermarkMs) changes.set(group, false);
    },
    take: () => changes.take(),
  };
}

/** Judges [end - n·window, end) at each step's end. */
function naiveSteps(
  windowMs: number,
  windows: number,
  judge: (
    count: (source: SampleSource, fromMs: number, toMs: number) => number,
    endMs: number,
  ) => boolean,
): Reference {
  const changes = new Changes();
  const samples: { sample: Sample; source: SampleSource }[] = [];
  const stepMs = stepOf(windowMs);
  let endMs = Math.ceil((START_MS + windows * windowMs) / stepMs) * stepMs;
  return {
    add: (sample, source) => void samples.push({ sample, source }),
    advance(watermarkMs) {
      for (; endMs + WATERMARK_GRACE_MS <= watermarkMs; endMs += stepMs) {
        for (const group of ['a', 'b']) {
          const count = (wanted: SampleSource, fromMs: number, toMs: number) =>
            samples.filter(({ sample, source }) => {
              const { timeMs } = sample;
              const isWithin = timeMs >= fromMs && timeMs < toMs;
              return sample.group === group && source === wanted && isWithin;
            }).length;
          changes.set(group, judge(count, endMs));
        }
      }
    },
    take: () => changes.take(),
  };
}

function naiveAbsence(windowMs: number): Reference {
  const changes = new Changes();
  const last = new Map<string, number>();
  let seenMs = Number.NEGATIVE_INFINITY;
  const judge = (group: string, timeMs: number) =>
    changes.set(group, timeMs + windowMs + WATERMARK_GRACE_MS <= seenMs);
  return {
    add({ group, timeMs }) {
      last.set(group, Math.max(last.get(group) ?? timeMs, timeMs));
      if (changes.has(group)) judge(group, last.get(group) ?? timeMs);
    },
    advance(watermarkMs) {
      seenMs = watermarkMs;
      for (const [group, timeMs] of last) judge(group, timeMs);
    },
    take: () => changes.take(),
  };
}

/** Beyond the bound in each value of a window, taken in the order of time; what comes late is passed over. */
function naiveSustained(windowMs: number, isBeyond: (sample: Sample) => boolean): Reference {
  const changes = new Changes();
  const values = new Map<string, { timeMs: number; isBeyond: boolean }[]>();
  return {
    add(sample) {
      const { group, timeMs } = sample;
      const all = values.get(group) ?? [];
      values.set(group, all);
      if (all.some((earlier) => earlier.timeMs >= timeMs)) return;
      all.push({ timeMs, isBeyond: isBeyond(sample) });
      const after = all.findLastIndex((each) => !each.isBeyond) + 1;
      const since = all[after]?.timeMs;
      if (since === undefined) changes.set(group, false);
      else if (timeMs - since >= windowMs) changes.set(group, true);
    },
    advance(watermarkMs) {
      for (const [group, all] of values) {
        const lastMs = all.at(-1)?.timeMs ?? Number.NaN;
        if (lastMs + windowMs + EVENT_TIME_SKEW_MS_MAX > watermarkMs) continue;
        changes.set(group, false);
        values.delete(group);
      }
    },
    take: () => changes.take(),
  };
}

const seconds = fc.integer({ min: 1, max: 240 }).map((value) => value * 1000);

/** Rules count the matches of their own query alone, whatever the other one brings. */
const own = (stream: readonly Step[]) =>
  stream.map((step) => ({ ...step, source: 'query' as const }));

describe('windows agree with the reference', () => {
  test('count', () => {
    fc.assert(
      fc.property(seconds, fc.integer({ min: 1, max: 6 }), streamArbitrary, (windowMs, n, stream) =>
        compare({ type: 'count', count: n, windowMs }, () => naiveCount(n, windowMs), own(stream)),
      ),
      { numRuns: 300 },
    );
  });

  test('threshold', () => {
    fc.assert(
      fc.property(seconds, fc.integer({ min: 1, max: 3 }), streamArbitrary, (windowMs, n, stream) =>
        compare(
          { type: 'threshold', field: 'v', direction: 'above', value: 5, count: n, windowMs },
          () => naiveCount(n, windowMs, ({ values }) => Number(values[0]) > 5),
          own(stream),
        ),
      ),
      { numRuns: 200 },
    );
  });

  test('sustained', () => {
    fc.assert(
      fc.property(seconds, streamArbitrary, (windowMs, stream) =>
        compare(
          { type: 'sustained', field: 'v', direction: 'above', value: 3, windowMs },
          () => naiveSustained(windowMs, ({ values }) => Number(values[0]) > 3),
          own(stream),
        ),
      ),
      { numRuns: 300 },
    );
  });

  test('first', () => {
    fc.assert(
      fc.property(seconds, streamArbitrary, (windowMs, stream) => {
        const seen = new Set<string>();
        const isNew = ({ group, values }: Sample) => {
          const key = `${group} ${values[0]}`;
          return !seen.has(key) && Boolean(seen.add(key));
        };
        compare(
          { type: 'first', field: 'v', learnMs: 0, windowMs },
          () => {
            const reference = naiveCount(1, windowMs, isNew);
            return {
              ...reference,
              add: (sample, source) => {
                // What comes from before the rule is learnt in silence.
                if (sample.timeMs < START_MS) isNew(sample);
                else reference.add(sample, source);
              },
            };
          },
          own(stream),
        );
      }),
      { numRuns: 200 },
    );
  });

  test('rate', () => {
    fc.assert(
      fc.property(
        seconds,
        fc.constantFrom('up' as const, 'down' as const),
        fc.integer({ min: 1, max: 4 }),
        streamArbitrary,
        (windowMs, direction, minimum, stream) =>
          compare(
            { type: 'rate', direction, factor: 2, minimum, windowMs },
            () =>
              naiveSteps(windowMs, 2, (count, endMs) => {
                const now = count('query', endMs - windowMs, endMs);
                const before = count('query', endMs - 2 * windowMs, endMs - windowMs);
                const [larger, smaller] = direction === 'up' ? [now, before] : [before, now];
                return larger >= minimum && larger >= 2 * smaller;
              }),
            own(stream),
          ),
      ),
      { numRuns: 150 },
    );
  });

  test('ratio', () => {
    fc.assert(
      fc.property(
        seconds,
        fc.integer({ min: 1, max: 4 }),
        streamArbitrary,
        (windowMs, minimum, stream) =>
          compare(
            { type: 'ratio', of: 'x', above: 0.5, minimum, windowMs },
            () =>
              naiveSteps(windowMs, 1, (count, endMs) => {
                const all = count('of', endMs - windowMs, endMs);
                return all >= minimum && count('query', endMs - windowMs, endMs) / all > 0.5;
              }),
            stream,
          ),
      ),
      { numRuns: 150 },
    );
  });

  test('absence', () => {
    fc.assert(
      fc.property(seconds, streamArbitrary, (windowMs, stream) =>
        compare({ type: 'absence', windowMs }, () => naiveAbsence(windowMs), own(stream)),
      ),
      { numRuns: 200 },
    );
  });
});
