import { AppError } from '../errors.ts';
import type { CollectionDefinition, Identified } from './documents.ts';

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
