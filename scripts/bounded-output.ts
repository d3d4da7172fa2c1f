import { TAIL_TERMINAL_LINES_MAX } from '@apiary/common/limits.ts';

/**
 * Writes lines to a stream that may be read slowly (a pager, a pipe). What it does not take waits,
 * bounded; past the bound the oldest lines go and are counted.
 */
export class BoundedOutput {
  readonly #stream: NodeJS.WritableStream;
  readonly #onDropped: (count: number) => void;
  #waiting: string[] = [];
  #isFlowing = true;

  constructor(stream: NodeJS.WritableStream, onDropped: (count: number) => void) {
    this.#stream = stream;
    this.#onDropped = onDropped;
  }

  /** Writes whole lines without their ends. */
  write(lines: readonly string[]): void {
    this.#waiting.push(...lines);
    const surplus = this.#waiting.length - TAIL_TERMINAL_LINES_MAX;
    this.#flow();
    if (this.#isFlowing || surplus <= 0) return;
    this.#waiting.splice(0, surplus);
    this.#onDropped(surplus);
  }

  #flow(): void {
    if (!this.#isFlowing || this.#waiting.length === 0) return;
    const lines = this.#waiting;
    this.#waiting = [];
    this.#isFlowing = this.#stream.write(`${lines.join('\n')}\n`);
    if (this.#isFlowing) return;
    this.#stream.once('drain', () => {
      this.#isFlowing = true;
      this.#flow();
    });
  }
}
