/** What a fake honeycomb says of the life of what it stores. */
import type { ActionHandlers } from '@apiary/common/messages/actions/action.ts';
import type { storeActions } from '@apiary/common/messages/actions/store.ts';
import type { RetentionClass } from '@apiary/common/messages/retention.ts';

const NOTHING = { active: true, chunks: 0, records: 0, rawBytes: 0, storedBytes: 0 };

/** Handlers that remember what was set. */
export function fakeStore(): ActionHandlers<typeof storeActions> {
  let classes: readonly RetentionClass[] = [{ name: 'default', tags: [] }];
  const view = () => ({ classes: classes.map((each) => ({ ...each, ...NOTHING })) });
  return {
    readRetention: async () => view(),
    setRetention: async (body) => {
      classes = body.classes;
      return view();
    },
  };
}
