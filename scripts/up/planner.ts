/** The launcher's side of `up-plan`: starts it, answers it, and waits for what it says. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { CommandIo } from '../command.ts';
import { type ChildSpec, NODE_FLAGS, type ReadyFacts } from '../supervisor.ts';

/** What is to be run. */
export interface UpPlan {
  /** The children in the order of their start; each group is ready before the next one begins. */
  readonly groups: readonly (readonly ChildSpec[])[];
  /** A command that renews the certificate where that is due; empty where there is none of ours. */
  readonly renewal: readonly string[];
}

/** What `up-plan` says, in this order. */
type Said =
  | { readonly type: 'folder'; readonly folder: string }
  | ({ readonly type: 'plan' } & UpPlan)
  | { readonly type: 'welcomed'; readonly facts: ReadyFacts };

/** It ended before it had said everything; why stands on stderr. */
export class PlannerEnded extends Error {
  readonly code: number;

  constructor(code: number | null) {
    super(`up-plan ended with ${code}`);
    this.code = code ?? 1;
  }
}

/** See the file's head. */
export class Planner {
  readonly #child: ChildProcess;
  /** Rejects once it has ended, with all that it wrote passed on. */
  readonly #ended: Promise<never>;

  constructor(argv: readonly string[], io: CommandIo) {
    this.#child = spawn(process.execPath, [...NODE_FLAGS, io.program, 'up-plan', ...argv], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      // Ctrl-C reaches the launcher alone.
      detached: true,
    });
    this.#ended = once(this.#child, 'close').then(([code]) => {
      throw new PlannerEnded(code);
    });
    // That it ends is no failure where nobody waits for its words.
    this.#ended.catch(() => {});
    this.#child.stdout?.pipe(io.stdout, { end: false });
    this.#child.stderr?.pipe(io.stderr, { end: false });
  }

  /** The data folder, checked; it must be locked before {@link plan} is called. */
  async folder(): Promise<string> {
    return (await this.#said('folder')).folder;
  }

  /** The rest of the plan, now that the folder is ours. */
  async plan(): Promise<UpPlan> {
    this.#tell('locked');
    return await this.#said('plan');
  }

  /** Has it greet the person, now that all children run. */
  async welcome(): Promise<ReadyFacts> {
    this.#tell('running');
    return (await this.#said('welcomed')).facts;
  }

  /** Ends it, if it has not ended by itself. */
  stop(): void {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill();
  }

  #tell(type: 'locked' | 'running'): void {
    // Where it has ended, waiting for its words says so.
    this.#child.send({ type }, () => {});
  }

  async #said<T extends Said['type']>(type: T): Promise<Extract<Said, { type: T }>> {
    const settled = new AbortController();
    const message = once(this.#child, 'message', { signal: settled.signal });
    message.catch(() => {});
    try {
      const [said] = await Promise.race([message, this.#ended]);
      if (said.type !== type) throw new PlannerEnded(1);
      return said;
    } finally {
      settled.abort();
    }
  }
}
