import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { callAction, streamAction } from '@apiary/common/messages/actions/action.ts';
import { type CheckPart, storeActions } from '@apiary/common/messages/actions/store.ts';
import { describe, expect, test } from '@jest/globals';
import { ACTOR, HoneycombRig, until } from '../testing/rig.ts';

const A = '00000000000000aa';

describe('checking the store', () => {
  test('reads every chunk, and names the damaged one', async () => {
    const rig = await HoneycombRig.create({ chunkRawBytes: 2_000 });
    try {
      const text = Array.from({ length: 100 }, (_, index) => `INFO line ${index} of many`);
      await rig.publishLines(A, text);
      await rig.settled(100);
      await until(async () => (await rig.stats()).openRecords === 0);
      const check = async () => {
        const parts: CheckPart[] = [];
        const options = { actor: ACTOR };
        for await (const part of streamAction(rig.bus, storeActions.check, {}, options)) {
          parts.push(part);
        }
        return parts;
      };
      expect((await check()).at(-1)).toMatchObject({
        isDone: true,
        records: 100,
        problemsTotal: 0,
      });
      const sizes = await callAction(rig.bus, storeActions.sizes, {}, { actor: ACTOR });
      expect(sizes.partitions).toMatchObject([{ day: '2026-11-20', records: 100 }]);
      expect(sizes.diskBytes).toBeGreaterThan(sizes.partitions[0]?.storedBytes ?? 0);
      await rig.stop();
      damage(rig.folder);
      await rig.start();
      const parts = await check();
      expect(parts.at(-1)).toMatchObject({ isDone: true, problemsTotal: 1 });
      expect(parts.flatMap(({ problems }) => problems)).toMatchObject([
        { records: 100, reason: expect.stringContaining('checksum') },
      ]);
    } finally {
      await rig.remove();
    }
  });
});

/** Changes a byte of one section, as a bad disk would. */
function damage(folder: string): void {
  const database = new DatabaseSync(join(folder, 'chunks.sqlite'));
  const row = database.prepare('SELECT chunk, position, body FROM sections LIMIT 1').get();
  const body = Buffer.from(row?.body instanceof Uint8Array ? row.body : []);
  body[0] = (body[0] ?? 0) ^ 1;
  database
    .prepare('UPDATE sections SET body = ? WHERE chunk = ? AND position = ?')
    .run(body, String(row?.chunk), Number(row?.position));
  database.close();
}
