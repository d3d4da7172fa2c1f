import net from 'node:net';
import { AppError } from '@apiary/common/errors.ts';
import { BROKER_CONNECTIONS_MAX } from '@apiary/common/limits/broker.ts';
import type { CertificatePair } from '@apiary/common/tls/certificate-file.ts';
import { createSecurePort, type SecurePort } from '@apiary/common/tls/secure-port.ts';
import { AmqpError } from './amqp-error.ts';
import { methodFrame } from './codec/frame-writer.ts';
import { Connection } from './connection.ts';
import type { BrokerContext } from './context.ts';
import { Strangers } from './strangers.ts';

/** Where a server listens. */
export interface ServerOptions {
  readonly host: string;
  /** 0 = any free one. */
  readonly port: number;
  /** With it the port speaks TLS. */
  readonly tls?: CertificatePair | undefined;
  /** A second port, on 127.0.0.1 and in the clear. */
  readonly localPort?: number | undefined;
}

/** The listening sockets and their connections. */
export class Server {
  readonly connections = new Set<Connection>();
  readonly #options: ServerOptions;
  readonly #servers: net.Server[] = [];
  readonly #strangers = new Strangers();
  #secure: SecurePort | undefined;

  constructor(options: ServerOptions) {
    this.#options = options;
  }

  /**
   * Listens.
   *
   * @throws AppError `port-busy`, or `setting-invalid` for an address that is not this machine's.
   */
  async start(context: BrokerContext): Promise<{ port: number }> {
    const { host, port, tls, localPort } = this.#options;
    const onSocket = (socket: net.Socket) => this.#onSocket(context, socket);
    if (localPort !== undefined) {
      await this.#listen(net.createServer(onSocket), '127.0.0.1', localPort);
    }
    if (!tls) return { port: await this.#listen(net.createServer(onSocket), host, port) };
    this.#secure = createSecurePort({
      pair: tls,
      onConnection: onSocket,
      plainAnswer: refusalOfPlain,
      // A client that fails the handshake harms only itself.
      onRefused: (how) => context.counters[how === 'plain' ? 'plainRefused' : 'handshakesFailed']++,
    });
    return { port: await this.#listen(this.#secure.server, host, port) };
  }

  /** New connections are shown this certificate. */
  renew(pair: CertificatePair): void {
    this.#secure?.renew(pair);
  }

  async #listen(server: net.Server, host: string, port: number): Promise<number> {
    // Connections past the bound are turned away one by one; those of the TLS handshake count here.
    server.maxConnections = 2 * BROKER_CONNECTIONS_MAX;
    this.#servers.push(server);
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error: NodeJS.ErrnoException) => {
        const busy = error.code === 'EADDRINUSE';
        const text = busy ? `Port ${port} is in use.` : `Cannot listen on ${host}:${port}.`;
        reject(new AppError(busy ? 'port-busy' : 'setting-invalid', text, { cause: error }));
      });
      server.listen(port, host, resolve);
    });
    const address = server.address();
    return typeof address === 'object' && address ? address.port : port;
  }

  #onSocket(context: BrokerContext, socket: net.Socket): void {
    const { counters } = context;
    const full = this.connections.size >= BROKER_CONNECTIONS_MAX;
    if (full || this.#strangers.isFull) {
      if (this.#strangers.dropOldest()) counters.strangersDropped++;
      else if (full) {
        counters.connectionsRefused++;
        socket.destroy();
        return;
      }
    }
    counters.connectionsOpened++;
    const connection = new Connection(context, socket);
    this.connections.add(connection);
    this.#strangers.add(connection);
    socket.once('close', () => {
      this.connections.delete(connection);
      this.#strangers.remove(connection);
    });
  }

  /** Stops listening and closes every connection: clients are told 320 CONNECTION_FORCED. */
  async stop(): Promise<void> {
    const servers = this.#servers.splice(0);
    const closed = servers.map(
      (server) => new Promise<void>((resolve) => server.close(() => resolve())),
    );
    for (const connection of this.connections) {
      connection.close(new AmqpError(320, 'the broker is shutting down'));
    }
    this.#secure?.cut();
    await Promise.all(closed);
  }
}

/** Before any credentials were sent: clients show these words. */
function refusalOfPlain(): Buffer {
  return methodFrame(0, 'connection.close', {
    replyCode: 530,
    replyText: 'this port speaks TLS only: use amqps:// in place of amqp://',
    classId: 0,
    methodId: 0,
  });
}
