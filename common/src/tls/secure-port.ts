/**
 * A port that speaks TLS and tells those who come in the clear what to do: the first byte of a TLS
 * connection is 22, and of no other protocol that we serve.
 */
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TLSSocket } from 'node:tls';
import { TLS_HANDSHAKE_MS } from '../limits/tls.ts';
import type { CertificatePair } from './certificate-file.ts';

const TLS_HANDSHAKE = 22;

/** Who is told of what. */
export interface SecurePortOptions {
  readonly pair: CertificatePair;
  readonly onConnection: (socket: TLSSocket) => void;
  /** Somebody came in the clear; it answers what they understand and the socket ends. */
  readonly plainAnswer: () => Buffer | string;
  readonly onRefused: (how: 'plain' | 'handshake') => void;
}

/** See the file's head. */
export interface SecurePort {
  /** To listen and to close. */
  readonly server: Server;
  /** New connections get this one. */
  renew(pair: CertificatePair): void;
  /** Ends those that have not shaken hands yet, so that closing need not wait for them. */
  cut(): void;
}

/** Makes one; it does not listen yet. */
export function createSecurePort(options: SecurePortOptions): SecurePort {
  const early = new Map<string, Socket>();
  const secure = createTlsServer(
    { ...options.pair, minVersion: 'TLSv1.2', handshakeTimeout: TLS_HANDSHAKE_MS },
    (socket) => {
      early.delete(nameOf(socket));
      options.onConnection(socket);
    },
  );
  secure.on('tlsClientError', (_error, socket) => {
    options.onRefused('handshake');
    socket.destroy();
  });
  const server = createServer({ noDelay: true }, (socket) => {
    const name = nameOf(socket);
    early.set(name, socket);
    socket.once('close', () => early.delete(name));
    socket.on('error', () => socket.destroy());
    socket.setTimeout(TLS_HANDSHAKE_MS, () => {
      options.onRefused('handshake');
      socket.destroy();
    });
    socket.once('data', (first) => {
      socket.setTimeout(0);
      socket.removeAllListeners('timeout');
      if (first[0] === TLS_HANDSHAKE) handOver(secure, socket, first);
      else refuse(socket, options);
    });
  });
  return {
    server,
    renew: (pair) => secure.setSecureContext({ ...pair, minVersion: 'TLSv1.2' }),
    cut() {
      for (const socket of early.values()) socket.destroy();
    },
  };
}

function nameOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}

function handOver(secure: ReturnType<typeof createTlsServer>, socket: Socket, first: Buffer): void {
  socket.pause();
  socket.unshift(first);
  secure.emit('connection', socket);
}

function refuse(socket: Socket, { onRefused, plainAnswer }: SecurePortOptions): void {
  onRefused('plain');
  socket.end(plainAnswer());
  // What else they send is read and forgotten, or the answer would be lost in a reset.
  socket.resume();
  socket.setTimeout(TLS_HANDSHAKE_MS, () => socket.destroy());
}
