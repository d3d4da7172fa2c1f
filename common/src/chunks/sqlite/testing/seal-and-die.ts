/**
 * Appends a stream in blocks, then seals it, and kills itself with SIGKILL before the n-th statement of the
 * sealing. Arguments: folder, n. Exits with 0 when the sealing had fewer statements.
 */
import { DatabaseSync, StatementSync } from 'node:sqlite';
import { appendOf, runOf } from '../../../testing/chunk-runs.ts';
import { openSqliteStore } from '../sqlite-store.ts';
import { KEPT_BYTES, PARTS, partOf, STREAM, sealedChunk } from './sealing.ts';

const [, , folder = '', dieAt = '0'] = process.argv;
const segment = await openSqliteStore({ folder }).openSegment('one');
for (let part = 0; part < PARTS; part++) {
  await segment.append([appendOf([runOf(STREAM, ...partOf(part))])]);
}
const blocks = [];
for await (const block of segment.blocks()) blocks.push(block);

let left = Number(dieAt);
const dieInTime = () => {
  if (--left === 0) process.kill(process.pid, 'SIGKILL');
};
const { run } = StatementSync.prototype;
StatementSync.prototype.run = function (this: StatementSync, ...values) {
  dieInTime();
  return Reflect.apply(run, this, values);
};
const { exec } = DatabaseSync.prototype;
DatabaseSync.prototype.exec = function (this: DatabaseSync, sql) {
  dieInTime();
  Reflect.apply(exec, this, [sql]);
};

const last = blocks.at(-1);
if (!last) throw new Error('no block');
await segment.seal(
  [sealedChunk()],
  blocks.map((block) => block.sequence),
  [
    {
      ...last,
      message: {
        ...last.message,
        runs: [runOf(STREAM, STREAM.length - KEPT_BYTES, STREAM.length)],
      },
    },
  ],
);
