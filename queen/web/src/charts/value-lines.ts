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
