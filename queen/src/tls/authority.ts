/**
 * A certificate authority of one instance, and the certificate of its ports. The server's key stays when
 * the certificate is renewed, so that whoever pinned it still knows it.
 */
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import {
  TLS_AUTHORITY_DAYS,
  TLS_CERTIFICATE_DAYS,
  TLS_RENEW_DAYS,
} from '@apiary/common/limits/tls.ts';
import type { CertificatePaths } from '@apiary/common/tls/certificate-file.ts';
import * as x509 from '@peculiar/x509';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY_MS = 86_400_000;
/** A clock that is a little behind must not call a new certificate one of the future. */
const BACKDATE_MS = 3_600_000;

/** What to certify. */
export interface Certification {
  /** `DATA/tls`; made (0700) if it is missing. */
  readonly folder: string;
  /** Host names and addresses, the main one first. */
  readonly names: readonly string[];
  readonly nowMs: number;
  /** Renews also what is good for longer; `key` makes a new key as well. */
  readonly force?: 'certificate' | 'key';
}

/** Where the files of an instance's own TLS are. */
export function authorityPaths(folder: string): CertificatePaths & { readonly authority: string } {
  return {
    authority: join(folder, 'ca.crt'),
    cert: join(folder, 'server.crt'),
    key: join(folder, 'server.key'),
  };
}

/** Makes what is missing, too old or for other names. Returns whether there is a new certificate. */
export async function certify(wanted: Certification): Promise<boolean> {
  x509.cryptoProvider.set(webcrypto);
  mkdirSync(wanted.folder, { recursive: true, mode: 0o700 });
  const { authority, cert, key } = authorityPaths(wanted.folder);
  const authorityKey = join(wanted.folder, 'ca.key');
  if (!existsSync(authority) || !existsSync(authorityKey)) {
    const keys = await newKeys();
    const made = await x509.X509CertificateGenerator.createSelfSigned({
      ...lifeOf(wanted.nowMs, TLS_AUTHORITY_DAYS),
      name: `CN=Apiary of ${wanted.names[0]}`,
      keys,
      signingAlgorithm: ALGORITHM,
      extensions: [
        new x509.BasicConstraintsExtension(true, 0, true),
        new x509.KeyUsagesExtension(
          x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign,
          true,
        ),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      ],
    });
    writeSecret(authorityKey, await pemOf(keys.privateKey));
    writeSecret(authority, `${made.toString('pem')}\n`);
  }
  if (wanted.force === undefined && isGood(cert, key, wanted)) return false;
  const keys =
    wanted.force !== 'key' && existsSync(key) ? await keysOf(read(key)) : await newKeys();
  const issuer = new x509.X509Certificate(read(authority));
  const leaf = await issue(wanted, issuer, await keysOf(read(authorityKey)), keys);
  writeSecret(key, await pemOf(keys.privateKey));
  writeSecret(cert, `${leaf.toString('pem')}\n${issuer.toString('pem')}\n`);
  return true;
}

function issue(
  { names, nowMs }: Certification,
  issuer: x509.X509Certificate,
  { privateKey: signingKey }: CryptoKeyPair,
  { publicKey }: CryptoKeyPair,
): Promise<x509.X509Certificate> {
  return x509.X509CertificateGenerator.create({
    ...lifeOf(nowMs, TLS_CERTIFICATE_DAYS),
    subject: `CN=${names[0]}`,
    issuer: issuer.subject,
    publicKey,
    signingKey,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(
        names.map((value) => ({ type: isIP(value) ? 'ip' : 'dns', value })),
      ),
      new x509.AuthorityKeyIdentifierExtension(
        issuer.getExtension(x509.SubjectKeyIdentifierExtension)?.keyId ?? '',
      ),
    ],
  });
}

function isGood(cert: string, key: string, { names, nowMs }: Certification): boolean {
  if (!existsSync(cert) || !existsSync(key)) return false;
  const certificate = new x509.X509Certificate(read(cert));
  const listed = certificate.getExtension(x509.SubjectAlternativeNameExtension)?.names.items ?? [];
  const known = new Set(listed.map(({ value }) => value));
  const leftMs = certificate.notAfter.getTime() - nowMs;
  return leftMs > TLS_RENEW_DAYS * DAY_MS && names.every((name) => known.has(name));
}

function lifeOf(nowMs: number, days: number) {
  return {
    notBefore: new Date(nowMs - BACKDATE_MS),
    notAfter: new Date(nowMs + days * DAY_MS),
  };
}

type CryptoKeyPair = { privateKey: webcrypto.CryptoKey; publicKey: webcrypto.CryptoKey };

function newKeys(): Promise<CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

async function keysOf(pem: string): Promise<CryptoKeyPair> {
  const bytes = x509.PemConverter.decodeFirst(pem);
  const privateKey = await webcrypto.subtle.importKey('pkcs8', bytes, ALGORITHM, true, ['sign']);
  const {
    d: _secret,
    key_ops: _uses,
    ...jwk
  } = await webcrypto.subtle.exportKey('jwk', privateKey);
  const publicKey = await webcrypto.subtle.importKey('jwk', jwk, ALGORITHM, true, ['verify']);
  return { privateKey, publicKey };
}

async function pemOf(key: webcrypto.CryptoKey): Promise<string> {
  const bytes = await webcrypto.subtle.exportKey('pkcs8', key);
  return `${x509.PemConverter.encode(bytes, x509.PemConverter.PrivateKeyTag)}\n`;
}

const read = (file: string) => readFileSync(file, 'utf8');

/** In one step, readable by its owner only. */
function writeSecret(file: string, text: string): void {
  writeFileSync(`${file}.new`, text, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}
