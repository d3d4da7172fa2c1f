/** What honeycomb answers about the life of what it stores. */
import type { ActionHandlers } from '@apiary/common/messages/actions/action.ts';
import type { storeActions } from '@apiary/common/messages/actions/store.ts';
import type { Holdings } from '../holdings.ts';
import type { RetentionClasses } from './retention-classes.ts';
import { retentionView } from './retention-view.ts';

/** What the handlers work with. */
export interface StoreActionContext {
  readonly holdings: Holdings;
  readonly classes: RetentionClasses;
}

/** The handlers of this part of honeycomb's actions. */
export function storeHandlers({
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
  };
}
