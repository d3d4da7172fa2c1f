import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Secrets } from './secrets.ts';

describe('secrets', () => {
  let folder: string;
  let file: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'apiary-secrets-'));
    file = join(folder, 'run', 'channels.key');
  });
  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  test('come back with the same key file, for the same owner alone', async () => {
    const sealed = (await Secrets.open(file)).seal({ token: 'honey' }, 'channel-1');
    const again = await Secrets.open(file);
    expect(again.unseal(sealed, 'channel-1')).toEqual({ token: 'honey' });
    expect(() => again.unseal(sealed, 'channel-2')).toThrow('enter them again');
    expect(sealed).not.toContain('honey');
  });

  test('are sealed differently each time, and a changed byte does not open', async () => {
    const secrets = await Secrets.open(file);
    const sealed = secrets.seal({ token: 'honey' }, 'a');
    expect(secrets.seal({ token: 'honey' }, 'a')).not.toBe(sealed);
    const bytes = Buffer.from(sealed, 'base64url');
    for (const place of [0, 15, bytes.length - 1]) {
      const changed = Buffer.from(bytes);
      changed[place] = (changed[place] ?? 0) ^ 1;
      expect(() => secrets.unseal(changed.toString('base64url'), 'a')).toThrow('enter them again');
    }
    expect(() => secrets.unseal('', 'a')).toThrow('enter them again');
  });

  test('the key file is its owner’s alone, and two that start at once share one', async () => {
    const all = await Promise.all([1, 2, 3, 4].map(() => Secrets.open(file)));
    expect(new Set(all.map((secrets) => secrets.sign('x'))).size).toBe(1);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  test('signatures fit their text alone', async () => {
    const secrets = await Secrets.open(file);
    const signature = secrets.sign('text');
    expect(secrets.verify('text', signature)).toBe(true);
    expect(secrets.verify('texts', signature)).toBe(false);
    expect(secrets.verify('text', `${signature}A`)).toBe(false);
    expect(secrets.verify('text', '')).toBe(false);
  });

  test('a damaged key file says so and is left as it is', async () => {
    await Secrets.open(file);
    await chmod(file, 0o600);
    await writeFile(file, 'short\n');
    await expect(Secrets.open(file)).rejects.toMatchObject({ code: 'store-corrupt' });
    expect(await readFile(file, 'utf8')).toBe('short\n');
  });
});
