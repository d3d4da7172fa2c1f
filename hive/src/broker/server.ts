import net from 'node:net';
import tls from 'node:tls';
import { AppError } from '@apiary/common/errors.ts';
import { BROKER_CONNECTIONS_MAX } from '@apiary/common/limits.ts';
import { AmqpError } from './amqp-error.ts';
import { Connection } from './connection.ts';
import type { BrokerContext } from './context.ts';

/** Where a server listens. */
export interface ServerOptions {
  readonly host: string;
  /** 0 = any free one. */
  readonly port: number;
  /** PEM. */
  readonly tls?: { readonly key: string; readonly cert: string } | undefined;
}

/** The listening socket and its connections. */
export class Server {
  readonly connections = new Set<Connection>();
  readonly #options: ServerOptions;
  #server: net.Server | undefined;

  constructor(options: ServerOptions) {
    this.#options = options;
  }

  /**
   * Listens.
   *
   * @throws AppError `port-busy`, or `setting-invalid` for an address that is not this machine's.
   */
  async start(context: BrokerContext): Promise<{ port: number }> {
    const onSocket = (socket: net.Socket) => this.#onSocket(context, socket);
    const { host, port } = this.#options;
    const server = this.#options.tls
      ? tls.createServer(this.#options.tls, onSocket)
      : net.createServer(onSocket);
    // A client that fails the TLS handshake harms only itself.
    server.on('tlsClientError', () => context.counters.handshakesFailed++);
    this.#server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error: NodeJS.ErrnoException) => {
        const busy = error.code === 'EADDRINUSE';
        const text = busy ? `Port ${port} is in use.` : `Cannot listen on ${host}:${port}.`;
        reject(new AppError(busy ? 'port-busy' : 'setting-invalid', text, { cause: error }));
      });
      server.listen(port, host, resolve);
    });
    const address = server.address();
    return { port: typeof address === 'object' && address ? address.port : port };
  }

  #onSocket(context: BrokerContext, socket: net.Socket): void {
    if (this.connections.size >= BROKER_CONNECTIONS_MAX) {
      context.counters.connectionsRefused++;
      socket.destroy();
      return;
    }
    context.counters.connectionsOpened++;
    const connection = new Connection(context, socket);
    this.connections.add(connection);
    socket.once('close', () => this.connections.delete(connection));
  }

  /** Stops listening and closes every connection: clients are told 320 CONNECTION_FORCED. */
  async stop(): Promise<void> {
    const server = this.#server;
    if (!server) return;
    this.#server = undefined;
    const closed = new Promise<void>((resolve) => {
      server.close(() => resolve());
    });
    for (const connection of this.connections) {
      connection.close(new AmqpError(320, 'the broker is shutting down'));
    }
    await closed;
  }
}
