/**
 * A server known by its key: `sha256//BASE64` over the certificate's public key (SPKI), as `curl
 * --pinnedpubkey` takes it. Who issued the certificate and what name stands in it do not matter then: the
 * handshake proves that the other side has the key.
 */
import { createHash, X509Certificate } from 'node:crypto';
import { type ConnectionOptions, connect, type DetailedPeerCertificate } from 'node:tls';
import { AppError } from '../errors.ts';
import { TLS_HANDSHAKE_MS } from '../limits/tls.ts';

const FORM = /^sha256\/\/[A-Za-z0-9+/]{43}=$/;
const HEX = /^[0-9a-f]{64}$/i;

/** The pin of a certificate, PEM or DER. */
export function keyPin(certificate: string | Buffer): string {
  const key = new X509Certificate(certificate).publicKey.export({ type: 'spki', format: 'der' });
  return `sha256//${createHash('sha256').update(key).digest('base64')}`;
}

/** The same in the form that an address bears, `?pin=`: 64 hexadecimal digits. */
export function pinDigits(pin: string): string {
  return Buffer.from(pin.replace('sha256//', ''), 'base64').toString('hex');
}

/** Either form → `sha256//…`; undefined for what is no pin. */
export function parsePin(text: string): string | undefined {
  if (FORM.test(text)) return text;
  return HEX.test(text) ? `sha256//${Buffer.from(text, 'hex').toString('base64')}` : undefined;
}

/**
 * Trust in one server by its pin. Node asks for a chain that it knows before it lets anybody look at the
 * key, so the chain is fetched first ({@link learn}) and then every connection's key is compared.
 */
export class PinnedTrust {
  readonly #pins: readonly string[];
  // amqplib and Node copy the options, but not this array: what is learned later counts.
  readonly #chain: string[] = [];
  readonly #chains = new Map<string, readonly string[]>();

  /** @param texts of each server its pin. @throws AppError `setting-invalid` for what is no pin */
  constructor(texts: readonly string[]) {
    this.#pins = texts.map((text) => {
      const pin = parsePin(text);
      if (pin !== undefined) return pin;
      throw new AppError('setting-invalid', 'pin: expected 64 hexadecimal digits or sha256//…');
    });
  }

  /** Options of `tls.connect`. */
  get options(): ConnectionOptions {
    return {
      ca: this.#chain,
      allowPartialTrustChain: true,
      checkServerIdentity: (host, { raw }) => this.#judge(host, keyPin(raw)),
    };
  }

  /** Fetches the chain that the server shows; a server that does not answer changes nothing. */
  async learn(address: { readonly host: string; readonly port: number }): Promise<void> {
    const chain = await fetchChain(address);
    if (chain.length === 0) return;
    this.#chains.set(`${address.host}:${address.port}`, chain);
    this.#chain.splice(0, this.#chain.length, ...[...this.#chains.values()].flat());
  }

  #judge(host: string, found: string): Error | undefined {
    if (this.#pins.includes(found)) return undefined;
    const pins = [...new Set(this.#pins)].join(' or ');
    return new Error(`${host} shows the key ${found}, but ${pins} is pinned: not connected`);
  }
}

/** PEM, the server's own first. Nothing is sent, and nothing of it is trusted for that. */
function fetchChain({ host, port }: { host: string; port: number }): Promise<string[]> {
  return new Promise((resolve) => {
    // Whom to trust is decided by the pin, at the real connection.
    const socket = connect({ host, port, rejectUnauthorized: false });
    const end = (chain: string[]) => {
      socket.destroy();
      resolve(chain);
    };
    socket.setTimeout(TLS_HANDSHAKE_MS, () => end([]));
    socket.once('error', () => end([]));
    socket.once('close', () => end([]));
    socket.once('secureConnect', () => end(chainOf(socket.getPeerCertificate(true))));
  });
}

function chainOf(leaf: DetailedPeerCertificate): string[] {
  const chain: string[] = [];
  let certificate: DetailedPeerCertificate | undefined = leaf;
  while (certificate?.raw) {
    const pem = new X509Certificate(certificate.raw).toString();
    // A root is its own issuer.
    if (chain.includes(pem)) break;
    chain.push(pem);
    certificate = certificate.issuerCertificate;
  }
  return chain;
}
