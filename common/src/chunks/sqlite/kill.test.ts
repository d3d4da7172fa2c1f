import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from '@jest/globals';
import { openSqliteStore } from './sqlite-store.ts';
import { KEPT_BYTES, PARTS, STREAM } from './testing/sealing.ts';

const CHILD = join(import.meta.dirname, 'testing', 'seal-and-die.ts');

test('a process killed before any statement of sealing leaves every byte once', async () => {
  let sealings = 0;
  for (let dieAt = 1; ; dieAt++) {
    const folder = await mkdtemp(join(tmpdir(), 'apiary-kill-'));
    const child = spawn(process.execPath, [CHILD, folder, String(dieAt)], { stdio: 'ignore' });
    const [code, signal] = await once(child, 'exit');
    const held = await readHeld(folder);
    await rm(folder, { recursive: true });
    expect(held.bytes).toEqual(STREAM);
    expect(held.ranges).toEqual([{ from: 0, to: STREAM.length }]);
    if (held.sealed) sealings++;
    expect(held.sections).toBe(held.sealed ? 3 : 0);
    if (signal === null) {
      expect({ code, sealed: held.sealed }).toEqual({ code: 0, sealed: true });
      break;
    }
    expect(signal).toBe('SIGKILL');
    expect(held.sealed).toBe(false);
  }
  expect(sealings).toBe(1);
});

/** What a new process finds; opening also proves that the dead one's lease is gone. */
async function readHeld(folder: string) {
  const store = openSqliteStore({ folder });
  const segment = await store.openSegment('two');
  const parts: Uint8Array[] = [];
  const { chunks } = await store.catalogue();
  for (const [index] of (chunks[0]?.sections ?? []).entries()) {
    parts.push(await store.readSection('chunk-1', index));
  }
  const sealed = chunks.length === 1;
  const sequences: number[] = [];
  for await (const block of segment.blocks()) {
    sequences.push(block.sequence);
    for (const run of block.message.runs) parts.push(run.data);
  }
  const all = Array.from({ length: PARTS }, (_, index) => index + 1);
  expect(sequences).toEqual(sealed ? [PARTS] : all);
  if (sealed) expect(parts.at(-1)?.length).toBe(KEPT_BYTES);
  const ranges = await store.ranges('00000000000000aa');
  await segment.close();
  await store.close();
  const database = new DatabaseSync(join(folder, 'chunks.sqlite'), { readOnly: true });
  const sections = Number(database.prepare('SELECT count(*) AS n FROM sections').get()?.n);
  database.close();
  return { bytes: Buffer.concat(parts), ranges, sealed, sections };
}
