/** A honeycomb in a process of its own that stores lines, then kills itself with SIGKILL over what a test is about. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** Runs a program of this folder until it is gone; how it should end is {@link KILLED}. */
export async function runUntilKilled(program: string, ...argv: readonly string[]) {
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, program), ...argv],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const exited = once(child, 'exit');
  let output = '';
  for await (const text of child.stdout) output += text;
  const [, signal] = await exited;
  return { signal, output };
}

/** It had stored its lines, and was killed. */
export const KILLED = { signal: 'SIGKILL', output: 'stored\n' };
