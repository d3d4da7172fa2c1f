/** What honeycomb answers about the life of what it stores. */
import type { ChunkStore } from '@apiary/common/chunks/chunks.ts';
import type { Clock } from '@apiary/common/clock.ts';
import type { ActionHandlers } from '@apiary/common/messages/actions/action.ts';
import type { storeActions } from '@apiary/common/messages/actions/store.ts';
import type { Holdings } from '../holdings/holdings.ts';
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
  readonly deletions: LineDeletions;
  /** Several honeycombs share the store: their chunks are known once they were looked at. */
  readonly isShared: boolean;
}

/** Deletes lines, in a store that is this honeycomb's own or shared. */
export type LineDeletions = Pick<Deletions, 'count' | 'delete'>;

/** The handlers of this part of honeycomb's actions. */
export function storeHandlers({
  store,
  holdings,
  classes,
  deletions,
  isShared,
  clock,
}: StoreActionContext): ActionHandlers<typeof storeActions> {
  const look = async () => {
    if (isShared) holdings.sync((await store.catalogue()).chunks);
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
    countLines: async (body, { signal }) => await deletions.count(body, signal),
    deleteLines: (body, { signal }) => deletions.delete(body, signal),
    check: async function* (_, { signal }) {
      await look();
      yield* checkStore(store, holdings, signal);
    },
  };
}
