import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { AppError } from '../errors.ts';
import { isMongoUrl } from '../mongodb/address.ts';
import type { OnLate } from '../mongodb/late-requests.ts';
import type { Documents } from './documents.ts';
import { openSqliteDocuments } from './sqlite.ts';

/**
 * Opens the documents of a store: `sqlite:DIR` keeps them in `DIR/documents.sqlite`, with the folder made
 * (0700) where it is missing; `mongodb://…/DATABASE` in a database of that server or cluster.
 *
 * @param options `onLate`: told of requests that a server did not answer in time
 * @throws AppError `setting-invalid` for another form, `store-unreachable`, `folder-unusable`,
 * `store-corrupt`, `store-busy`
 */
export async function openDocuments(
  store: string,
  options: { readonly onLate?: OnLate | undefined } = {},
): Promise<Documents> {
  if (isMongoUrl(store)) {
    // The driver is some megabytes that nobody else needs.
    const { openMongoDocuments } = await import('./mongodb/mongodb-documents.ts');
    return await openMongoDocuments(store, options);
  }
  const folder = /^sqlite:(.+)$/s.exec(store)?.[1];
  if (!folder) {
    throw new AppError(
      'setting-invalid',
      `store: expected sqlite:DIR or mongodb://…, got ${store}`,
    );
  }
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    const message = `${resolve(folder)} cannot be made: choose another data folder`;
    throw new AppError('folder-unusable', message, { cause: error });
  }
  return openSqliteDocuments(join(folder, 'documents.sqlite'));
}
