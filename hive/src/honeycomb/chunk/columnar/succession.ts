/** Rows after which a stream's guesses are judged anew. */
const JUDGED_ROWS = 256;
/** Rows of a stream that is hardly ever guessed, until guesses are tried again. */
const RESTING_ROWS = 4096;
/** A guess is worth its cost where one row in so many is guessed. */
const ROWS_PER_HIT_MAX = 4;

/** How a stream goes on. */
interface Stream {
  last: number;
  rows: number;
  hits: number;
  isGuessed: boolean;
}

/**
 * In one chunk: which templates followed which, within each stream. Measured: in JSON of one service one row in five
 * hundred is guessed, and guesses in vain took a fifth of its split; such a stream is not guessed for a while.
 */
export class Succession {
  readonly #streams = new Map<object, Stream>();
  readonly #newest: number[] = [];
  readonly #older: number[] = [];
  #source: object | undefined;
  #stream: Stream = { last: -1, rows: 0, hits: 0, isGuessed: true };

  /** Goes to another stream. */
  enter(source: object): void {
    if (source === this.#source) return;
    this.#source = source;
    let stream = this.#streams.get(source);
    if (!stream) {
      stream = { last: -1, rows: 0, hits: 0, isGuessed: true };
      this.#streams.set(source, stream);
    }
    this.#stream = stream;
  }

  /** False where the stream's rows are hardly ever guessed. */
  get isGuessed(): boolean {
    return this.#stream.isGuessed;
  }

  /** The template that came last after the stream's last one; negative when there is none. */
  get newest(): number {
    return this.#newest[this.#stream.last] ?? -1;
  }

  /** The one before that. */
  get older(): number {
    return this.#older[this.#stream.last] ?? -1;
  }

  /** The stream goes on with that template, which was guessed or found. */
  went(template: number, guessed: boolean): void {
    const stream = this.#stream;
    const { last } = stream;
    stream.last = template;
    if (guessed) stream.hits++;
    if (++stream.rows === (stream.isGuessed ? JUDGED_ROWS : RESTING_ROWS)) {
      // What is logged changes: after a rest it is tried again.
      stream.isGuessed = !stream.isGuessed || stream.hits * ROWS_PER_HIT_MAX >= JUDGED_ROWS;
      stream.rows = 0;
      stream.hits = 0;
    }
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
