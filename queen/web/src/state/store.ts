/** One observable value: what screens subscribe to. React's side of it is `use-store.ts`. */
export class Store<T> {
  #value: T;
  readonly #listeners = new Set<() => void>();

  constructor(initial: T) {
    this.#value = initial;
  }

  /** The value as it is; the same object until the next change. */
  readonly get = (): T => this.#value;

  /** Replaces the value and tells everybody, unless it is the same. */
  set(value: T): void {
    if (Object.is(value, this.#value)) return;
    this.#value = value;
    for (const listener of [...this.#listeners]) listener();
  }

  /** Replaces some members. */
  patch(change: Partial<T>): void {
    this.set({ ...this.#value, ...change });
  }

  /** Calls back at each change until the returned function is called. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
}
