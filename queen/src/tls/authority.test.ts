import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keyPin } from '@apiary/common/tls/pin.ts';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { authorityPaths, certify } from './authority.ts';

const NOW = Date.parse('2026-11-28T00:00:00Z');
const DAY_MS = 86_400_000;
const names = ['hive.example', 'localhost', '192.0.2.7', '::1'];

let folder: string;
const read = (name: 'cert' | 'authority') =>
  new X509Certificate(readFileSync(authorityPaths(folder)[name]));

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'apiary-tls-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("an instance's own authority", () => {
  it('certifies names and addresses, in files that only their owner reads', async () => {
    expect(await certify({ folder, names, nowMs: NOW })).toBe(true);
    const [cert, authority] = [read('cert'), read('authority')];
    expect(cert.verify(authority.publicKey)).toBe(true);
    expect(cert.checkIssued(authority)).toBe(true);
    expect([authority.ca, cert.ca]).toEqual([true, false]);
    expect(cert.checkHost('hive.example')).toBe('hive.example');
    expect(cert.checkIP('192.0.2.7')).toBe('192.0.2.7');
    expect(cert.checkHost('other.example')).toBeUndefined();
    for (const name of ['ca.key', 'ca.crt', 'server.key', 'server.crt']) {
      expect([name, statSync(join(folder, name)).mode & 0o777]).toEqual([name, 0o600]);
    }
  });

  it('renews before the end and for new names, with the same key and authority', async () => {
    await certify({ folder, names, nowMs: NOW });
    const [pin, serial, root] = [
      keyPin(read('cert').raw),
      read('cert').serialNumber,
      read('authority').raw,
    ];
    expect(await certify({ folder, names, nowMs: NOW + 300 * DAY_MS })).toBe(false);
    expect(await certify({ folder, names, nowMs: NOW + 360 * DAY_MS })).toBe(true);
    expect(read('cert').serialNumber).not.toBe(serial);
    expect(await certify({ folder, names: [...names, 'new.example'], nowMs: NOW })).toBe(true);
    expect(read('cert').checkHost('new.example')).toBe('new.example');
    expect(keyPin(read('cert').raw)).toBe(pin);
    expect(read('authority').raw.equals(root)).toBe(true);
  });

  it('makes another key only when it is told to', async () => {
    await certify({ folder, names, nowMs: NOW });
    const pin = keyPin(read('cert').raw);
    await certify({ folder, names, nowMs: NOW, force: 'certificate' });
    expect(keyPin(read('cert').raw)).toBe(pin);
    await certify({ folder, names, nowMs: NOW, force: 'key' });
    expect(keyPin(read('cert').raw)).not.toBe(pin);
  });
});
