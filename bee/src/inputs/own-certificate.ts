/**
 * A certificate that a Bee signs itself, for targets that listen with TLS where the host's owner gave none. It is
 * made once and kept, so that senders may trust the file or its fingerprint. X.509 (RFC 5280) in DER, version 3,
 * P-256 with SHA-256; Node has no maker of certificates, and this little needs no library in every Bee.
 */
import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, open, rename } from 'node:fs/promises';
import { hostname, networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { AppError } from '@apiary/common/errors.ts';
import { TLS_AUTHORITY_DAYS } from '@apiary/common/limits/tls.ts';
import type { CertificatePaths } from '@apiary/common/tls/certificate-file.ts';
import { wordsOf } from '../system-error.ts';

const DAY_MS = 86_400_000;
/** A clock that is a little behind must not call a new certificate one of the future. */
const BACKDATE_MS = 3_600_000;
const COMMON_NAME_MAX = 64;
const SERIAL_BYTES = 16;

const OID = {
  commonName: '550403',
  subjectAltName: '551d11',
  ecdsaWithSha256: '2a8648ce3d040302',
} as const;

const making = new Map<string, Promise<CertificatePaths>>();

/** The files in `dataFolder`, made if they are missing. @throws AppError `folder-unusable` */
export function ownCertificate(dataFolder: string, nowMs: number): Promise<CertificatePaths> {
  const folder = join(dataFolder, 'tls');
  const paths = { cert: join(folder, 'server.crt'), key: join(folder, 'server.key') };
  if (existsSync(paths.cert) && existsSync(paths.key)) return Promise.resolve(paths);
  // Several targets may ask at once.
  const made = making.get(folder) ?? make(folder, paths, nowMs);
  making.set(folder, made);
  return made.finally(() => making.delete(folder));
}

async function make(
  folder: string,
  paths: CertificatePaths,
  nowMs: number,
): Promise<CertificatePaths> {
  const names = [hostname(), 'localhost'];
  const addresses = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  const plain = addresses.map(({ address }) => address).filter((each) => !each.includes('%'));
  const { cert, key } = selfSigned({ names, addresses: plain, nowMs });
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    // The key first: a certificate without its key would be of no use to anybody.
    await writeWhole(paths.key, key);
    await writeWhole(paths.cert, cert);
  } catch (cause) {
    const text = `The certificate in ${folder} cannot be made: ${wordsOf(cause)}`;
    throw new AppError('folder-unusable', text, { cause });
  }
  return paths;
}

async function writeWhole(path: string, text: string): Promise<void> {
  const file = await open(`${path}.new`, 'w', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.new`, path);
}

/** Who it is for. */
export interface Subject {
  /** The main one first. */
  readonly names: readonly string[];
  readonly addresses: readonly string[];
  readonly nowMs: number;
}

/** A new key and its certificate, PEM, good for TLS_AUTHORITY_DAYS. */
export function selfSigned({ names, addresses, nowMs }: Subject): { cert: string; key: string } {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const algorithm = sequence(oid(OID.ecdsaWithSha256));
  const name = commonName(names[0] ?? 'bee');
  const toBeSigned = sequence(
    der(0xa0, der(0x02, Buffer.of(2))),
    serialNumber(),
    algorithm,
    name,
    sequence(time(nowMs - BACKDATE_MS), time(nowMs + TLS_AUTHORITY_DAYS * DAY_MS)),
    name,
    spkiOf(publicKey),
    der(0xa3, extensions(names, addresses)),
  );
  const signature = sign('sha256', toBeSigned, privateKey);
  const certificate = sequence(toBeSigned, algorithm, der(0x03, Buffer.of(0), signature));
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? [];
  const cert = `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
  return { cert, key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
}

function spkiOf(key: KeyObject): Buffer {
  return key.export({ type: 'spki', format: 'der' });
}

function extensions(names: readonly string[], addresses: readonly string[]): Buffer {
  const alternatives = [
    ...names.map((each) => der(0x82, Buffer.from(each, 'latin1'))),
    ...addresses.map((each) => der(0x87, addressBytes(each))),
  ];
  return sequence(sequence(oid(OID.subjectAltName), der(0x04, sequence(...alternatives))));
}

function commonName(text: string): Buffer {
  const value = der(0x0c, Buffer.from(text.slice(0, COMMON_NAME_MAX)));
  return sequence(der(0x31, sequence(oid(OID.commonName), value)));
}

/** Positive, and never shorter than it looks. */
function serialNumber(): Buffer {
  const bytes = randomBytes(SERIAL_BYTES);
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return der(0x02, bytes);
}

function time(ms: number): Buffer {
  const digits = new Date(ms).toISOString().replace(/\D/g, '').slice(0, 14);
  // Years before 2050 have two digits (RFC 5280, 4.1.2.5).
  if (digits < '2050') return der(0x17, Buffer.from(`${digits.slice(2)}Z`));
  return der(0x18, Buffer.from(`${digits}Z`));
}

function addressBytes(address: string): Buffer {
  if (!address.includes(':')) return Buffer.from(address.split('.').map(Number));
  const [left = '', right] = address.split('::');
  const groups = (text: string) => text.split(':').filter((group) => group !== '');
  const before = groups(left);
  const after = groups(right ?? '');
  const zeros = new Array<string>(8 - before.length - after.length).fill('0');
  const all = [...before, ...zeros, ...after].map((group) => group.padStart(4, '0'));
  return Buffer.from(all.join(''), 'hex');
}

function sequence(...contents: readonly Uint8Array[]): Buffer {
  return der(0x30, ...contents);
}

function oid(hex: string): Buffer {
  return der(0x06, Buffer.from(hex, 'hex'));
}

function der(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(contents);
  const { length } = content;
  const head =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.of(tag, ...head), content]);
}
