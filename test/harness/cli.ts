/** Runs `./apiary` commands as a person would, as real processes. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { projectRoot } from '../../scripts/data-folder.ts';

/** What a command left behind. */
export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that is still running. */
export type RunningCli = ChildProcessByStdio<null, Readable, Readable>;

/** Starts a command. */
export function startCli(argv: readonly string[]): RunningCli {
  const entry = join(projectRoot, 'scripts/launch.js');
  return spawn(process.execPath, ['--disable-warning=ExperimentalWarning', entry, ...argv], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** What a command is given beside its words. */
export interface CliInput {
  /** Piped in. */
  readonly stdin?: string;
  /** Beside the environment of the tests. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a command to its end. */
export async function runCli(argv: readonly string[], input: CliInput = {}): Promise<CliResult> {
  const entry = join(projectRoot, 'scripts/launch.js');
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', entry, ...argv], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...input.env },
  });
  // A command that does not read its input may be gone before it is written.
  child.stdin.on('error', () => {});
  child.stdin.end(input.stdin ?? '');
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (data: Buffer) => {
    stdout += data.toString();
  });
  child.stderr.on('data', (data: Buffer) => {
    stderr += data.toString();
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, stdout, stderr };
}
