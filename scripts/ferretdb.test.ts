import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { buildFerretdb } from './ferretdb.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'apiary-ferretdb-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Builds with a Go whose `list` is that line of shell, and that does nothing else. */
async function buildWith(list: string): Promise<string> {
  const go = join(folder, 'go');
  await writeFile(go, `#!/bin/sh\n[ "$1" = list ] || exit 0\n${list}\n`);
  await chmod(go, 0o755);
  const environment = { PATH: process.env.PATH, HOME: folder, XDG_CACHE_HOME: folder };
  return await buildFerretdb(go, environment, () => undefined);
}

describe('a FerretDB that cannot be built', () => {
  test('is told in the words of Go where it does not know the module', async () => {
    await expect(
      buildWith('echo "reading" >&2; echo "no such module" >&2; exit 1'),
    ).rejects.toMatchObject({
      code: 'not-supported',
      message: 'FerretDB cannot be built: no such module',
    });
  });

  test('is told in the words of cp where the module is not there', async () => {
    await expect(buildWith(`echo ${join(folder, 'nowhere')}`)).rejects.toMatchObject({
      code: 'not-supported',
      message: expect.stringMatching(/^FerretDB cannot be built: cp: .*nowhere/),
    });
  });

  test('is told by the command that ended where Go says nothing', async () => {
    await expect(buildWith('exit 3')).rejects.toMatchObject({
      code: 'not-supported',
      message: expect.stringMatching(/^FerretDB cannot be built: .*list/),
    });
  });
});
