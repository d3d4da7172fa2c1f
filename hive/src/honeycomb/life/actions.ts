/** What honeycomb answers about the life of what it stores. */
import type { ChunkStore } from '@apiary/common/chunks/chunks.ts';
import type { ActionHandlers } from '@apiary/common/messages/actions/action.ts';
import type { storeActions } from '@apiary/common/messages/actions/store.ts';
import type { Holdings } from '../holdings.ts';
import type { RetentionClasses } from './retention-classes.ts';
import { retentionView } from './retention-view.ts';
import { checkStore } from './store-check.ts';
import { storeSizes } from './store-sizes.ts';

/** What the handlers work with. */
export interface StoreActionContext {
  readonly store: ChunkStore;
  readonly holdings: Holdings;
  readonly classes: RetentionClasses;
}

/** The handlers of this part of honeycomb's actions. */
export function storeHandlers({
  store,
  holdings,
  classes,
}: StoreActionContext): ActionHandlers<typeof storeActions> {
  const view = () => ({ classes: retentionView(classes.all, holdings.chunks) });
  return {
    readRetention: async () => view(),
    setRetention: async (body) => {
      await classes.set(body.classes);
      return view();
    },
    sizes: () => storeSizes(store, holdings),
    check: (_, { signal }) => checkStore(store, holdings, signal),
  };
}
