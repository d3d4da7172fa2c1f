/** Lets a few tasks in at once; the others wait for their turn, in order. */
export class Gate {
  readonly #waiting: (() => void)[] = [];
  #free: number;

  constructor(places: number) {
    this.#free = places;
  }

  /** Runs `task` once there is a place. Resolves or rejects as it does. */
  async run<R>(task: () => Promise<R>): Promise<R> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await task();
    } finally {
      const next = this.#waiting.shift();
      // The place goes over to whoever waited longest.
      if (next) next();
      else this.#free++;
    }
  }
}
