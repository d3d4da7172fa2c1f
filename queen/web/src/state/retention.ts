/** Retention classes as Queen tells them, and what a change of one would delete. */
import { storeActions } from '@apiary/common/messages/actions/store.ts';
import type { RetentionClass, RetentionView } from '@apiary/common/messages/retention.ts';
import type { z } from 'zod';
import { callApi } from './http.ts';

const ROUTE = '/api/store/retention';
const DAY_MS = 86_400_000;

/** What the store takes, by day and class. */
export type StoreSizes = z.output<typeof storeActions.sizes.response>;

/** Every call rejects with the AppError that Queen answered. */
export const retentionApi = {
  read: async () => {
    const [{ classes }, sizes] = await Promise.all([
      callApi(ROUTE, storeActions.readRetention.response),
      callApi('/api/store/sizes', storeActions.sizes.response),
    ]);
    return { classes, sizes };
  },
  /** Replaces all classes; what is past its limit goes at once. */
  replace: (classes: readonly RetentionClass[]) =>
    callApi(ROUTE, storeActions.setRetention.response, { method: 'POST', body: { classes } }),
};

/** The classes as they are set, without what they hold. Those that were removed are left out. */
export function setClasses(classes: readonly RetentionView[]): RetentionClass[] {
  return classes
    .filter(({ active }) => active)
    .map(({ name, tags, days, bytes }) => ({
      name,
      tags,
      ...(days !== undefined && { days }),
      ...(bytes !== undefined && { bytes }),
    }));
}

/** What goes at once. */
export interface Loss {
  readonly storedBytes: number;
  readonly records: number;
  /** Days of arrival that go as a whole or in part, oldest first. */
  readonly days: readonly string[];
}

/**
 * What a class's limits delete of what it holds: days past its age, then the oldest until it fits its size,
 * as honeycomb decides. A newest day that is too large alone loses its oldest part.
 */
export function lossOf(
  held: { readonly name: string; readonly partitions: StoreSizes['partitions'] },
  limits: Pick<RetentionClass, 'days' | 'bytes'>,
  nowMs: number,
): Loss {
  const own = held.partitions
    .filter(({ retentionClass }) => retentionClass === held.name)
    .toSorted((a, b) => (a.day < b.day ? -1 : 1));
  const firstKept =
    limits.days === undefined
      ? ''
      : new Date(nowMs - limits.days * DAY_MS).toISOString().slice(0, 10);
  const gone = own.filter(({ day }) => day < firstKept);
  const young = own.slice(gone.length);
  let size = young.reduce((sum, { storedBytes }) => sum + storedBytes, 0);
  const loss = { storedBytes: 0, records: 0, days: new Set<string>() };
  const lose = (day: string, storedBytes: number, records: number) => {
    loss.storedBytes += storedBytes;
    loss.records += records;
    loss.days.add(day);
  };
  for (const { day, storedBytes, records } of gone) lose(day, storedBytes, records);
  for (const { day, storedBytes, records } of young) {
    if (limits.bytes === undefined || size <= limits.bytes) break;
    const share = Math.min(1, (size - limits.bytes) / Math.max(1, storedBytes));
    const isLast = day === young.at(-1)?.day;
    const part = isLast ? share : 1;
    lose(day, storedBytes * part, Math.round(records * part));
    size -= storedBytes;
  }
  return { ...loss, days: [...loss.days] };
}
