/** A TCP proxy on loopback that tests cut, silence and close, to see what a bad network does. */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A running proxy. */
export interface TcpProxy {
  readonly port: number;
  /** Connections that came so far. */
  readonly taken: number;
  /** Connections that are open. */
  readonly open: number;
  /** Ends every connection at once, without a goodbye. */
  cut(): void;
  /** Becomes a black hole: connections stay, new ones are taken, nothing passes. */
  pause(): void;
  /** Lets everything pass again, what was held back included. */
  resume(): void;
  /** Ends new connections as soon as they come. */
  refuse(on: boolean): void;
  /** Shows what clients send, before it passes, to one listener. */
  watch(listener: (bytes: Buffer) => void): void;
  stop(): Promise<void>;
}

/** Starts a proxy to `target`, whose host is loopback unless given. */
export async function startProxy(target: { host?: string; port: number }): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let isPaused = false;
  let isRefusing = false;
  let taken = 0;
  let watching: ((bytes: Buffer) => void) | undefined;
  const cut = () => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  const server = createServer({ noDelay: true }, (near) => {
    taken += 1;
    if (isRefusing) {
      near.destroy();
      return;
    }
    const far = connect({ host: target.host ?? '127.0.0.1', port: target.port, noDelay: true });
    near.on('data', (bytes) => watching?.(bytes));
    join(near, far);
    join(far, near);
  });

  function join(from: Socket, to: Socket): void {
    sockets.add(from);
    if (isPaused) from.pause();
    from.on('error', () => undefined);
    from.on('data', (bytes) => {
      if (!to.write(bytes)) from.pause();
    });
    to.on('drain', () => {
      if (!isPaused) from.resume();
    });
    from.on('end', () => to.end());
    from.on('close', () => {
      sockets.delete(from);
      to.destroy();
    });
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: address !== null && typeof address === 'object' ? address.port : 0,
    get taken() {
      return taken;
    },
    get open() {
      // One to each side.
      return sockets.size / 2;
    },
    cut,
    pause() {
      isPaused = true;
      for (const socket of sockets) socket.pause();
    },
    resume() {
      isPaused = false;
      for (const socket of sockets) socket.resume();
    },
    refuse(on) {
      isRefusing = on;
    },
    watch(listener) {
      watching = listener;
    },
    async stop() {
      cut();
      const closed = once(server, 'close');
      server.close();
      await closed;
    },
  };
}
