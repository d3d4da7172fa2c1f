import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ownCertificate, selfSigned } from './own-certificate.ts';

const NOW_MS = Date.parse('2026-11-28T12:00:00Z');

describe('a self-signed certificate', () => {
  const made = (nowMs: number) =>
    selfSigned({ names: ['web-1.example'], addresses: ['192.0.2.7', '2001:db8::7', '::1'], nowMs });

  test('is read by OpenSSL, signed by its own key, for its names and addresses', () => {
    const { cert, key } = made(NOW_MS);
    const certificate = new X509Certificate(cert);
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(certificate.subject).toBe('CN=web-1.example');
    expect(certificate.checkHost('web-1.example')).toBe('web-1.example');
    for (const ip of ['192.0.2.7', '2001:db8::7', '::1']) expect(certificate.checkIP(ip)).toBe(ip);
    expect(certificate.checkHost('other.example')).toBeUndefined();
    expect(certificate.ca).toBe(false);
    expect(key).toContain('BEGIN PRIVATE KEY');
  });

  test('is good from a little before now on for ten years, also beyond 2050', () => {
    const { validFrom, validTo } = new X509Certificate(made(NOW_MS).cert);
    expect([Date.parse(validFrom), Date.parse(validTo)]).toEqual([
      Date.parse('2026-11-28T11:00:00Z'),
      Date.parse('2036-11-25T12:00:00Z'),
    ]);
    const late = new X509Certificate(made(Date.parse('2045-01-01T00:00:00Z')).cert);
    expect(new Date(late.validTo).getUTCFullYear()).toBe(2054);
  });

  test('has another key and number each time', () => {
    const [one, two] = [
      new X509Certificate(made(NOW_MS).cert),
      new X509Certificate(made(NOW_MS).cert),
    ];
    expect(one.serialNumber).not.toBe(two.serialNumber);
    expect(one.fingerprint256).not.toBe(two.fingerprint256);
  });
});

describe("a Bee's own certificate", () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'bee-certificate-'));
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test('is made once, by whoever asks first, and its key is for its owner alone', async () => {
    const [one, two] = await Promise.all([
      ownCertificate(folder, NOW_MS),
      ownCertificate(folder, NOW_MS),
    ]);
    const text = readFileSync(one.cert, 'utf8');
    expect(two).toEqual(one);
    await ownCertificate(folder, NOW_MS);
    expect(readFileSync(one.cert, 'utf8')).toBe(text);
    expect(statSync(one.key).mode & 0o777).toBe(0o600);
  });

  test('says which folder cannot be written', async () => {
    writeFileSync(join(folder, 'tls'), '');
    await expect(ownCertificate(folder, NOW_MS)).rejects.toMatchObject({
      code: 'folder-unusable',
      message: expect.stringContaining(join(folder, 'tls')),
    });
  });
});
