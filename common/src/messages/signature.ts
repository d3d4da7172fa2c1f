/**
 * Ed25519 signatures of Bees: keys as raw 32 bytes, signatures over the SHA-256 digest of what is
 * signed (signing the digest is faster than signing large bodies themselves), and the id and
 * fingerprint that follow from a public key.
 */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';
import { AppError } from '../errors.ts';

/** Bytes of a raw Ed25519 public key, and of a private one. */
export const KEY_BYTES = 32;
/** Bytes of an Ed25519 signature. */
export const SIGNATURE_BYTES = 64;

/** A Bee's keys. */
export interface SigningKeys {
  readonly privateKey: KeyObject;
  /** 32 bytes. */
  readonly publicKey: Buffer;
  /** The agent id: see {@link agentIdOf}. */
  readonly agent: string;
}

/** Makes a new pair of keys. */
export function generateSigningKeys(): SigningKeys {
  return signingKeysOf(generateKeyPairSync('ed25519').privateKey);
}

/** The pair that belongs to 32 raw private bytes. @throws AppError `request-invalid` */
export function signingKeysFromRaw(raw: Buffer): SigningKeys {
  if (raw.length !== KEY_BYTES) {
    throw new AppError('request-invalid', `a raw Ed25519 key has ${KEY_BYTES} bytes`);
  }
  // PKCS #8's fixed head for Ed25519 (RFC 8410), then the raw bytes.
  const head = Buffer.from('302e020100300506032b657004220420', 'hex');
  const key = Buffer.concat([head, raw]);
  return signingKeysOf(createPrivateKey({ key, format: 'der', type: 'pkcs8' }));
}

function signingKeysOf(privateKey: KeyObject): SigningKeys {
  const publicKey = rawKeyBytes(createPublicKey(privateKey), 'x');
  return { privateKey, publicKey, agent: agentIdOf(publicKey) };
}

/** The raw 32 bytes of a private key, to be kept in a file. */
export function rawPrivateKey(privateKey: KeyObject): Buffer {
  return rawKeyBytes(privateKey, 'd');
}

function rawKeyBytes(key: KeyObject, field: 'd' | 'x'): Buffer {
  return Buffer.from(key.export({ format: 'jwk' })[field] ?? '', 'base64url');
}

/** A raw 32-byte public key → what {@link verifySignature} takes. @throws AppError `signature-invalid` */
export function publicKeyFromRaw(raw: Buffer): KeyObject {
  if (raw.length !== KEY_BYTES) {
    throw new AppError('signature-invalid', `a raw Ed25519 public key has ${KEY_BYTES} bytes`);
  }
  const x = raw.toString('base64url');
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
}

/** The first 32 hex digits of SHA-256 over the raw public key. */
export function agentIdOf(rawPublicKey: Buffer): string {
  return createHash('sha256').update(rawPublicKey).digest('hex').slice(0, 32);
}

/** The first 8 bytes of an agent id as a person compares them: `4f:9c:21:7e:…`. */
export function fingerprintOf(agent: string): string {
  return (agent.slice(0, 16).match(/../g) ?? []).join(':');
}

/** Signs the digest of all parts, as if they were one. 64 bytes. */
export function signParts(privateKey: KeyObject, ...parts: readonly Uint8Array[]): Buffer {
  return sign(null, digestOf(parts), privateKey);
}

/** True if `signature` is the key's over all parts. Never throws, whatever the signature holds. */
export function verifySignature(
  publicKey: KeyObject,
  signature: Uint8Array,
  ...parts: readonly Uint8Array[]
): boolean {
  return (
    signature.length === SIGNATURE_BYTES && verify(null, digestOf(parts), publicKey, signature)
  );
}

function digestOf(parts: readonly Uint8Array[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** The headers that a Bee's control message carries. */
export function signControl(
  keys: Pick<SigningKeys, 'agent' | 'privateKey'>,
  body: Buffer,
): Readonly<Record<'agent' | 'signature', string>> {
  return { agent: keys.agent, signature: signParts(keys.privateKey, body).toString('base64') };
}

/**
 * Checks a control message's headers against the key of the agent that it names.
 *
 * @throws AppError `signature-invalid` saying what does not match.
 */
export function verifyControl(
  headers: Readonly<Record<string, unknown>>,
  body: Buffer,
  sender: { readonly agent: string; readonly publicKey: KeyObject },
): void {
  if (headers.agent !== sender.agent) {
    throw new AppError('signature-invalid', 'the header names another agent than the message');
  }
  const { signature } = headers;
  if (typeof signature !== 'string') {
    throw new AppError('signature-invalid', 'the message carries no signature');
  }
  if (!verifySignature(sender.publicKey, Buffer.from(signature, 'base64'), body)) {
    throw new AppError('signature-invalid', 'the signature does not match key and content');
  }
}
