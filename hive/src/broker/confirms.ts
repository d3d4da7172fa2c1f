/** Publisher confirms of one channel: in order, neighbours in one `multiple` acknowledgement. */

type Outcome = 'pending' | 'ack' | 'nack';

/** Sends `basic.ack` or `basic.nack` for all tags up to one that were not answered before. */
export type SendConfirm = (outcome: 'ack' | 'nack', tag: number, multiple: boolean) => void;

/**
 * A tag is answered only when all earlier ones can be: simple for publishers, and free, because the
 * log commits in order.
 */
export class Confirms {
  readonly #send: SendConfirm;
  /** Outcomes from tag `#first` on. */
  #outcomes: Outcome[] = [];
  #head = 0;
  #first = 1;
  #scheduled = false;

  constructor(send: SendConfirm) {
    this.#send = send;
  }

  /** Gives the next publish its tag. */
  begin(): number {
    this.#outcomes.push('pending');
    return this.#first + this.#outcomes.length - this.#head - 1;
  }

  /** The message is safe. Without effect on a publish that was refused. */
  accept(tag: number): void {
    if (this.#outcomes[this.#indexOf(tag)] === 'pending') this.#finish(tag, 'ack');
  }

  /** A queue did not take it; also right after {@link accept}, since some queue may have. */
  refuse(tag: number): void {
    this.#finish(tag, 'nack');
  }

  #indexOf(tag: number): number {
    return tag - this.#first + this.#head;
  }

  #finish(tag: number, outcome: 'ack' | 'nack'): void {
    const at = this.#indexOf(tag);
    this.#outcomes[at] = outcome;
    if (this.#scheduled || at !== this.#head) return;
    this.#scheduled = true;
    process.nextTick(() => this.#flush());
  }

  #flush(): void {
    this.#scheduled = false;
    for (let outcome = this.#outcomes[this.#head]; outcome && outcome !== 'pending'; ) {
      let count = 0;
      while (this.#outcomes[this.#head] === outcome) {
        this.#head++;
        count++;
      }
      this.#first += count;
      this.#send(outcome, this.#first - 1, count > 1);
      outcome = this.#outcomes[this.#head];
    }
    if (this.#head * 2 < this.#outcomes.length) return;
    this.#outcomes = this.#outcomes.slice(this.#head);
    this.#head = 0;
  }
}
