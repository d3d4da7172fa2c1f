/** What a fake honeycomb says of the life of what it stores. */
import { AppError } from '@apiary/common/errors.ts';
import type { ActionHandlers } from '@apiary/common/messages/actions/action.ts';
import type { importActions } from '@apiary/common/messages/actions/import.ts';
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
    previewRetention: async ({ classes }) =>
      classes.some(({ days }) => days !== undefined && days < 10)
        ? { firstDay: '2026-09-01', lastDay: '2026-10-20', records: 12, storedBytes: 2_000 }
        : { records: 0, storedBytes: 0 },
    sizes: async () => ({ open: { records: 5, rawBytes: 2, storedBytes: 1 }, partitions: [] }),
    countLines: async () => ({ records: 3, firstTime: 1_000, lastTime: 2_000, upTo: [9] }),
    deleteLines: async function* ({ lines }) {
      const none = { chunks: 0, of: 1, deleted: 0, unreadable: 0 };
      yield { ...none, isDone: false };
      if (lines.query === 'broken') throw new AppError('store-full', 'no room');
      yield { ...none, chunks: 1, deleted: 3, isDone: true };
    },
    check: async function* () {
      const counts = { chunks: 4, of: 4, records: 1, storedBytes: 3, problemsTotal: 0 };
      yield { ...counts, problems: [], isDone: true };
    },
  };
}

/** Handlers of imports that store nothing. */
export function fakeImports(): ActionHandlers<typeof importActions> {
  return {
    importRuns: async ({ bodies }) => ({ storedBytes: bodies.length, heldBytes: 0 }),
    digest: async function* () {
      yield { isDone: true, bytes: 0, lines: 0, beyond: 0, sha256: '' };
    },
  };
}
