import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { describeDocuments } from './documents.contract.ts';
import { openDocuments } from './open.ts';

async function temporaryFolder(): Promise<string> {
  return await mkdtemp(join(tmpdir(), 'apiary-documents-'));
}

describeDocuments('sqlite', async () => {
  const folder = await temporaryFolder();
  return {
    open: () => openDocuments(`sqlite:${folder}`),
    remove: () => rm(folder, { recursive: true }),
  };
});

describe('opening documents', () => {
  test('the folder is made, for its owner alone', async () => {
    const folder = await temporaryFolder();
    const documents = await openDocuments(`sqlite:${join(folder, 'a', 'b')}`);
    await documents.close();
    expect((await stat(join(folder, 'a', 'b'))).mode & 0o777).toBe(0o700);
    await rm(folder, { recursive: true });
  });

  test('a file that is no database says so', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'documents.sqlite'), 'plain text, and enough of it'.repeat(100));
    await expect(openDocuments(`sqlite:${folder}`)).rejects.toMatchObject({
      code: 'store-corrupt',
    });
    await rm(folder, { recursive: true });
  });

  test('a folder that cannot be made says so', async () => {
    await expect(openDocuments('sqlite:/dev/null/x')).rejects.toMatchObject({
      code: 'folder-unusable',
    });
  });

  test('other stores are refused', async () => {
    await expect(openDocuments('sqlite:')).rejects.toMatchObject({ code: 'setting-invalid' });
    await expect(openDocuments('/tmp')).rejects.toMatchObject({ code: 'setting-invalid' });
  });

  test('writes that wait when the store is closed are on disk', async () => {
    const folder = await temporaryFolder();
    const notes = { name: 'notes', schema: z.object({ id: z.string() }), indexes: [] };
    const documents = await openDocuments(`sqlite:${folder}`);
    const collection = await documents.collection(notes);
    const written = collection.insert({ id: 'last' });
    await documents.close();
    await documents.close();
    await written;
    const again = await openDocuments(`sqlite:${folder}`);
    expect(await (await again.collection(notes)).count()).toBe(1);
    await again.close();
    await rm(folder, { recursive: true });
  });
});
