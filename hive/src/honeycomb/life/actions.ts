/** What honeycomb answers about the life of what it stores. */
import type { ChunkStore } from '@apiary/common/chunks/chunks.ts';
import type { Clock } from '@apiary/common/clock.ts';
import { AppError } from '@apiary/common/errors.ts';
import type { ActionHandlers } from '@apiary/common/messages/actions/action.ts';
import type { storeActions } from '@apiary/common/messages/actions/store.ts';
import type { Holdings } from '../holdings.ts';
import type { Deletions } from './deletions.ts';
import { previewExpiry } from './expiry-preview.ts';
import type { RetentionClasses } from './retention-classes.ts';
import { retentionView } from './retention-view.ts';
import { checkStore } from './store-check.ts';
import { storeSizes } from './store-sizes.ts';

/** What the handlers work with. */
export interface StoreActionContext {
  readonly store: ChunkStore;
  readonly holdings: Holdings;
  readonly classes: RetentionClasses;
  readonly clock: Clock;
  /** Absent where several honeycombs share the store: their chunks are known once they were looked at. */
  readonly deletions: Deletions | undefined;
}

/** The handlers of this part of honeycomb's actions. */
export function storeHandlers({
  store,
  holdings,
  classes,
  deletions,
  clock,
}: StoreActionContext): ActionHandlers<typeof storeActions> {
  const look = async () => {
    if (!deletions) holdings.sync((await store.catalogue()).chunks);
  };
  const view = async () => {
    await look();
    return { classes: retentionView(classes.all, holdings.chunks) };
  };
  return {
    readRetention: view,
    setRetention: async (body) => {
      await classes.set(body.classes);
      return await view();
    },
    previewRetention: async (body) => {
      await look();
      return previewExpiry(body.classes, holdings, clock.now());
    },
    sizes: async () => {
      await look();
      return await storeSizes(store, holdings);
    },
    countLines: async (body, { signal }) => await present(deletions).count(body, signal),
    deleteLines: (body, { signal }) => present(deletions).delete(body, signal),
    check: async function* (_, { signal }) {
      await look();
      yield* checkStore(store, holdings, signal);
    },
  };
}

function present(deletions: Deletions | undefined): Deletions {
  if (deletions) return deletions;
  throw new AppError(
    'not-supported',
    'Lines cannot be deleted from a store on MongoDB yet: let retention drop them, or keep lines to be deleted in a store on SQLite.',
  );
}
