/**
 * Merges small chunks of a store into one as honeycomb does, in a thread that starts for it, and tells what that took;
 * the store stays as it is. The kernel keeps the peak of memory: no sample can miss it. Linux.
 */
import { newChunkId } from '@apiary/hive/honeycomb/holdings/holdings.ts';
import { planCompaction } from '@apiary/hive/honeycomb/life/plan.ts';
import { RewriteThread } from '@apiary/hive/honeycomb/life/rewrite-thread.ts';
import { readSections } from '@apiary/hive/honeycomb/life/swap.ts';
import { Engine } from './engine.ts';
import { cpuSeconds } from './measure.ts';
import { processMb } from './resident.ts';

/** What a merge took. */
export interface MergeFigures {
  /** Bytes of rows. */
  readonly rawBytes: number;
  /** Processor seconds of all threads. */
  readonly seconds: number;
  /** MB resident at most, above what an opened store takes. */
  readonly extraMb: number;
}

/** Every day of the store is over by then. */
const LATER = '9999-12-31';

const [folder = ''] = process.argv.slice(2);
const engine = await Engine.open(folder);
const group = planCompaction(engine.holdings.chunks, LATER) ?? [];
const [first] = group;
if (!first) throw new Error('there is nothing to merge');
const [began, before] = [cpuSeconds(), processMb('VmRSS')];
const chunks = [];
for (const entry of group) {
  const sections = await readSections(engine.store, entry);
  chunks.push({ entry, sections, without: new Uint32Array() });
}
const thread = new RewriteThread();
const name = { id: newChunkId(), partition: first.partition };
const merged = await thread.rewrite({ chunks, name });
const figures: MergeFigures = {
  rawBytes: merged?.entry.rawBytes ?? 0,
  seconds: cpuSeconds() - began,
  extraMb: processMb('VmHWM') - before,
};
await thread.stop();
await engine.close();
process.stdout.write(JSON.stringify(figures));
