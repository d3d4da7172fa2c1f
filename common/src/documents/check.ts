import { AppError } from '../errors.ts';
import type { CollectionDefinition, Filter, Identified } from './documents.ts';

/** The document as its schema gives it back, to be written. @throws AppError `request-invalid` */
export function checkWritten<T extends Identified>(
  { name, schema }: CollectionDefinition<T>,
  document: unknown,
): T {
  const result = schema.safeParse(document);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const where = [name, ...(issue?.path ?? [])].join('.');
  throw new AppError('request-invalid', `${where}: ${issue?.message ?? 'invalid'}`);
}

/** A document as it was stored. @throws AppError `store-corrupt` if it has not the collection's shape */
export function checkRead<T extends Identified>(
  { name, schema }: CollectionDefinition<T>,
  id: string,
  body: string,
): T {
  try {
    return schema.parse(JSON.parse(body));
  } catch (error) {
    throw new AppError('store-corrupt', `${name}/${id} does not have the documented shape`, {
      cause: error,
      details: { collection: name, id },
    });
  }
}

const COLLECTION_NAME = /^[a-z][a-z-]{0,63}$/;
const FIELD_NAME = /^[A-Za-z][A-Za-z0-9]{0,63}$/;

/** True if the collection and its indexes have names that every driver can use. */
export function isProperName({
  name,
  indexes,
}: {
  readonly name: string;
  readonly indexes: readonly string[];
}): boolean {
  return COLLECTION_NAME.test(name) && indexes.every((field) => FIELD_NAME.test(field));
}

/** A value that a field is compared with. */
type Scalar = string | number | boolean;

/**
 * A filter whose fields have an index and are compared with scalars.
 *
 * @throws AppError `request-invalid` for any other
 */
export function checkFilter<T extends Identified>(
  { name, indexes }: CollectionDefinition<T>,
  filter: Filter<T>,
): Readonly<Record<string, Scalar | readonly Scalar[]>> {
  const checked: Record<string, Scalar | readonly Scalar[]> = {};
  for (const [field, wanted] of Object.entries(filter)) {
    if (!(indexes as readonly string[]).includes(field)) {
      throw new AppError('request-invalid', `${name} has no index on ${field}`);
    }
    const scalar = (value: unknown) => checkScalar(`${name}.${field}`, value);
    checked[field] = Array.isArray(wanted) ? wanted.map(scalar) : scalar(wanted);
  }
  return checked;
}

function checkScalar(what: string, value: unknown): Scalar {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
    return value;
  }
  throw new AppError('request-invalid', `${what} is compared with a scalar only`);
}
