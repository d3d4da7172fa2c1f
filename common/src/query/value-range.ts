/** Judges a value by a range: numbers as numbers, times as times, anything else as folded text. */
import { type Period, parsePeriod, type TimeContext } from '../time/range.ts';
import type { RangeBound, RangeQuery } from './ast.ts';
import { foldCase } from './words.ts';

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d{1,3})?$/i;
const PLAIN_NUMBER = /^[+-]?\d{1,15}(?:\.\d{1,15})?$/;

/** The number that a text is, or undefined. */
export function numberOf(text: string): number | undefined {
  return NUMBER.test(text) ? Number(text) : undefined;
}

/** A number that equals only what is the same to a reader: no exponents, no more than 15 digits. */
export function plainNumberOf(text: string): number | undefined {
  return PLAIN_NUMBER.test(text) ? Number(text) : undefined;
}

interface Bound {
  readonly inclusive: boolean;
  readonly folded: string;
  readonly number: number | undefined;
  readonly period: Period | undefined;
}

/** Tells if a value is inside the range. */
export function rangeTest(range: RangeQuery, context: TimeContext): (value: string) => boolean {
  const lower = prepare(range.lower, context);
  const upper = prepare(range.upper, context);
  return (value) => above(value, lower, context) && below(value, upper, context);
}

/** Tells if a moment is inside the range; bounds that are no times hold nothing. */
export function timeRangeTest(range: RangeQuery, context: TimeContext): (ms: number) => boolean {
  const lower = prepare(range.lower, context);
  const upper = prepare(range.upper, context);
  if ((lower && !lower.period) || (upper && !upper.period)) return () => false;
  return (ms) => aboveTime(ms, lower) && belowTime(ms, upper);
}

function prepare(bound: RangeBound | undefined, context: TimeContext): Bound | undefined {
  if (!bound) return undefined;
  return {
    inclusive: bound.inclusive,
    folded: foldCase(bound.text),
    number: numberOf(bound.text),
    period: parsePeriod(bound.text, context),
  };
}

/** Above a date means after its day; from a date on means from its first moment. */
function aboveTime(ms: number, bound: Bound | undefined): boolean {
  if (!bound?.period) return true;
  return bound.inclusive ? ms >= bound.period.fromMs : ms >= bound.period.toMs;
}

function belowTime(ms: number, bound: Bound | undefined): boolean {
  if (!bound?.period) return true;
  return bound.inclusive ? ms < bound.period.toMs : ms < bound.period.fromMs;
}

function above(value: string, bound: Bound | undefined, context: TimeContext): boolean {
  if (!bound) return true;
  const order = compare(value, bound);
  if (order !== undefined) return bound.inclusive ? order >= 0 : order > 0;
  const time = bound.period && parsePeriod(value, context);
  if (time) return aboveTime(time.fromMs, bound);
  const folded = foldCase(value);
  return bound.inclusive ? folded >= bound.folded : folded > bound.folded;
}

function below(value: string, bound: Bound | undefined, context: TimeContext): boolean {
  if (!bound) return true;
  const order = compare(value, bound);
  if (order !== undefined) return bound.inclusive ? order <= 0 : order < 0;
  const time = bound.period && parsePeriod(value, context);
  if (time) return belowTime(time.fromMs, bound);
  const folded = foldCase(value);
  return bound.inclusive ? folded <= bound.folded : folded < bound.folded;
}

function compare(value: string, bound: Bound): number | undefined {
  if (bound.number === undefined) return undefined;
  const number = numberOf(value);
  return number === undefined ? undefined : number - bound.number;
}
