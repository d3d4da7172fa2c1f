/**
 * Apple's push service over HTTP/2 and TLS: checks the provider token (ES256), topic, push type, ids and the
 * payload's size, and answers as Apple documents ("Handling notification responses from APNs").
 */
import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import {
  createSecureServer,
  type Http2SecureServer,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import { LOOPBACK_CERTIFICATE, LOOPBACK_KEY } from './loopback-tls.ts';

const PAYLOAD_BYTES_MAX = 4096;

/** A push that was taken. */
export interface ApnsPush {
  readonly token: string;
  readonly id: string;
  readonly collapseId: string;
  readonly priority: string;
  readonly payload: Record<string, unknown>;
  /** When it was taken, `performance.now()`. */
  readonly atMs: number;
}

/** See the file's head. */
export class ApnsServer {
  readonly pushes: ApnsPush[] = [];
  readonly keyId = 'KEY1234567';
  readonly teamId = 'TEAM123456';
  readonly topic = 'org.example.apiary';
  /** The key's file, as Apple gives it. */
  readonly key: string;
  /** Tokens that answer 410. */
  readonly unregistered = new Set<string>();
  /** Told of each push that is taken, before it is answered. */
  onPush: (push: ApnsPush) => void = () => undefined;
  readonly #server: Http2SecureServer;
  readonly #sessions = new Set<ServerHttp2Session>();
  readonly #publicKey: ReturnType<typeof createPublicKey>;
  readonly #failures: { readonly status: number; readonly reason: string }[] = [];

  /** @param key of an earlier one in whose place this one stands; default: a new one */
  constructor(key?: string) {
    this.key = key ?? newKey();
    this.#publicKey = createPublicKey(this.key);
    this.#server = createSecureServer({ cert: LOOPBACK_CERTIFICATE, key: LOOPBACK_KEY });
    this.#server.on('session', (session) => {
      this.#sessions.add(session);
      session.once('close', () => this.#sessions.delete(session));
      session.on('error', () => session.destroy());
    });
    this.#server.on('stream', (stream, headers) => {
      const parts: Buffer[] = [];
      stream.on('error', () => stream.destroy());
      stream.on('data', (part: Buffer) => parts.push(part));
      stream.once('end', () => this.#take(stream, headers, Buffer.concat(parts)));
    });
  }

  async start(port = 0): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(port, '127.0.0.1', resolve));
    return this;
  }

  /** `HOST:PORT`. */
  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  get port(): number {
    // A server that listens on a port has an AddressInfo.
    return (this.#server.address() as AddressInfo).port;
  }

  /** What a channel is set up with. */
  get fields() {
    const { keyId, teamId, topic, key } = this;
    const ca = LOOPBACK_CERTIFICATE;
    return { keyId, teamId, topic, key, server: this.address, ca, privateAddress: true };
  }

  /** The next push gets this instead. */
  failNext(status: number, reason: string): void {
    this.#failures.push({ status, reason });
  }

  async stop(): Promise<void> {
    for (const session of this.#sessions) session.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #take(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, body: Buffer): void {
    const failure = this.#failures.shift() ?? this.#judge(headers, body);
    const id = textOf(headers['apns-id']);
    if (failure) {
      const { status, reason } = failure;
      const timestamp = status === 410 ? Date.now() : undefined;
      stream.respond({ ':status': status, 'apns-id': id });
      stream.end(JSON.stringify({ reason, timestamp }));
      return;
    }
    const push = {
      token: tokenOf(headers),
      id,
      collapseId: textOf(headers['apns-collapse-id']),
      priority: textOf(headers['apns-priority']),
      // #judge has parsed it.
      payload: JSON.parse(body.toString('utf8')) as Record<string, unknown>,
      atMs: performance.now(),
    };
    this.pushes.push(push);
    this.onPush(push);
    stream.respond({ ':status': 200, 'apns-id': id });
    stream.end();
  }

  #judge(headers: IncomingHttpHeaders, body: Buffer) {
    const [, token = ''] = /^bearer (\S+)$/i.exec(headers.authorization ?? '') ?? [];
    if (!this.#isOurs(token)) return { status: 403, reason: 'InvalidProviderToken' };
    if (headers[':method'] !== 'POST') return { status: 405, reason: 'MethodNotAllowed' };
    const device = tokenOf(headers);
    if (!/^[0-9a-f]{16,200}$/.test(device)) return { status: 400, reason: 'BadDeviceToken' };
    if (this.unregistered.has(device)) return { status: 410, reason: 'Unregistered' };
    if (headers['apns-topic'] !== this.topic) return { status: 400, reason: 'BadTopic' };
    if (headers['apns-push-type'] !== 'alert') return { status: 400, reason: 'InvalidPushType' };
    if (!/^[0-9a-f-]{36}$/.test(textOf(headers['apns-id']))) {
      return { status: 400, reason: 'BadMessageId' };
    }
    if (textOf(headers['apns-collapse-id']).length > 64) {
      return { status: 400, reason: 'BadCollapseId' };
    }
    if (body.length > PAYLOAD_BYTES_MAX) return { status: 413, reason: 'PayloadTooLarge' };
    if (!body.includes('"aps"')) return { status: 400, reason: 'PayloadEmpty' };
    return undefined;
  }

  /** RFC 7515, ES256: header `kid`, claims `iss` and `iat`. */
  #isOurs(token: string): boolean {
    const [head = '', claims = '', signature = ''] = token.split('.');
    const json = (text: string) => JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
    try {
      const isSigned = verify(
        'sha256',
        Buffer.from(`${head}.${claims}`),
        { key: this.#publicKey, dsaEncoding: 'ieee-p1363' },
        Buffer.from(signature, 'base64url'),
      );
      const { alg, kid } = json(head);
      const { iss, iat } = json(claims);
      const age = Date.now() / 1000 - Number(iat);
      return isSigned && alg === 'ES256' && kid === this.keyId && iss === this.teamId && age < 3600;
    } catch {
      return false;
    }
  }
}

function newKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return String(privateKey.export({ type: 'pkcs8', format: 'pem' }));
}

function tokenOf(headers: IncomingHttpHeaders): string {
  return /^\/3\/device\/(\w+)$/.exec(headers[':path'] ?? '')?.[1] ?? '';
}

function textOf(header: string | string[] | undefined): string {
  return typeof header === 'string' ? header : '';
}
