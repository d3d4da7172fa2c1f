/** In one chunk: which templates followed which, within each stream. */
export class Succession {
  readonly #lastOf = new Map<object, number>();
  readonly #newest: number[] = [];
  readonly #older: number[] = [];
  #stream: object | undefined;
  #last = -1;

  /** Goes to another stream. */
  enter(stream: object): void {
    if (stream === this.#stream) return;
    if (this.#stream) this.#lastOf.set(this.#stream, this.#last);
    this.#stream = stream;
    this.#last = this.#lastOf.get(stream) ?? -1;
  }

  /** The template that came last after the stream's last one; negative when there is none. */
  get newest(): number {
    return this.#newest[this.#last] ?? -1;
  }

  /** The one before that. */
  get older(): number {
    return this.#older[this.#last] ?? -1;
  }

  /** The stream goes on with that template. */
  went(template: number): void {
    const last = this.#last;
    this.#last = template;
    // Both lists grow one by one, so that they stay arrays without holes.
    while (this.#newest.length <= template) {
      this.#newest.push(-1);
      this.#older.push(-1);
    }
    if (last < 0 || this.#newest[last] === template) return;
    this.#older[last] = this.#newest[last] ?? -1;
    this.#newest[last] = template;
  }
}
