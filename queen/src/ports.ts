/**
 * The ports of Queen's one HTTP server. Without TLS it is one port. With it the port speaks https, and a second
 * one on 127.0.0.1 speaks http for this machine's own commands, which read its address from the data folder.
 */
import type { Server as HttpServer } from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import { AppError } from '@apiary/common/errors.ts';
import { HTTP_CONNECTIONS_MAX } from '@apiary/common/limits.ts';
import type { Logger } from '@apiary/common/log.ts';
import { CertificateFile } from '@apiary/common/tls/certificate-file.ts';
import { createSecurePort, type SecurePort } from '@apiary/common/tls/secure-port.ts';
import type { QueenSettings } from './settings.ts';

/** What the ports are opened for. */
export interface PortsOptions {
  readonly http: HttpServer;
  readonly settings: Pick<QueenSettings, 'host' | 'port' | 'tls'>;
  readonly log: Logger;
  readonly onRefused: (how: 'plain' | 'handshake') => void;
}

/** See the file's head. */
export class Ports {
  readonly #options: PortsOptions;
  #certificate: CertificateFile | undefined;
  #secure: SecurePort | undefined;

  constructor(options: PortsOptions) {
    this.#options = options;
  }

  /** The key that the https port shows, as `sha256//…`. */
  get pin(): string | undefined {
    return this.#certificate?.pin;
  }

  /**
   * Listens. `url` is where the world comes, `localUrl` where this machine's commands do.
   *
   * @throws AppError `port-busy`, or `setting-invalid` for an address that is not this machine's
   */
  async open(): Promise<{ readonly url: string; readonly localUrl: string }> {
    const { http, settings, log, onRefused } = this.#options;
    const { host, port, tls } = settings;
    if (!tls) {
      const url = originOf('http', host, await listen(http, host, port));
      return { url, localUrl: url };
    }
    const certificate = new CertificateFile(tls);
    const secure = createSecurePort({
      pair: certificate.pair,
      onConnection: (socket) => http.emit('connection', socket),
      plainAnswer: () => PLAIN_ANSWER,
      onRefused,
    });
    certificate.watch(
      (pair) => {
        secure.renew(pair);
        log.info({}, 'tls.renewed');
      },
      (error) => log.error({ reason: error.message }, 'tls.not-renewed'),
    );
    this.#certificate = certificate;
    this.#secure = secure;
    const url = originOf('https', host, await listen(secure.server, host, port));
    return { url, localUrl: originOf('http', '127.0.0.1', await listen(http, '127.0.0.1', 0)) };
  }

  /** Takes nobody any more; connections are the HTTP server's to close. */
  close(): void {
    this.#certificate?.close();
    this.#secure?.server.close();
    this.#secure?.cut();
  }
}

const PLAIN_WORDS = 'This port speaks TLS only: use https:// in place of http://\n';
const PLAIN_ANSWER = [
  'HTTP/1.1 400 Bad Request',
  'Content-Type: text/plain',
  `Content-Length: ${PLAIN_WORDS.length}`,
  'Connection: close',
  '',
  PLAIN_WORDS,
].join('\r\n');

async function listen(server: Server, host: string, port: number): Promise<number> {
  server.maxConnections = HTTP_CONNECTIONS_MAX;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const isBusy = error.code === 'EADDRINUSE';
      const words = isBusy ? 'is in use' : `cannot be listened on: ${error.message}`;
      const code = isBusy ? 'port-busy' : 'setting-invalid';
      reject(new AppError(code, `${host}:${port} ${words}`, { cause: error }));
    });
    server.listen(port, host, resolve);
  });
  // A server that listens on a port has an AddressInfo.
  return (server.address() as AddressInfo).port;
}

/** An address for every interface is no address to type: the machine's own stands for it. */
function originOf(protocol: string, host: string, port: number): string {
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `${protocol}://${name.includes(':') ? `[${name}]` : name}:${port}`;
}
