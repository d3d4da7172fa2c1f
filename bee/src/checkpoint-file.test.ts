import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { CheckpointFile } from './checkpoint-file.ts';
import { loadIdentity } from './identity.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bee-checkpoint-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the checkpoint file', () => {
  test('gives back the last text', async () => {
    const file = new CheckpointFile(folder, 'c');
    expect(await file.load()).toEqual({ text: undefined, damaged: [] });
    await file.save('one');
    await file.save('two\nlines');
    expect(await new CheckpointFile(folder, 'c').load()).toEqual({
      text: 'two\nlines',
      damaged: [],
    });
  });

  test('cut at any byte, gives the one before and keeps the damaged one', async () => {
    const file = new CheckpointFile(folder, 'c');
    await file.load();
    await file.save('one');
    await file.save('two');
    const whole = readFileSync(join(folder, 'c.json'));
    const previous = readFileSync(join(folder, 'c.previous.json'));
    for (let length = 0; length < whole.length; length++) {
      writeFileSync(join(folder, 'c.json'), whole.subarray(0, length));
      const loaded = await new CheckpointFile(folder, 'c').load();
      expect(loaded.text).toBe('one');
      expect(loaded.damaged).toEqual([join(folder, 'c.damaged.json')]);
      const again = new CheckpointFile(folder, 'c');
      await again.load();
      await again.save('three');
      expect(readFileSync(join(folder, 'c.previous.json'))).toEqual(previous);
      expect((await new CheckpointFile(folder, 'c').load()).text).toBe('three');
    }
  });
});

describe('the identity', () => {
  test('is made once, for its user alone, and stays', async () => {
    const [first, second] = await Promise.all([loadIdentity(folder), loadIdentity(folder)]);
    expect(first.id).toMatch(/^[0-9a-f]{32}$/);
    expect(second.id).toBe(first.id);
    expect((await loadIdentity(folder)).id).toBe(first.id);
    expect(statSync(join(folder, 'identity.key')).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['identity.key']);
  });

  test('is never replaced when it cannot be read', async () => {
    writeFileSync(join(folder, 'identity.key'), 'garbage');
    await expect(loadIdentity(folder)).rejects.toMatchObject({ code: 'folder-unusable' });
    expect(readFileSync(join(folder, 'identity.key'), 'utf8')).toBe('garbage');
  });
});
