/** An HTTP(S) server on a free loopback port that keeps what it was asked and can be told to fail. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { LOOPBACK_CERTIFICATE, LOOPBACK_KEY } from './loopback-tls.ts';

/** A request with its whole body. */
export interface Recorded {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/** An answer; `hang` never answers. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly hang?: boolean;
}

/** See the file's head. */
export class HttpRecorder {
  readonly requests: Recorded[] = [];
  readonly #answer: (request: Recorded) => Answer;
  readonly #isSecure: boolean;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #failures: Answer[] = [];

  /** `answer` speaks the protocol; only what it was asked without a failure is recorded as taken. */
  constructor(answer: (request: Recorded) => Answer, options: { readonly secure?: boolean } = {}) {
    this.#answer = answer;
    this.#isSecure = options.secure ?? false;
    const listener = (request: IncomingMessage, response: ServerResponse) => {
      void this.#serve(request, response);
    };
    this.#server = this.#isSecure
      ? createSecureServer({ cert: LOOPBACK_CERTIFICATE, key: LOOPBACK_KEY }, listener)
      : createServer(listener);
    this.#server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
  }

  async start(port = 0): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(port, '127.0.0.1', resolve));
    return this;
  }

  /** Its origin. */
  get url(): string {
    return `${this.#isSecure ? 'https' : 'http'}://127.0.0.1:${this.port}`;
  }

  get port(): number {
    // A server that listens on a port has an AddressInfo.
    return (this.#server.address() as AddressInfo).port;
  }

  /** The next request gets this instead. */
  failNext(answer: Answer): void {
    this.#failures.push(answer);
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    try {
      for await (const part of request) parts.push(Buffer.from(part));
    } catch {
      return;
    }
    const { method = '', url = '/', headers } = request;
    const recorded = { method, headers, url: new URL(url, this.url), body: Buffer.concat(parts) };
    const failure = this.#failures.shift();
    if (!failure) this.requests.push(recorded);
    const { status, headers: more, body, hang } = failure ?? this.#answer(recorded);
    if (hang) return;
    response.writeHead(status, { ...more }).end(body);
  }
}

/** A JSON answer. */
export function jsonAnswer(status: number, body: unknown): Answer {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

/** A request's JSON body. */
export function jsonOf({ body }: Recorded): Record<string, unknown> {
  const value: unknown = JSON.parse(body.toString('utf8'));
  if (typeof value === 'object' && value !== null) return { ...value };
  throw new Error('no JSON object');
}
