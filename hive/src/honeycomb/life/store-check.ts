/** Reads every sealed chunk as if it were searched, and says which cannot be. */
import type { ChunkEntry, ChunkStore } from '@apiary/common/chunks/chunks.ts';
import { toAppError } from '@apiary/common/errors.ts';
import { STORE_PROBLEMS_MAX } from '@apiary/common/limits/store.ts';
import type { CheckPart } from '@apiary/common/messages/actions/store.ts';
import { formatOf } from '../chunk/index.ts';
import type { Holdings } from '../holdings/holdings.ts';
import { createPace } from '../search/pace.ts';

/** Checks what is held now; a part after each chunk. What is dropped meanwhile is passed over. */
export async function* checkStore(
  store: ChunkStore,
  holdings: Holdings,
  signal?: AbortSignal,
): AsyncGenerator<CheckPart> {
  const entries = holdings.chunks;
  const sum = { of: entries.length, chunks: 0, records: 0, storedBytes: 0, problemsTotal: 0 };
  const pace = createPace({ ...(signal && { signal }) });
  for (const entry of entries) {
    const reason = await problemOf(store, entry, pace);
    sum.chunks += 1;
    sum.records += entry.records;
    sum.storedBytes += entry.storedBytes;
    if (reason !== undefined) sum.problemsTotal += 1;
    const isTold = reason !== undefined && sum.problemsTotal <= STORE_PROBLEMS_MAX;
    const { id, partition, records } = entry;
    const problems = isTold ? [{ chunk: id, day: partition.day, records, reason }] : [];
    yield { ...sum, problems, isDone: false };
  }
  yield { ...sum, problems: [], isDone: true };
}

async function problemOf(
  store: ChunkStore,
  entry: ChunkEntry,
  pace: ReturnType<typeof createPace>,
): Promise<string | undefined> {
  try {
    let storedBytes = 0;
    for (const [index, { bytes }] of entry.sections.entries()) {
      const section = await store.readSection(entry.id, index);
      if (section.length !== bytes)
        return `section ${index} has ${section.length} of ${bytes} bytes`;
      storedBytes += bytes;
    }
    if (storedBytes !== entry.storedBytes) return `${storedBytes} of ${entry.storedBytes} bytes`;
    const read = (index: number) => store.readSection(entry.id, index);
    const { count } = await formatOf(entry.format).open(entry, read).decode(pace);
    return count === entry.records ? undefined : `${count} of ${entry.records} records`;
  } catch (error) {
    const { code, message } = toAppError(error);
    if (code === 'deadline-passed') throw error;
    if (code !== 'not-found') return message;
    const { chunks } = await store.catalogue();
    return chunks.some(({ id }) => id === entry.id) ? message : undefined;
  }
}
