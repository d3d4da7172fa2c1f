/** Acts that can be taken back for a while: everything acts at once, nothing asks first. */
import type { Clock } from '@apiary/common/clock.ts';
import { UNDO_MS } from '@apiary/common/limits.ts';
import { messageOf } from './http.ts';
import { Store } from './store.ts';

/** What a notice says, with the way back if there is one. */
export interface Notice {
  readonly text: string;
  readonly failed: boolean;
  readonly undo: (() => Promise<unknown>) | undefined;
}

/** The one notice at a time. */
export class Notices {
  readonly current = new Store<Notice | undefined>(undefined);
  readonly #clock: Clock;
  #cancel: () => void = () => {};

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Acts, then says what was done; a failure is said instead. */
  async act(
    task: () => Promise<unknown>,
    text: string,
    undo?: () => Promise<unknown>,
  ): Promise<void> {
    try {
      await task();
      this.#show({ text, failed: false, undo });
    } catch (thrown) {
      this.#show({ text: messageOf(thrown), failed: true, undo: undefined });
    }
  }

  /** Asks for something; a failure is said, and nothing where the signal gave it up. */
  async attempt<T>(
    task: () => Promise<T>,
    signal: AbortSignal,
  ): Promise<{ readonly value: T } | undefined> {
    try {
      return { value: await task() };
    } catch (thrown) {
      if (!signal.aborted) this.#show({ text: messageOf(thrown), failed: true, undo: undefined });
      return undefined;
    }
  }

  /** Takes the last act back. */
  async undo(): Promise<void> {
    const undo = this.current.get()?.undo;
    if (undo) await this.act(undo, 'Undone');
  }

  /** Says something that happened, with the way back if there is one. */
  say(text: string, undo?: () => Promise<unknown>): void {
    this.#show({ text, failed: false, undo });
  }

  #show(notice: Notice): void {
    this.#cancel();
    this.current.set(notice);
    this.#cancel = this.#clock.after(UNDO_MS, () => this.current.set(undefined));
  }
}
