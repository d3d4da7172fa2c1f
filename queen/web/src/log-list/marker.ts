/** Finds what a query matched in a line, with the matcher that the store itself uses. */
import { extractFieldValues } from '@apiary/common/query/fields.ts';
import { compileMatcher } from '@apiary/common/query/matcher.ts';
import { parseQuery } from '@apiary/common/query/parser.ts';
import type { LogRecord } from '@apiary/common/record.ts';
import type { Mark } from './display.ts';

/** Places of a line that a query matched. */
export type Marker = (record: LogRecord) => readonly Mark[];

/** The marker of a query's text; one that marks nothing if the text is no query. */
export function markerFor(query: string): Marker {
  const parsed = parseQuery(query);
  if (!parsed.ok || parsed.query.kind === 'all') return () => [];
  const matcher = compileMatcher(parsed.query, { nowMs: Date.now() });
  return (record) =>
    matcher.highlights({ ...record, field: (name) => extractFieldValues(record.body, name) });
}
