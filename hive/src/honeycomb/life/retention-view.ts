import type { ChunkEntry } from '@apiary/common/chunks/chunks.ts';
import type { RetentionClass, RetentionView } from '@apiary/common/messages/retention.ts';

/** The classes with what is stored of each; one that was removed comes last while it has data. */
export function retentionView(
  classes: readonly RetentionClass[],
  chunks: readonly ChunkEntry[],
): RetentionView[] {
  const known = new Set(classes.map(({ name }) => name));
  const used = new Set(chunks.map(({ partition }) => partition.retentionClass));
  return [
    ...classes.map((each) => ({ ...each, active: true, ...usageOf(each.name, chunks) })),
    ...[...used]
      .filter((name) => !known.has(name))
      .sort()
      .map((name) => ({ name, tags: [], active: false, ...usageOf(name, chunks) })),
  ];
}

function usageOf(name: string, chunks: readonly ChunkEntry[]) {
  const own = chunks.filter(({ partition }) => partition.retentionClass === name);
  const days = own.map(({ partition }) => partition.day).sort();
  const [firstDay, lastDay] = [days[0], days.at(-1)];
  const sum = (of: (entry: ChunkEntry) => number) => own.reduce((all, one) => all + of(one), 0);
  return {
    ...(firstDay !== undefined && { firstDay }),
    ...(lastDay !== undefined && { lastDay }),
    chunks: own.length,
    records: sum(({ records }) => records),
    rawBytes: sum(({ rawBytes }) => rawBytes),
    storedBytes: sum(({ storedBytes }) => storedBytes),
  };
}
