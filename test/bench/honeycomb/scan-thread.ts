/** A thread that searches chunks of a store, each of them decoded anew. */
import { parentPort } from 'node:worker_threads';
import { openSqliteStore } from '@apiary/common/chunks/sqlite/sqlite-store.ts';
import { compileMatcher } from '@apiary/common/query/matcher.ts';
import { parseQuery } from '@apiary/common/query/parser.ts';
import { formatOf } from '@apiary/hive/honeycomb/chunk/index.ts';

/** What it is asked. */
export interface ScanTask {
  readonly folder: string;
  /** Ids of chunks. */
  readonly chunks: readonly string[];
  readonly regex: string;
}

parentPort?.on('message', async ({ folder, chunks, regex }: ScanTask) => {
  const store = openSqliteStore({ folder });
  const parsed = parseQuery(`/.*${regex}.*/`);
  if (!parsed.ok) throw new Error(parsed.error.message);
  const entries = (await store.catalogue()).chunks.filter(({ id }) => chunks.includes(id));
  let count = 0;
  for (const entry of entries) {
    const reader = formatOf(entry.format).open(entry, (index) =>
      store.readSection(entry.id, index),
    );
    const matches = await reader.select({
      query: parsed.query,
      matcher: compileMatcher(parsed.query),
      matcherOptions: { nowMs: 0 },
      from: Number.NEGATIVE_INFINITY,
      to: Number.POSITIVE_INFINITY,
      pace: () => undefined,
    });
    count += matches.count;
  }
  await store.close();
  parentPort?.postMessage(count);
});
