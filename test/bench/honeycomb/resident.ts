/**
 * How much memory questions need, in a process that did nothing before: memory that ingest gave back is
 * resident still, and would hide it.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { Question } from './engine.ts';

const PROGRAM = fileURLToPath(new URL('./resident-process.ts', import.meta.url));

/** MB resident at most while questions were asked one by one, above what an opened store takes. */
export async function extraResidentMb(
  folder: string,
  questions: readonly Question[],
): Promise<number> {
  const child = spawn(process.execPath, [PROGRAM, folder, JSON.stringify(questions)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [answer] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  if (child.exitCode !== 0) throw new Error('the process that asks for memory failed');
  return Number(answer);
}
