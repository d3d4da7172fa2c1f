/** Work that is done one after another for each key, in the order in which it was asked for. */
export class Turns {
  readonly #last = new Map<string, Promise<unknown>>();

  /** Runs `work` once everything that was asked for under this key before is done, well or not. */
  async take<R>(key: string, work: () => Promise<R>): Promise<R> {
    const turn = (this.#last.get(key) ?? Promise.resolve()).then(work, work);
    this.#last.set(key, turn);
    try {
      return await turn;
    } finally {
      if (this.#last.get(key) === turn) this.#last.delete(key);
    }
  }
}
