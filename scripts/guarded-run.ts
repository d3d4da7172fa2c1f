/**
 * Runs a program to its end in a process group of its own that ends with us, however we end: a shell in the
 * group waits for the end of its standard input, which is our end of a pipe, and then kills the group.
 */
import { spawn } from 'node:child_process';

const GUARD =
  'exec 3<&0; (cat <&3 >/dev/null; kill -9 0) & guard=$!; "$@" </dev/null 3<&-; code=$?; kill -9 $guard; exit $code';

/** How {@link guardedRun} runs a program. */
export interface GuardedRunOptions {
  readonly cwd: string;
  /** Kills the whole group when it is aborted. */
  readonly signal: AbortSignal;
}

/**
 * Runs `command`, whose standard error is ours and whose output nobody reads.
 *
 * @returns its exit code; null if a signal ended it or it could not be started
 */
export async function guardedRun(
  command: readonly string[],
  { cwd, signal }: GuardedRunOptions,
): Promise<number | null> {
  if (signal.aborted) return null;
  const child = spawn('/bin/sh', ['-c', GUARD, 'guard', ...command], {
    cwd,
    detached: true,
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  const stop = () => {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL');
  };
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await new Promise((resolve) => {
      child.once('error', () => resolve(null));
      child.once('exit', resolve);
    });
  } finally {
    signal.removeEventListener('abort', stop);
    child.stdin?.destroy();
  }
}
