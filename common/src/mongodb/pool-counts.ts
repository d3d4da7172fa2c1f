import type { MongoClient } from 'mongodb';

/** Connections that are open, those of them that a request has, and requests that are under way: the rest of these wait for one. */
export interface PoolState {
  readonly open: number;
  readonly taken: number;
  readonly requests: number;
}

/** Counts a client's connections, by what the driver tells of them, and requests. */
export class PoolCounts {
  #open = 0;
  #taken = 0;
  #requests = 0;

  constructor(client: MongoClient) {
    client.on('connectionCreated', () => this.#open++);
    client.on('connectionClosed', () => this.#open--);
    client.on('connectionCheckedOut', () => this.#taken++);
    client.on('connectionCheckedIn', () => this.#taken--);
  }

  /** A request is made; the result is called at its end. */
  request(): () => void {
    this.#requests++;
    return () => this.#requests--;
  }

  /** As it is. */
  now(): PoolState {
    return { open: this.#open, taken: this.#taken, requests: this.#requests };
  }
}
