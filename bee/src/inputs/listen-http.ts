/**
 * HTTP for inputs: takes bounded bodies, plain or compressed, hands them to a reader that turns them into
 * records, and answers only once these are on disk. A full spool is 503, so that senders try again.
 */
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from 'node:http';
import { promisify } from 'node:util';
import { gunzip, inflate } from 'node:zlib';
import { AppError, toAppError } from '@apiary/common/errors.ts';
import { LISTENER_CONNECTIONS_MAX, RECEIVED_BODY_BYTES_MAX } from '@apiary/common/limits.ts';
import type { SpoolRecord } from '../spool/frame.ts';
import { codeOf, wordsOf } from '../system-error.ts';
import { allowedAddressOf } from './listen-allowance.ts';
import { wantsTls } from './listen-stream.ts';
import type { Producer, ProducerContext } from './spooled-input.ts';

const REQUEST_MS_MAX = 60_000;
const gunzipped = promisify(gunzip);
const inflated = promisify(inflate);

/** A request as its reader sees it. */
export interface ReceivedRequest {
  readonly method: string;
  /** Without its query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly contentType: string;
  readonly body: Buffer;
}

/** What to store, and what to answer when it is stored. */
export interface ReceivedAnswer {
  readonly records: readonly SpoolRecord[];
  readonly status?: number;
  /** JSON, or bytes of another type. */
  readonly body?: unknown;
}

/** Reads a request. Throws an AppError for one that cannot be read; `undefined`: there is no such path. */
export type ReadRequest = (request: ReceivedRequest) => ReceivedAnswer | undefined;

/** Makes the server, with these bounds. */
export type MakeHttpServer = (
  limits: Pick<ServerOptions, 'requestTimeout'>,
  onRequest: RequestListener,
) => Server;

/** Listens at the address of an `http:`, `https:`, `otlp:` or `otlp+tls:` target. @throws as `listenHttp`, `listenHttps` */
export async function listenPushes(context: ProducerContext, read: ReadRequest): Promise<Producer> {
  if (!wantsTls(context.spec.url)) return await listenHttp(context, read);
  const { listenHttps } = await import('./listen-tls.ts');
  return await listenHttps(context, read);
}

/** Listens at the target's address. @throws what the system says when it cannot */
export async function listenHttp(
  context: ProducerContext,
  read: ReadRequest,
  makeServer: MakeHttpServer = createServer,
): Promise<Producer> {
  const { host, port } = allowedAddressOf(context.spec.url, context.listen);
  const server = makeServer({ requestTimeout: REQUEST_MS_MAX }, (request, response) => {
    void answer(context, read, request, response);
  });
  server.maxConnections = LISTENER_CONNECTIONS_MAX;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      server.on('error', (error) => context.failed(wordsOf(error)));
      resolve();
    });
  });
  return {
    async stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function answer(
  context: ProducerContext,
  read: ReadRequest,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const url = new URL(request.url ?? '/', 'http://bee');
    const result = read({
      method: request.method ?? 'GET',
      path: url.pathname,
      query: url.searchParams,
      contentType: request.headers['content-type'] ?? '',
      body: await bodyOf(request),
    });
    if (!result) throw new AppError('not-found', `There is no ${request.method} ${url.pathname}.`);
    await context.spool.append(result.records);
    reply(response, result.status ?? 200, result.body ?? {});
  } catch (error) {
    const { code, status, message } = toAppError(error);
    const isTemporary = code === 'too-many' || code === 'folder-unusable';
    if (!isTemporary) context.log.debug({ code, message }, 'request.refused');
    response.setHeader('connection', 'close');
    reply(response, isTemporary ? 503 : status, { error: message });
  }
}

function reply(response: ServerResponse, status: number, body: unknown): void {
  if (response.destroyed) return;
  const bytes = body instanceof Uint8Array;
  response.statusCode = status;
  response.setHeader('content-type', bytes ? 'application/x-protobuf' : 'application/json');
  response.end(bytes ? body : JSON.stringify(body));
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    // Without an encoding a request gives buffers.
    const bytes = chunk as Buffer;
    length += bytes.length;
    if (length > RECEIVED_BODY_BYTES_MAX) throw tooLarge();
    chunks.push(bytes);
  }
  return await unpacked(Buffer.concat(chunks), request.headers['content-encoding'] ?? 'identity');
}

async function unpacked(body: Buffer, encoding: string): Promise<Buffer> {
  const bound = { maxOutputLength: RECEIVED_BODY_BYTES_MAX };
  try {
    if (encoding === 'gzip') return await gunzipped(body, bound);
    if (encoding === 'deflate') return await inflated(body, bound);
  } catch (error) {
    if (codeOf(error) === 'ERR_BUFFER_TOO_LARGE') throw tooLarge();
    throw new AppError('request-invalid', `The body is no ${encoding}: ${wordsOf(error)}`);
  }
  if (encoding === 'identity') return body;
  throw new AppError('request-invalid', `content-encoding ${encoding}: use gzip or deflate`);
}

function tooLarge(): AppError {
  const text = `A body may have ${RECEIVED_BODY_BYTES_MAX >> 20} MiB, uncompressed; send smaller batches.`;
  return new AppError('too-large', text);
}
