import { AppError } from '../errors.ts';
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
  { name, indexes }: CollectionDefinition<T>,
  filter: Filter<T>,
): SqlCondition {
  const conditions: string[] = [];
  const parameters: (string | number | null)[] = [];
  for (const [field, wanted] of Object.entries(filter)) {
    if (!(indexes as readonly string[]).includes(field)) {
      throw new AppError('request-invalid', `${name} has no index on ${field}`);
    }
    const expression = fieldExpression(field);
    if (Array.isArray(wanted)) {
      conditions.push(`${expression} IN (SELECT value FROM json_each(?))`);
      parameters.push(JSON.stringify(wanted.map((value) => scalar(name, field, value))));
    } else {
      conditions.push(`${expression} = ?`);
      parameters.push(scalar(name, field, wanted));
    }
  }
  return { sql: conditions.map((condition) => ` AND ${condition}`).join(''), parameters };
}

/** What json_extract gives for the same value: booleans are 1 and 0. */
function scalar(name: string, field: string, value: unknown): string | number {
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'string' || typeof value === 'number') return value;
  throw new AppError('request-invalid', `${name}.${field} is compared with a scalar only`);
}
