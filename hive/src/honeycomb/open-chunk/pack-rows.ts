/** The rows of an open chunk as a batch. */
import type { RowBatch, Stretch } from '../chunk/row-batch.ts';
import type { MemoryOf } from '../chunk/spare-memory.ts';
import type { RunFacts } from './open-runs.ts';
import type { RowStore } from './row-store.ts';

/** Rows, ascending, of a store and the runs that they belong to, as a batch in one piece of memory. */
export function packRows(
  store: RowStore,
  runs: readonly RunFacts[],
  rows: Uint32Array,
  memoryOf: MemoryOf,
): RowBatch {
  const packed = store.pack(rows, memoryOf);
  return { count: rows.length, ...packed, stretches: stretchesOf(store, runs, rows) };
}

function stretchesOf(store: RowStore, runs: readonly RunFacts[], rows: Uint32Array): Stretch[] {
  const [runOf, offsets, lengths] = [
    store.run.values,
    store.offset.values,
    store.sourceLength.values,
  ];
  const stretches: Stretch[] = [];
  let open: (Stretch & { to: number }) | undefined;
  let run = -1;
  let next = -1;
  for (let index = 0; index < rows.length; index++) {
    const row = rows[index] ?? 0;
    const offset = offsets[row] ?? 0;
    const own = runOf[row] ?? 0;
    if (own !== run || offset !== next) {
      const facts = runs[own];
      if (!facts) throw new RangeError(`run ${own} of ${runs.length}`);
      if (!open || offset !== next || !continues(open, facts)) {
        const { source, sequence, observed, mapped } = facts;
        open = { source, sequence, observed, mapped, offset, from: index, to: index };
        stretches.push(open);
      }
      run = own;
    }
    if (open) open.to = index + 1;
    next = offset + (lengths[row] ?? 0);
  }
  return stretches;
}

function continues(open: Stretch, facts: RunFacts): boolean {
  return (
    open.source === facts.source &&
    open.sequence === facts.sequence &&
    open.observed === facts.observed &&
    open.mapped === facts.mapped
  );
}
