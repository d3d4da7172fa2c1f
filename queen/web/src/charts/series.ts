/** What the charts of categories (donut, bars, lines, table) are given: plain data, no live objects. */
import { wholeNumber } from '../components/figures.ts';

/** Colours of categories in their order; 8 is for everything else. */
export type ChartColor = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

/** One category of a chart. */
export interface ChartSeries {
  readonly key: string;
  /** As it is shown: safe text. */
  readonly name: string;
  readonly color: ChartColor;
  readonly total: number;
  /** Counts over time, oldest first; empty where only the total is known. */
  readonly points: readonly number[];
}

/** The stretch of time that `points` lie in. */
export interface ChartSpan {
  readonly fromMs: number;
  /** Milliseconds from one point to the next. */
  readonly stepMs: number;
}

/** The sum of all categories. */
export function totalOf(series: readonly ChartSeries[]): number {
  let total = 0;
  for (const one of series) total += one.total;
  return total;
}

/** `54.8 %`; `0 %` of nothing. */
export function shareText(part: number, total: number): string {
  return total === 0 ? '0 %' : `${((part / total) * 100).toFixed(1)} %`;
}

/** The categories in a sentence, for those who do not see the chart. */
export function seriesSentence(what: string, series: readonly ChartSeries[]): string {
  const total = totalOf(series);
  const parts = series.map(
    (one) => `${one.name} ${wholeNumber(one.total)}, ${shareText(one.total, total)}`,
  );
  return `${what}: ${parts.length === 0 ? 'none' : parts.join('; ')}.`;
}
