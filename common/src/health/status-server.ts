/**
 * What a process tells on a port of its own, on loopback only: `/healthz` while it lives, `/readyz` when it
 * can do its work, `/metrics` for Prometheus. Everything else is 404; nothing is read from a request's body.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';
import type { Setting } from '../config.ts';
import { AppError, toAppError } from '../errors.ts';
import {
  STATUS_CONNECTIONS_MAX,
  STATUS_PORT_STEPS_MAX,
  STATUS_REQUEST_MS_MAX,
} from '../limits/health.ts';
import type { Logger } from '../log.ts';
import type { Metrics } from '../metrics.ts';

/** A port, and whether the next free one will do. */
export interface StatusPort {
  readonly port: number;
  readonly orNext: boolean;
}

/** `4290` is that port or an error; `4290+` is that or the next free one; `none` or absent = no status port. */
export const statusPortSetting = {
  schema: z
    .string()
    .regex(
      /^(none|[1-9]\d{0,4}\+?)$/,
      'expected a port, PORT+ for it or the next free one, or none',
    )
    .refine((text) => !(Number.parseInt(text, 10) > 65_535), 'expected a port up to 65535')
    .transform((text): StatusPort | undefined => {
      if (text === 'none') return undefined;
      return { port: Number.parseInt(text, 10), orNext: text.endsWith('+') };
    })
    .optional(),
  value: 'PORT',
  help: '/healthz, /readyz and /metrics of this process, on loopback; PORT+ = that or the next free one',
  defaultText: 'none',
} as const satisfies Setting;

/** What the server tells. */
export interface StatusParts {
  readonly listen: StatusPort;
  readonly metrics: Metrics;
  readonly log: Logger;
  /** Rejects with what is not ready. */
  readonly ready: () => Promise<void>;
}

/** See the file's head. */
export class StatusServer {
  readonly #parts: StatusParts;
  readonly #server: Server;

  constructor(parts: StatusParts) {
    this.#parts = parts;
    this.#server = createServer((request, response) => void this.#answer(request, response));
    this.#server.maxConnections = STATUS_CONNECTIONS_MAX;
    this.#server.requestTimeout = STATUS_REQUEST_MS_MAX;
  }

  /** Listens; resolves with the port. @throws AppError `port-busy` */
  async start(): Promise<number> {
    const { listen, log } = this.#parts;
    const last = listen.orNext ? listen.port + STATUS_PORT_STEPS_MAX : listen.port;
    for (let port = listen.port; port <= Math.min(last, 65_535); port += 1) {
      const bound = await this.#listen(port);
      if (bound === undefined) continue;
      log.info({ port: bound }, 'status.listening');
      return bound;
    }
    throw new AppError('port-busy', `status port ${listen.port} is in use; give another one`);
  }

  /** Lets go of the port. Safe to call twice. */
  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    if (this.#server.listening) await new Promise((resolve) => this.#server.close(resolve));
  }

  #listen(port: number): Promise<number | undefined> {
    return new Promise((resolve, reject) => {
      const onError = (error: NodeJS.ErrnoException) => {
        if (error.code === 'EADDRINUSE') resolve(undefined);
        else reject(new AppError('setting-invalid', `status port: ${error.message}`));
      };
      this.#server.once('error', onError);
      this.#server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
        this.#server.off('error', onError);
        // A server that listens on a port has an AddressInfo.
        resolve((this.#server.address() as AddressInfo).port);
      });
    });
  }

  async #answer({ method, url }: IncomingMessage, response: ServerResponse): Promise<void> {
    const end = (status: number, text: string) => {
      response.writeHead(status, {
        'content-type': 'text/plain; charset=utf-8',
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
      });
      response.end(method === 'HEAD' ? undefined : text);
    };
    if (method !== 'GET' && method !== 'HEAD') return end(405, 'GET only\n');
    try {
      const path = url?.split('?')[0];
      if (path === '/healthz') return end(200, 'ok\n');
      if (path === '/metrics') return end(200, await this.#parts.metrics.text());
      if (path !== '/readyz') return end(404, 'there are /healthz, /readyz and /metrics\n');
      await this.#parts.ready();
      end(200, 'ready\n');
    } catch (error) {
      const { code, message } = toAppError(error);
      end(503, `${code}: ${message}\n`);
    }
  }
}
