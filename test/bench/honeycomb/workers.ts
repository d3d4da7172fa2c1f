/** A full scan by one thread and by two, each with half of the chunks. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { atLeast, type BenchRow } from '../bench.ts';
import type { Engine } from './engine.ts';
import { round } from './measure.ts';
import type { ScanTask } from './scan-thread.ts';

const ROUNDS = 5;

/** How much faster two are. */
export async function workersRow(engine: Engine, folder: string, word: string): Promise<BenchRow> {
  const chunks = engine.holdings.chunks.map(({ id }) => id);
  const halves = [0, 1].map((half) => chunks.filter((_, index) => index % 2 === half));
  const threads = [0, 1].map(() => new Worker(new URL('./scan-thread.ts', import.meta.url)));
  const scan = async (parts: readonly (readonly string[])[]) => {
    const began = performance.now();
    await Promise.all(
      parts.map(async (part, index) => {
        const thread = threads[index];
        if (!thread) throw new RangeError(`${parts.length} parts for ${threads.length} threads`);
        const answer = once(thread, 'message');
        const task: ScanTask = { folder, chunks: part, regex: `${word}.*[0-9]` };
        thread.postMessage(task);
        await answer;
      }),
    );
    return performance.now() - began;
  };
  // The first rounds start the threads and warm their code.
  await scan(halves);
  await scan(halves);
  const one: number[] = [];
  const two: number[] = [];
  for (let index = 0; index < ROUNDS; index++) {
    one.push(await scan([chunks]));
    two.push(await scan(halves));
  }
  await Promise.all(threads.map((thread) => thread.terminate()));
  const best = Math.min(...one) / Math.min(...two);
  return atLeast('full scan, two threads beside one', round(best, 2), 1.6, '×');
}
