/** Something with a place in a queue. */
export interface Sequenced {
  readonly sequence: number;
}

const COMPACT_AFTER = 1024;

/**
 * A queue's messages that wait for a consumer, oldest first. What is put back returns to its old
 * place. Adding and taking are O(1); putting back what was taken last, too.
 */
export class ReadyList<E extends Sequenced> {
  #fresh: (E | undefined)[] = [];
  #head = 0;
  /** Newest first, so that the oldest is taken from the end. */
  #returned: E[] = [];

  get length(): number {
    return this.#fresh.length - this.#head + this.#returned.length;
  }

  push(entry: E): void {
    this.#fresh.push(entry);
  }

  /** Puts an entry back that was taken before. */
  putBack(entry: E): void {
    let at = this.#returned.length;
    while (at > 0 && (this.#returned[at - 1]?.sequence ?? 0) < entry.sequence) at--;
    this.#returned.splice(at, 0, entry);
  }

  peek(): E | undefined {
    return this.at(0);
  }

  /** The entry that `index` others are before. */
  at(index: number): E | undefined {
    const returned = this.#returned.length;
    if (index < returned) return this.#returned[returned - 1 - index];
    return this.#fresh[this.#head + index - returned];
  }

  shift(): E | undefined {
    if (this.#returned.length > 0) return this.#returned.pop();
    const entry = this.#fresh[this.#head];
    if (entry === undefined) return undefined;
    this.#fresh[this.#head++] = undefined;
    if (this.#head > COMPACT_AFTER && this.#head * 2 > this.#fresh.length) {
      this.#fresh = this.#fresh.slice(this.#head);
      this.#head = 0;
    }
    return entry;
  }
}
