import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ManualClock } from '@apiary/common/clock.ts';
import { MESSAGE_RAW_BYTES_MAX } from '@apiary/common/limits.ts';
import { createSilentLogger } from '@apiary/common/log.ts';
import { expect, test } from '@jest/globals';
import { Ledger } from '../ledger.ts';
import type { Spool } from './spool.ts';
import { Spools } from './spools.ts';

const SPEC = { id: 't1', url: 'syslog+udp://0.0.0.0:514', tags: [], history: false };

function spoolsIn(folder: string): Spools {
  return new Spools(folder, {
    demand: { offer: () => undefined, withdraw: () => undefined },
    ledger: new Ledger(),
    clock: new ManualClock(),
    log: createSilentLogger(),
  });
}

function sendAll(spool: Spool): string {
  const piece = spool.take(MESSAGE_RAW_BYTES_MAX);
  if (typeof piece === 'string') return piece;
  piece.confirmed();
  return piece.run.data.toString();
}

// So many turns of the event loop later the files of the one before are closed, unlinked, or gone with their folder.
test.each([0, 1, 2, 3, 5, 8, 10, 11, 12, 13, 14, 16, 20])(
  'a target that comes again %i turns after its spool was done with loses nothing',
  async (turns) => {
    const folder = mkdtempSync(join(tmpdir(), 'spools-'));
    const { signal } = new AbortController();
    const spools = spoolsIn(folder);
    const spool = await spools.open(SPEC, signal);
    await spool.append([{ body: Buffer.from('before') }]);
    spools.retire(SPEC.id);
    expect(sendAll(spool)).toBe('before');
    for (let turn = 0; turn < turns; turn++) await nextTurn();
    await (await spools.open(SPEC, signal)).append([{ body: Buffer.from('again') }]);
    await spools.close();
    const later = spoolsIn(folder);
    const texts: string[] = [];
    const kept = await later.open(SPEC, signal);
    for (let next = sendAll(kept); next !== 'nothing'; next = sendAll(kept)) texts.push(next);
    // What was confirmed before a restart may come again, to be taken off by the store.
    expect(texts.join('')).toMatch(/^(before)?again$/);
    await later.close();
    rmSync(folder, { recursive: true, force: true });
  },
);

test('who no longer wants it while the one before is being removed gets none', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'spools-'));
  const spools = spoolsIn(folder);
  const { signal } = new AbortController();
  const spool = await spools.open(SPEC, signal);
  await spool.append([{ body: Buffer.from('before') }]);
  spools.retire(SPEC.id);
  sendAll(spool);
  await nextTurn();
  const gone = new AbortController();
  const opening = spools.open(SPEC, gone.signal);
  gone.abort(new Error('the target is gone'));
  await expect(opening).rejects.toThrow('the target is gone');
  await spools.close();
  rmSync(folder, { recursive: true, force: true });
});
