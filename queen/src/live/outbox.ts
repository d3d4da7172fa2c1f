/**
 * What waits to be sent to one socket. Nothing is handed to the socket before it has taken what
 * came before, so nothing piles up inside it; what waits does so in *lanes*, each of which knows
 * how to stay small: a tail drops its oldest records and counts them, a rate keeps the newest
 * only, a search makes its producer wait.
 */

/** One event on its way to a browser. */
export interface Outgoing {
  readonly event: string;
  readonly payload: unknown;
}

/** Something that has events to send now and then. */
export interface Lane {
  /** The next event, or undefined when there is none (any more). */
  take(): Outgoing | undefined;
}

/** A socket as the outbox sees it. */
export interface Wire {
  /** False while the last thing sent has not left for the network. */
  readonly writable: boolean;
  send(outgoing: Outgoing): void;
  /** Sets who is told when it becomes writable. */
  onWritable(listener: () => void): void;
}

/** Sends what lanes have, in turn, as fast as the socket takes it. */
export class Outbox {
  readonly #wire: Wire;
  readonly #ready = new Set<Lane>();
  #isPumping = false;

  constructor(wire: Wire) {
    this.#wire = wire;
    wire.onWritable(() => this.#pump());
  }

  /** Tells that the lane has something. */
  offer(lane: Lane): void {
    this.#ready.add(lane);
    this.#pump();
  }

  /** Forgets a lane and what it has. */
  remove(lane: Lane): void {
    this.#ready.delete(lane);
  }

  #pump(): void {
    if (this.#isPumping) return;
    this.#isPumping = true;
    try {
      for (;;) {
        const [lane] = this.#ready;
        if (!lane || !this.#wire.writable) return;
        this.#ready.delete(lane);
        const outgoing = lane.take();
        if (!outgoing) continue;
        // To the end of the queue: it may have more, and the others have their turn first.
        this.#ready.add(lane);
        this.#wire.send(outgoing);
      }
    } finally {
      this.#isPumping = false;
    }
  }
}
