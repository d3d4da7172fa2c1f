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
    sizes: async () => ({ open: { records: 5, rawBytes: 2, storedBytes: 1 }, partitions: [] }),
    check: async function* () {
      const counts = { chunks: 4, of: 4, records: 1, storedBytes: 3, problemsTotal: 0 };
      yield { ...counts, problems: [], isDone: true };
    },
  };
}
