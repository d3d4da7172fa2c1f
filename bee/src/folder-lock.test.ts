import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { lockFolder } from './folder-lock.ts';

let top: string;
let folder: string;

beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), 'bee-lock-'));
  // Longer than the path of a socket may be.
  folder = join(top, 'a'.repeat(100), 'b'.repeat(100));
});

afterEach(() => rmSync(top, { recursive: true, force: true }));

/** Another process that holds the folder. */
async function holder(): Promise<ChildProcess> {
  const module = JSON.stringify(join(import.meta.dirname, 'folder-lock.ts'));
  const program = `import(${module}).then(async ({ lockFolder }) => {
    await lockFolder(${JSON.stringify(folder)});
    process.stdout.write('held');
    setInterval(() => {}, 1000);
  })`;
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  return child;
}

describe('the lock of a data folder', () => {
  test('is held by one at a time, and given back', async () => {
    const release = await lockFolder(folder);
    await expect(lockFolder(folder)).rejects.toMatchObject({
      code: 'store-in-use',
      message: expect.stringContaining('--data'),
    });
    await release();
    expect(existsSync(join(folder, 'bee.lock'))).toBe(false);
    await (await lockFolder(folder))();
  });

  test('of another process holds, and a kill -9 frees it', async () => {
    const child = await holder();
    await expect(lockFolder(folder)).rejects.toMatchObject({ code: 'store-in-use' });
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
    await (await lockFolder(folder))();
  });
});
