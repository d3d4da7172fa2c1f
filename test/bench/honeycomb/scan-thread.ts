/** A thread that searches chunks of a store, each of them decoded anew. */
import { parentPort } from 'node:worker_threads';
import { openSectionSource } from '@apiary/common/chunks/sqlite/section-source.ts';
import { compileMatcher } from '@apiary/common/query/matcher.ts';
import { parseQuery } from '@apiary/common/query/parser.ts';
import type { ReaderMemory } from '@apiary/hive/honeycomb/chunk/chunk-format.ts';
import { formatOf } from '@apiary/hive/honeycomb/chunk/index.ts';

/** As where the cache is full: nothing is kept, and what was decoded is freed. */
const MEMORY: ReaderMemory = {
  hasRoom: () => false,
  ...{ ownsSections: true, areChecked: true, areNear: true },
};

/** What it is asked. */
export interface ScanTask {
  readonly folder: string;
  /** Ids of chunks. */
  readonly chunks: readonly string[];
  readonly regex: string;
}

parentPort?.on('message', async ({ folder, chunks, regex }: ScanTask) => {
  const source = openSectionSource(folder);
  const parsed = parseQuery(`/.*${regex}.*/`);
  if (!parsed.ok) throw new Error(parsed.error.message);
  let count = 0;
  for (const id of chunks) {
    const entry = source.entry(id);
    const read = (index: number) => source.readSection(id, index);
    const reader = formatOf(entry.format).open(entry, read, MEMORY);
    const matches = await reader.select({
      query: parsed.query,
      matcher: compileMatcher(parsed.query),
      matcherOptions: { nowMs: 0 },
      from: Number.NEGATIVE_INFINITY,
      to: Number.POSITIVE_INFINITY,
      pace: () => undefined,
    });
    count += matches.count;
    reader.release('unused');
  }
  source.close();
  parentPort?.postMessage(count);
});
