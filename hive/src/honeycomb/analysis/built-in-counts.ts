import type { RowColumns, RowSource } from '../records/record-set.ts';
import { ValueCounts } from './value-counts.ts';

/** Built-in fields that have few values, in the order in which people look at them. */
export const COUNTED_FIELDS = ['host', 'level', 'file', 'tag', 'target', 'agent'] as const;

/** One of {@link COUNTED_FIELDS}. */
export type CountedField = (typeof COUNTED_FIELDS)[number];

/** True for one of {@link COUNTED_FIELDS}. */
export function isCountedField(name: string): name is CountedField {
  // The cast only widens the tuple's element type for the search.
  return (COUNTED_FIELDS as readonly string[]).includes(name);
}

/** The values of a counted field. */
export function builtInValues(
  field: CountedField,
  source: RowSource,
  level: string | undefined,
): readonly string[] {
  if (field === 'tag') return source.tags;
  const value = field === 'level' ? level : source[field];
  return value === undefined || value === '' ? [] : [value];
}

/** Counts the built-in fields of all rows: streams are counted first, and their values once. */
export class BuiltInCounts {
  readonly #streams = new Map<RowSource, number>();
  readonly #levels = new Map<string | undefined, number>();

  /** Takes rows in. */
  add(columns: RowColumns, rows: Uint32Array): void {
    for (const row of rows) {
      const source = columns.source(row);
      this.#streams.set(source, (this.#streams.get(source) ?? 0) + 1);
      const level = columns.level(row);
      this.#levels.set(level, (this.#levels.get(level) ?? 0) + 1);
    }
  }

  /** The values of a field, and how many records have any. */
  of(field: CountedField): { readonly records: number; readonly values: ValueCounts } {
    const values = new ValueCounts();
    let records = 0;
    const take = (found: readonly string[], count: number) => {
      if (found.length > 0) records += count;
      for (const value of found) values.add(value, count);
    };
    if (field === 'level') {
      for (const [level, count] of this.#levels) take(level === undefined ? [] : [level], count);
    } else {
      for (const [source, count] of this.#streams) {
        take(builtInValues(field, source, undefined), count);
      }
    }
    return { records, values };
  }
}
