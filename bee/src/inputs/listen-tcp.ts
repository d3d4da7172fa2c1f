/**
 * TCP for inputs, plain or with TLS: reads each connection as an async loop, so that a sender waits (the kernel's
 * window closes) while its last piece is on its way to the spool's disk.
 */
import { createServer, type Server, type Socket } from 'node:net';
import { LISTENER_CONNECTIONS_MAX } from '@apiary/common/limits.ts';
import { wordsOf } from '../system-error.ts';
import { allowedAddressOf } from './listen-allowance.ts';
import type { Producer, ProducerContext } from './spooled-input.ts';

/** Serves one connection until it ends. */
export type ServeConnection = (socket: Socket, peer: string) => Promise<void>;

/** Makes the server, which hands over each connection that may be read from. */
export type MakeServer = (onConnection: (socket: Socket) => void) => Server;

const plainServer: MakeServer = (onConnection) =>
  createServer({ noDelay: true, keepAlive: true }, onConnection);

/** Listens at the target's address. @throws what the system says when it cannot */
export async function listenTcp(
  context: ProducerContext,
  serve: ServeConnection,
  makeServer: MakeServer = plainServer,
): Promise<Producer> {
  const { host, port } = allowedAddressOf(context.spec.url, context.listen);
  const sockets = new Set<Socket>();
  const serving = new Set<Promise<void>>();
  const server = makeServer((socket) => {
    const peer = peerOf(socket);
    socket.on('error', (error) =>
      context.log.debug({ peer, error: wordsOf(error) }, 'sender.lost'),
    );
    const work = serve(socket, peer)
      .catch((error: unknown) => {
        context.log.warn({ peer, error: wordsOf(error) }, 'sender.failed');
      })
      .finally(() => {
        socket.destroy();
        serving.delete(work);
      });
    serving.add(work);
  });
  // Also those that have not shaken hands yet.
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.maxConnections = LISTENER_CONNECTIONS_MAX;
  server.on('drop', () => {
    context.active(1, `More than ${LISTENER_CONNECTIONS_MAX} connections; others are closed.`);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      server.on('error', (error) => context.failed(wordsOf(error)));
      resolve();
    });
  });
  context.signal.addEventListener('abort', () => {
    for (const socket of sockets) socket.destroy();
  });
  return {
    async stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
      await Promise.all(serving);
    },
  };
}

/** The sender's address, IPv4 as such. */
export function peerOf({ remoteAddress }: Socket): string {
  return remoteAddress?.replace(/^::ffff:/, '') ?? 'unknown';
}
