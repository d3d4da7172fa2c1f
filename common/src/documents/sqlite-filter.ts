import { checkFilter } from './check.ts';
import type { CollectionDefinition, Filter, Identified } from './documents.ts';

/** The SQL expression of a document's field; an index exists on exactly this text. */
export function fieldExpression(field: string): string {
  return `json_extract(body, '$.${field}')`;
}

/** A condition and its parameters. */
export interface SqlCondition {
  readonly sql: string;
  readonly parameters: readonly (string | number | null)[];
}

/**
 * A filter as SQL.
 *
 * @throws AppError `request-invalid` for a field without an index or a value that is no scalar.
 */
export function filterSql<T extends Identified>(
  definition: CollectionDefinition<T>,
  filter: Filter<T>,
): SqlCondition {
  const conditions: string[] = [];
  const parameters: (string | number | null)[] = [];
  for (const [field, wanted] of Object.entries(checkFilter(definition, filter))) {
    const expression = fieldExpression(field);
    if (typeof wanted === 'object') {
      conditions.push(`${expression} IN (SELECT value FROM json_each(?))`);
      parameters.push(JSON.stringify(wanted.map(asStored)));
    } else {
      conditions.push(`${expression} = ?`);
      parameters.push(asStored(wanted));
    }
  }
  return { sql: conditions.map((condition) => ` AND ${condition}`).join(''), parameters };
}

/** What json_extract gives for the same value: booleans are 1 and 0. */
function asStored(value: string | number | boolean): string | number {
  return typeof value === 'boolean' ? Number(value) : value;
}
