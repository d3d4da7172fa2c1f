/** Random numbers that are the same for the same seed (xorshift32). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = (seed * 2 + 1) | 0;
  }

  /** From 0 to below 1. */
  next(): number {
    let state = this.#state;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    this.#state = state;
    return (state >>> 0) / 2 ** 32;
  }

  below(bound: number): number {
    return Math.floor(this.next() * bound);
  }

  pick<T>(list: readonly T[]): T {
    const item = list[this.below(list.length)];
    if (item === undefined) throw new RangeError('nothing to pick from');
    return item;
  }

  digits(count: number): string {
    let text = String(1 + this.below(9));
    while (text.length < count) text += this.below(10);
    return text;
  }

  hex(count: number): string {
    let text = '';
    while (text.length < count) {
      text += this.below(2 ** 32)
        .toString(16)
        .padStart(8, '0');
    }
    return text.slice(0, count);
  }

  /** An address; some come far more often than others. */
  address(): string {
    const k = Math.floor(this.next() ** 2 * 3000);
    return `${20 + (k % 190)}.${k % 251}.${(k * 7) % 253}.${1 + ((k * 13) % 253)}`;
  }

  uuid(): string {
    return `${this.hex(8)}-${this.hex(4)}-4${this.hex(3)}-a${this.hex(3)}-${this.hex(12)}`;
  }
}
