/**
 * Memory, in processes that did nothing before: what the benchmark itself made is resident still, and what ingest gave
 * back would hide what questions need.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { ENVIRONMENT, HONEYCOMB_FLAGS, NODE_FLAGS } from '../../../scripts/supervisor.ts';
import type { Question } from './engine.ts';

/** MB of this process that are resident now, or were at most. */
export function processMb(field: 'VmRSS' | 'VmHWM'): number {
  const status = readFileSync('/proc/self/status', 'utf8');
  return Number(new RegExp(`${field}:\\s+(\\d+) kB`).exec(status)?.[1]) / 1024;
}

/** What a program beside this file prints in a process of its own, which is run as the launcher runs a honeycomb. */
export async function askProcess(program: string, argv: readonly string[]): Promise<string> {
  const path = fileURLToPath(new URL(program, import.meta.url));
  const child = spawn(process.execPath, [...NODE_FLAGS, ...HONEYCOMB_FLAGS, path, ...argv], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...ENVIRONMENT },
  });
  const [answer] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  if (child.exitCode !== 0) throw new Error(`${program} failed`);
  return answer;
}

/** MB resident at most while questions were asked one by one, above what an opened store takes. */
export async function extraResidentMb(
  folder: string,
  questions: readonly Question[],
): Promise<number> {
  return Number(await askProcess('./resident-process.ts', [folder, JSON.stringify(questions)]));
}
