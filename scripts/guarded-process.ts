/**
 * A child process in a process group of its own that dies with its parent, however the parent dies: a
 * shell in the group waits for the end of its standard input, which is the parent's end of a pipe, and
 * then kills the whole group.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

const GUARD = 'exec 3<&0; (cat <&3 >/dev/null; kill -9 0) & "$@" </dev/null 3<&-; kill -9 0';

/** How much of a process's output is kept to explain a failure. */
const OUTPUT_CHARACTERS_MAX = 4_000;

/** A running guarded process. */
export class GuardedProcess {
  readonly #child: ChildProcess;
  #output = '';
  #waiting: { text: string; resolve: (found: boolean) => void }[] = [];

  /** Starts `command`; `env` is its whole environment. */
  constructor(command: readonly string[], options: { cwd: string; env: NodeJS.ProcessEnv }) {
    this.#child = spawn('/bin/sh', ['-c', GUARD, 'guard', ...command], {
      ...options,
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.#child.stdout?.on('data', (text: Buffer) => this.#collect(text));
    this.#child.stderr?.on('data', (text: Buffer) => this.#collect(text));
    this.#child.stdin?.on('error', () => undefined);
    this.#child.once('error', (error) => this.#ended(error.message));
    this.#child.once('close', () => this.#ended(''));
  }

  /** The id of the process group; undefined if it could not be started. */
  get group(): number | undefined {
    return this.#child.pid;
  }

  /** The last lines that it wrote. */
  get output(): string {
    return this.#output;
  }

  /** False once it has ended, by itself too. */
  get isRunning(): boolean {
    return (
      this.#child.pid !== undefined &&
      this.#child.exitCode === null &&
      this.#child.signalCode === null
    );
  }

  /** True once the process has written `text`; false if it ended before, or after `deadlineMs`. */
  async wrote(text: string, deadlineMs: number): Promise<boolean> {
    if (this.#output.includes(text)) return true;
    if (!this.isRunning) return false;
    return await new Promise((resolve) => {
      const timer = setTimeout(() => settle(false), deadlineMs);
      const settle = (found: boolean) => {
        clearTimeout(timer);
        resolve(found);
      };
      this.#waiting.push({ text, resolve: settle });
    });
  }

  /** Kills the whole group with SIGKILL and waits until it is gone. Safe to call twice. */
  async kill(): Promise<void> {
    const group = this.#child.pid;
    if (group === undefined || !this.isRunning) return;
    const closed = once(this.#child, 'close');
    process.kill(-group, 'SIGKILL');
    await closed;
  }

  #collect(text: Buffer): void {
    this.#output = (this.#output + text.toString()).slice(-OUTPUT_CHARACTERS_MAX);
    this.#waiting = this.#waiting.filter((one) => {
      if (!this.#output.includes(one.text)) return true;
      one.resolve(true);
      return false;
    });
  }

  #ended(reason: string): void {
    this.#output += reason;
    for (const one of this.#waiting.splice(0)) one.resolve(false);
  }
}
