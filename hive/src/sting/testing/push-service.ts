/**
 * A Web Push service with its browsers: checks VAPID (RFC 8292) and decrypts aes128gcm (RFC 8188, RFC 8291)
 * by node:crypto alone, so that what the sender's library does is judged by another implementation.
 */
import {
  createDecipheriv,
  createECDH,
  createPublicKey,
  hkdfSync,
  randomBytes,
  verify,
} from 'node:crypto';
import { type Answer, HttpRecorder, type Recorded } from './http-recorder.ts';
import { LOOPBACK_CERTIFICATE } from './loopback-tls.ts';

/** A message as the browser reads it. */
export interface BrowserPush {
  readonly browser: string;
  readonly topic: string;
  readonly urgency: string;
  readonly payload: Record<string, unknown>;
  readonly text: string;
}

/** See the file's head. */
export class PushService {
  readonly pushes: BrowserPush[] = [];
  readonly http = new HttpRecorder((request) => this.#answer(request), { secure: true });
  readonly certificate = LOOPBACK_CERTIFICATE;
  readonly #browsers = new Map<string, Browser>();
  readonly #gone = new Map<string, 404 | 410>();

  /** A browser that subscribed with the site's key; what its `PushSubscription` gives. */
  subscribe(publicKey: string) {
    const id = randomBytes(12).toString('hex');
    const browser = new Browser(publicKey);
    this.#browsers.set(id, browser);
    return { id, endpoint: `${this.http.url}/push/${id}`, keys: browser.keys };
  }

  /** Ends a subscription; the service answers so from then on. */
  unsubscribe(id: string, status: 404 | 410): void {
    this.#gone.set(id, status);
  }

  #answer({ url, headers, body, method }: Recorded): Answer {
    const id = url.pathname.split('/').at(-1) ?? '';
    const gone = this.#gone.get(id);
    if (gone !== undefined) return { status: gone };
    const browser = this.#browsers.get(id);
    if (!browser || method !== 'POST') return { status: 404 };
    if (!isAuthorized(headers.authorization ?? '', browser.siteKey, url.origin)) {
      return { status: 403, body: 'VAPID' };
    }
    if (headers['content-encoding'] !== 'aes128gcm' || headers.ttl === undefined) {
      return { status: 400 };
    }
    if (body.length > 4096) return { status: 413 };
    const text = browser.decrypt(body);
    this.pushes.push({
      browser: id,
      topic: String(headers.topic),
      urgency: String(headers.urgency),
      text,
      // What our own sender writes is an object.
      payload: JSON.parse(text) as Record<string, unknown>,
    });
    return { status: 201, headers: { location: `${this.http.url}/message/1` } };
  }
}

/** One browser's end: its key pair and secret. */
class Browser {
  readonly siteKey: string;
  readonly #ecdh = createECDH('prime256v1');
  readonly #auth = randomBytes(16);
  readonly #public: Buffer;

  constructor(siteKey: string) {
    this.siteKey = siteKey;
    this.#public = this.#ecdh.generateKeys();
  }

  get keys() {
    return {
      p256dh: this.#public.toString('base64url'),
      auth: this.#auth.toString('base64url'),
    };
  }

  /** RFC 8291, 3.4, then RFC 8188, 2.2; one record. */
  decrypt(body: Buffer): string {
    const salt = body.subarray(0, 16);
    const idLength = body.readUInt8(20);
    const sender = body.subarray(21, 21 + idLength);
    const sealed = body.subarray(21 + idLength);
    const shared = this.#ecdh.computeSecret(sender);
    const info = Buffer.concat([Buffer.from('WebPush: info\0'), this.#public, sender]);
    const ikm = Buffer.from(hkdfSync('sha256', shared, this.#auth, info, 32));
    const derive = (name: string, length: number) =>
      Buffer.from(hkdfSync('sha256', ikm, salt, `Content-Encoding: ${name}\0`, length));
    const decipher = createDecipheriv('aes-128-gcm', derive('aes128gcm', 16), derive('nonce', 12));
    decipher.setAuthTag(sealed.subarray(-16));
    const plain = Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]);
    const end = plain.lastIndexOf(2);
    return plain.subarray(0, end).toString('utf8');
  }
}

/** RFC 8292: `vapid t=JWT, k=KEY`, where the key is the one that was subscribed with. */
function isAuthorized(header: string, siteKey: string, audience: string): boolean {
  const [, token = '', key = ''] = /^vapid t=([^,\s]+),\s*k=(\S+)$/.exec(header) ?? [];
  const [head = '', claims = '', signature = ''] = token.split('.');
  if (key !== siteKey) return false;
  const point = Buffer.from(key, 'base64url');
  const publicKey = createPublicKey({
    format: 'jwk',
    key: {
      kty: 'EC',
      crv: 'P-256',
      x: point.subarray(1, 33).toString('base64url'),
      y: point.subarray(33).toString('base64url'),
    },
  });
  const isSigned = verify(
    'sha256',
    Buffer.from(`${head}.${claims}`),
    { key: publicKey, dsaEncoding: 'ieee-p1363' },
    Buffer.from(signature, 'base64url'),
  );
  const { aud, exp, sub } = JSON.parse(Buffer.from(claims, 'base64url').toString('utf8'));
  const left = Number(exp) - Date.now() / 1000;
  return isSigned && aud === audience && left > 0 && left <= 24 * 3600 && typeof sub === 'string';
}
