/** What a fresh instance costs: time to ready, and memory of all its processes when nothing happens. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RunningApiary, startApiary } from '../harness/apiary-up.ts';
import { atMost, type Bench } from './bench.ts';

const IDLE_MS = 15_000;

/** Resident memory of a process in MB (Linux). */
export function residentMb(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
}

async function measure(apiary: RunningApiary) {
  await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
  const pids = { launcher: apiary.launcher.pid ?? 0, ...apiary.children() };
  return Object.entries(pids).map(([name, pid]) => ({ name, mb: residentMb(pid) }));
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
      const total = processes.reduce((sum, { mb }) => sum + mb, 0);
      return [
        { name: 'first start to ready', value: Math.round(firstMs), unit: 'ms' },
        atMost('warm start to ready', Math.round(warm.readyMs), 4000, 'ms'),
        ...processes.map(({ name, mb }) => ({
          name: `idle, ${name}`,
          value: Math.round(mb),
          unit: 'MB',
        })),
        atMost('idle, all processes', Math.round(total), 400, 'MB'),
      ];
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};
