/** What a chart of measured values is given, and its figures in words. */

/** One line of a chart; `undefined` where nothing was measured. */
export interface ValueLine {
  readonly key: string;
  /** As it is shown: safe text. */
  readonly name: string;
  /** Its place among the colours of categories, from 0. */
  readonly color: number;
  readonly values: readonly (number | undefined)[];
}

/** The newest value that was measured. */
export function newestOf({ values }: Pick<ValueLine, 'values'>): number | undefined {
  return values.findLast((value) => value !== undefined);
}

/** The most that was measured. */
export function mostOf({ values }: Pick<ValueLine, 'values'>): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}

/** A measured value with its place. */
export interface ValuePoint {
  readonly index: number;
  readonly value: number;
}

/** So many missing values are a slower measurement, not a break. */
const GAP_MAX = 4;

/** The measured points in stretches: a new one begins where more than GAP_MAX values are missing. */
export function stretchesOf({ values }: Pick<ValueLine, 'values'>): ValuePoint[][] {
  const stretches: ValuePoint[][] = [];
  let last = Number.NEGATIVE_INFINITY;
  for (const [index, value] of values.entries()) {
    if (value === undefined) continue;
    if (index - last > GAP_MAX + 1) stretches.push([]);
    stretches.at(-1)?.push({ index, value });
    last = index;
  }
  return stretches;
}

/** The lines in a sentence, for who does not see the chart. */
export function valueSentence(
  title: string,
  lines: readonly ValueLine[],
  write: (value: number) => string,
): string {
  const parts = lines.map((line) => {
    const [newest, most] = [newestOf(line), mostOf(line)];
    if (newest === undefined || most === undefined) return `${line.name} not measured`;
    return `${line.name} ${write(newest)} now, ${write(most)} at most`;
  });
  return `${title}: ${parts.length === 0 ? 'not measured' : parts.join('; ')}.`;
}
