import type { Socket } from 'node:net';
import { BROKER_OUTPUT_BYTES_MAX, BROKER_REPLY_BYTES_MAX } from '@apiary/common/limits/broker.ts';
import { coalesce } from './coalesce.ts';

/**
 * What a connection sends: collected during one turn of the event loop, then written at once. It is
 * "full" while the peer is slow; whoever produces output then waits, so nothing grows without bound.
 */
export class Output {
  readonly #socket: Socket;
  #parts: Buffer[] = [];
  #bytes = 0;
  #scheduled = false;
  /** Milliseconds since 1970 of the last write. */
  lastAt: number;
  readonly #now: () => number;

  constructor(socket: Socket, now: () => number) {
    this.#socket = socket;
    this.#now = now;
    this.lastAt = now();
  }

  /** True while the peer has not taken what it was sent. */
  get isFull(): boolean {
    return this.#waitingBytes > BROKER_OUTPUT_BYTES_MAX;
  }

  /** False when so much waits that even answers that the peer asked for are dropped. */
  get takesReplies(): boolean {
    return this.#waitingBytes <= BROKER_REPLY_BYTES_MAX;
  }

  get #waitingBytes(): number {
    return this.#bytes + this.#socket.writableLength;
  }

  write(part: Buffer): void {
    this.#parts.push(part);
    this.#bytes += part.length;
    if (this.#scheduled) return;
    this.#scheduled = true;
    process.nextTick(() => this.flush());
  }

  /** Hands everything to the socket. */
  flush(): void {
    this.#scheduled = false;
    if (this.#parts.length === 0) return;
    const parts = coalesce(this.#parts);
    this.#parts = [];
    this.#bytes = 0;
    if (this.#socket.destroyed || this.#socket.writableEnded) return;
    this.lastAt = this.#now();
    this.#socket.cork();
    for (const part of parts) this.#socket.write(part);
    this.#socket.uncork();
  }
}
