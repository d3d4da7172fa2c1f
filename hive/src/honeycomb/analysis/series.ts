/** Counts of a result by time, split by a field's values, and facts of a numeric field by time. */
import { AppError } from '@apiary/common/errors.ts';
import { SERIES_COUNTS_MAX, SERIES_POINTS_MAX } from '@apiary/common/limits/analysis.ts';
import type {
  NumberFacts,
  Series,
  SeriesPart,
  seriesRequestSchema,
} from '@apiary/common/messages/analysis.ts';
import { isBuiltInField } from '@apiary/common/query/ast.ts';
import { extractFieldValues } from '@apiary/common/query/fields.ts';
import { numberOf } from '@apiary/common/query/value-range.ts';
import type { z } from 'zod';
import type { RowColumns, RowSource } from '../records/record-set.ts';
import type { TallySpan } from '../search/tally.ts';
import { builtInValues, isCountedField } from './built-in-counts.ts';
import { NumberSummary } from './number-summary.ts';
import type { Line, Progress, Reducer } from './reduce.ts';

type Request = z.output<typeof seriesRequestSchema>;

class Points {
  total = 0;
  readonly #counts: number[];
  readonly #numbers = new Map<number, NumberSummary>();

  constructor(buckets: number) {
    this.#counts = new Array<number>(buckets).fill(0);
  }

  add(bucket: number, numbers: readonly number[]): void {
    this.total++;
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    if (numbers.length === 0) return;
    let summary = this.#numbers.get(bucket);
    if (!summary) {
      summary = new NumberSummary();
      this.#numbers.set(bucket, summary);
    }
    for (const number of numbers) summary.add(number);
  }

  merge(other: Points): void {
    this.total += other.total;
    for (const [bucket, count] of other.#counts.entries()) {
      this.#counts[bucket] = (this.#counts[bucket] ?? 0) + count;
    }
    for (const [bucket, summary] of other.#numbers) {
      const own = this.#numbers.get(bucket) ?? new NumberSummary();
      own.merge(summary);
      this.#numbers.set(bucket, own);
    }
  }

  series(named: Pick<Series, 'kind' | 'value'>, withNumbers: boolean): Series {
    const counts = [...this.#counts];
    const numbers = counts.map((_, bucket): NumberFacts | null => {
      return this.#numbers.get(bucket)?.facts ?? null;
    });
    return { ...named, total: this.total, counts, ...(withNumbers && { numbers }) };
  }
}

/** See the file's head. */
export class SeriesReducer implements Reducer<SeriesPart> {
  readonly readsLines: boolean;
  readonly #request: Request;
  readonly #from: number;
  readonly #step: number;
  readonly #byValue = new Map<string, Points>();
  readonly #valuesMax: number;
  readonly #rest: Points;
  readonly #none: Points;

  constructor(request: Request, span: TallySpan) {
    const { split, number, buckets } = request;
    this.#request = request;
    this.#from = span.from;
    this.#step = Math.max(1, Math.ceil((span.to - span.from) / buckets));
    const isLineField = split !== undefined && !isBuiltInField(split.field);
    this.readsLines = number !== undefined || isLineField;
    const pointsMax = number === undefined ? SERIES_COUNTS_MAX : SERIES_POINTS_MAX;
    this.#valuesMax = Math.floor(pointsMax / buckets);
    if (this.#valuesMax < (split?.top ?? 1)) {
      const message = `Ask for fewer buckets or fewer series: ${pointsMax} points is the most.`;
      throw new AppError('too-large', message);
    }
    this.#rest = new Points(buckets);
    this.#none = new Points(buckets);
  }

  columns(columns: RowColumns, rows: Uint32Array): void {
    if (this.readsLines) return;
    for (const row of rows) {
      const facts = { source: columns.source(row), level: columns.level(row) };
      this.#add(columns.time(row), this.#builtIn(facts), []);
    }
  }

  line(line: Line): void {
    const { split, number } = this.#request;
    const values =
      split === undefined || isBuiltInField(split.field)
        ? this.#builtIn(line)
        : extractFieldValues(line.body, split.field);
    const numbers = number === undefined ? [] : numbersOf(line.body, number);
    this.#add(line.time, values, numbers);
  }

  part(progress: Progress): SeriesPart {
    const { split, number, buckets } = this.#request;
    const withNumbers = number !== undefined;
    const found = [...this.#byValue].sort(
      (a, b) => b[1].total - a[1].total || (a[0] < b[0] ? -1 : 1),
    );
    const top = split?.top ?? 1;
    const rest = new Points(buckets);
    rest.merge(this.#rest);
    for (const [, points] of found.slice(top)) rest.merge(points);
    const series = found.slice(0, top).map(([value, points]) => {
      const named = split ? { kind: 'value' as const, value } : { kind: 'all' as const };
      return points.series(named, withNumbers);
    });
    if (rest.total > 0) series.push(rest.series({ kind: 'rest' }, withNumbers));
    if (this.#none.total > 0) series.push(this.#none.series({ kind: 'none' }, withNumbers));
    return { type: 'series', ...progress, from: this.#from, step: this.#step, series };
  }

  #builtIn({ source, level }: { readonly source: RowSource; readonly level: string | undefined }) {
    const { split } = this.#request;
    if (!split) return [''];
    return isCountedField(split.field) ? builtInValues(split.field, source, level) : [];
  }

  /** A record with several values counts in each of their series. */
  #add(time: number, values: readonly string[], numbers: readonly number[]): void {
    const at = Math.floor((time - this.#from) / this.#step);
    const bucket = Math.min(Math.max(at, 0), this.#request.buckets - 1);
    if (values.length === 0) this.#none.add(bucket, numbers);
    for (const value of values) this.#pointsOf(value).add(bucket, numbers);
  }

  #pointsOf(value: string): Points {
    const known = this.#byValue.get(value);
    if (known) return known;
    if (this.#byValue.size >= this.#valuesMax) return this.#rest;
    const points = new Points(this.#request.buckets);
    this.#byValue.set(value, points);
    return points;
  }
}

function numbersOf(body: string, field: string): number[] {
  return extractFieldValues(body, field).flatMap((value) => {
    const number = numberOf(value);
    return number !== undefined && Number.isFinite(number) ? [number] : [];
  });
}
