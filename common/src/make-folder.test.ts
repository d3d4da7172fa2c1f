import { mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { makeFolder } from './make-folder.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'apiary-folder-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('makes what is missing, for its owner alone, and leaves what is there', () => {
  makeFolder(join(folder, 'a/b'));
  makeFolder(join(folder, 'a/b'));
  for (const name of ['a', 'a/b']) {
    expect(statSync(join(folder, name)).mode & 0o777).toBe(0o700);
  }
});

test('refuses what is a file, or lies below one', () => {
  writeFileSync(join(folder, 'file'), '');
  expect(() => makeFolder(join(folder, 'file'))).toThrow(/EEXIST/);
  expect(() => makeFolder(join(folder, 'file/below'))).toThrow(/ENOTDIR|EEXIST/);
});

test('refuses a link that leads nowhere', () => {
  symlinkSync(join(folder, 'nowhere'), join(folder, 'link'));
  expect(() => makeFolder(join(folder, 'link'))).toThrow(/EEXIST/);
});

test('comes back where a folder can never be made', () => {
  expect(() => makeFolder('/proc/apiary/data')).toThrow(/ENOENT/);
});
