import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeChunkStore } from '../chunks.contract.ts';
import { openSqliteStore } from './sqlite-store.ts';

describeChunkStore('chunks on SQLite', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'apiary-chunks-'));
  return {
    open: async (options) => openSqliteStore({ folder, ...options }),
    remove: () => rm(folder, { recursive: true }),
  };
});
