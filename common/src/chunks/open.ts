import type { Clock } from '../clock.ts';
import { AppError } from '../errors.ts';
import { isMongoUrl } from '../mongodb/address.ts';
import type { OnLate } from '../mongodb/late-requests.ts';
import type { ChunkStore, TellAdded } from './chunks.ts';
import { openSqliteStore } from './sqlite/sqlite-store.ts';

/** The folder of `sqlite:DIR`; undefined for another store. */
export function sqliteFolder(store: string): string | undefined {
  return /^sqlite:(.+)$/s.exec(store)?.[1];
}

/**
 * Opens the chunks of a store: `sqlite:DIR` or `mongodb://…/DATABASE`.
 *
 * @param options `bytesMax`: past it writes are `store-full`; `tell`: tells others what was added, where there can be any;
 * `onLate`: told of requests that a server did not answer in time
 * @throws AppError `setting-invalid` for another form, `store-full`, `store-corrupt`, `store-unreachable`
 */
export async function openChunks(
  store: string,
  options: {
    readonly bytesMax?: number;
    readonly clock?: Clock;
    readonly tell?: TellAdded | undefined;
    readonly onLate?: OnLate | undefined;
  } = {},
): Promise<ChunkStore> {
  if (isMongoUrl(store)) {
    // The driver is some megabytes that nobody else needs.
    const { openMongoStore } = await import('./mongodb/mongo-store.ts');
    return await openMongoStore({ url: store, ...options });
  }
  const folder = sqliteFolder(store);
  if (folder === undefined) {
    throw new AppError(
      'setting-invalid',
      `store: expected sqlite:DIR or mongodb://…, got ${store}`,
    );
  }
  const { bytesMax } = options;
  return openSqliteStore({ folder, ...(bytesMax === undefined ? {} : { bytesMax }) });
}
