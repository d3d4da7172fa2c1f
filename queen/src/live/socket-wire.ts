import type { Socket } from 'socket.io';
import type { Outgoing, Wire } from './outbox.ts';

type Transport = Socket['conn']['transport'];

/**
 * A socket.io connection as a {@link Wire}. Its transport is writable when the operating system
 * (or, by long polling, the browser's next request) has taken what was sent; `ready` says so.
 */
export class SocketWire implements Wire {
  readonly #socket: Socket;
  readonly #told: () => void;
  #listener: () => void = () => {};

  constructor(socket: Socket) {
    this.#socket = socket;
    this.#told = () => this.#listener();
    this.#watch(socket.conn.transport);
    socket.conn.on('upgrade', (transport: Transport) => {
      this.#watch(transport);
      this.#listener();
    });
  }

  get writable(): boolean {
    return this.#socket.connected && this.#socket.conn.transport.writable;
  }

  send({ event, payload }: Outgoing): void {
    this.#socket.emit(event, payload);
  }

  onWritable(listener: () => void): void {
    this.#listener = listener;
  }

  #watch(transport: Transport): void {
    transport.on('ready', this.#told);
  }
}
