/** What a fresh instance costs: time to ready, and memory of all its processes when nothing happens. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RunningApiary, startApiary } from '../harness/apiary-up.ts';
import { atMost, type Bench } from './bench.ts';

const IDLE_MS = 15_000;

/**
 * Memory of a process in MB (Linux): resident, and its share of it, where a page that n processes have
 * mapped (Node's own code above all) counts as an n-th.
 */
export function memoryMb(pid: number): { readonly resident: number; readonly share: number } {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const figure = (name: string) =>
    Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(rollup)?.[1] ?? 0) / 1024;
  return { resident: figure('Rss'), share: figure('Pss') };
}

async function measure(apiary: RunningApiary) {
  await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
  const pids = { launcher: apiary.launcher.pid ?? 0, ...apiary.children() };
  return Object.entries(pids).map(([name, pid]) => ({ name, ...memoryMb(pid) }));
}

/** `./apiary bench idle`. */
export const idleBench: Bench = {
  name: 'idle',
  summary: 'time to ready and idle memory of everything `up` starts',
  async run() {
    const folder = mkdtempSync(join(tmpdir(), 'apiary-idle-'));
    try {
      const first = await startApiary({ folder });
      const firstMs = first.readyMs;
      await first.stop();
      const warm = await startApiary({ folder });
      const processes = await measure(warm);
      await warm.stop();
      const sum = (figure: 'resident' | 'share') =>
        Math.round(processes.reduce((total, one) => total + one[figure], 0));
      return [
        { name: 'first start to ready', value: Math.round(firstMs), unit: 'ms' },
        atMost('warm start to ready', Math.round(warm.readyMs), 4000, 'ms'),
        ...processes.map(({ name, resident }) => ({
          name: `idle, ${name}`,
          value: Math.round(resident),
          unit: 'MB',
        })),
        { name: 'idle, all, shared pages counted once', value: sum('share'), unit: 'MB' },
        atMost('idle, sum of resident sizes', sum('resident'), 400, 'MB'),
      ];
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};
