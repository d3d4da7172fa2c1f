/** One HTTP request to an address that people typed: pinned, bounded in time and size, never redirected. */
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP } from 'node:net';
import { AppError } from '@apiary/common/errors.ts';
import { OUTBOUND_ANSWER_BYTES_MAX } from '@apiary/common/limits/deliveries.ts';
import { abortable } from './abortable.ts';
import { outboundAddress, type Resolve } from './address.ts';

/** What is asked for. */
export interface OutboundRequest {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** Private addresses are refused unless this is true. */
  readonly allowPrivate: boolean;
  /** Certificates (PEM) to trust instead of the public ones. */
  readonly ca?: string | undefined;
  readonly signal: AbortSignal;
}

/** What came back. */
export interface OutboundAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Cut at {@link OUTBOUND_ANSWER_BYTES_MAX}. */
  readonly text: string;
}

/** Sends requests; see {@link sendOutbound}. */
export type SendOutbound = (request: OutboundRequest) => Promise<OutboundAnswer>;

/** @throws AppError `address-forbidden`, `setting-invalid`; any other error is the network's */
export async function sendOutbound(
  request: OutboundRequest,
  resolve: Resolve,
): Promise<OutboundAnswer> {
  const url = parseUrl(request.url);
  const { allowPrivate, signal, ca } = request;
  const address = await abortable(outboundAddress(url.hostname, { allowPrivate, resolve }), signal);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const body = request.body === undefined ? undefined : Buffer.from(request.body);
  const isSecure = url.protocol === 'https:';
  const send = isSecure ? requestHttps : requestHttp;
  return await new Promise((done, failed) => {
    const outgoing = send({
      method: request.method,
      hostname: address,
      port: url.port || (isSecure ? 443 : 80),
      path: `${url.pathname}${url.search}`,
      // A connection of its own: one that is kept would go to an address judged for another request.
      agent: false,
      signal,
      headers: {
        'user-agent': 'apiary',
        ...(body && { 'content-length': String(body.length) }),
        ...request.headers,
        host: url.host,
      },
      ...(isSecure && { servername: isIP(host) ? '' : host, ...(ca && { ca }) }),
    });
    const onError = (error: Error) => failed(signal.aborted ? signal.reason : error);
    outgoing.once('error', onError);
    outgoing.once('response', (incoming) => {
      const parts: Buffer[] = [];
      let size = 0;
      const finish = () => {
        const text = Buffer.concat(parts).subarray(0, OUTBOUND_ANSWER_BYTES_MAX).toString('utf8');
        done({ status: incoming.statusCode ?? 0, headers: incoming.headers, text });
      };
      incoming.on('data', (part: Buffer) => {
        parts.push(part);
        size += part.length;
        if (size < OUTBOUND_ANSWER_BYTES_MAX) return;
        finish();
        incoming.destroy();
      });
      incoming.once('end', finish);
      incoming.once('error', onError);
    });
    outgoing.end(body);
  });
}

/** @throws AppError `setting-invalid` */
function parseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && /^https?:$/.test(url.protocol)) return url;
  throw new AppError('setting-invalid', `${text.slice(0, 200)} is no http(s) address`);
}
