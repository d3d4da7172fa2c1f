import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { judgePushes, pushLine, readPushes } from './pushes.ts';

const payloadOf = (code: string, kind = 'fired') => ({ aps: { alert: `code ${code}.` }, kind });

describe('the verdict on pushes', () => {
  it('tells lost alerts, repeats under the same key, and repeats under another one', () => {
    const taken = [
      { id: 'a', code: 'c-1' },
      { id: 'a', code: 'c-1' },
      { id: 'b', code: 'c-2' },
      { id: 'c', code: 'c-2' },
      { id: 'd', code: 'warm' },
    ];
    expect(judgePushes(taken, ['c-1', 'c-2', 'c-3'])).toEqual({
      ...{ alerts: 3, lost: ['c-3'], pushes: 4, repeats: 1, doubled: ['c-2'] },
    });
  });

  it('reads what was written, without a line that a kill cut off', () => {
    const folder = mkdtempSync(join(tmpdir(), 'apiary-pushes-'));
    const file = join(folder, 'pushes');
    try {
      expect(readPushes(file)).toEqual([]);
      const whole = pushLine({ id: 'a', payload: payloadOf('c-1') });
      const other = pushLine({ id: 'b', payload: payloadOf('c-1', 'resolved') });
      writeFileSync(file, `${whole}${other}${whole.slice(0, 5)}`);
      expect(readPushes(file)).toEqual([{ id: 'a', code: 'c-1' }]);
      writeFileSync(file, pushLine({ id: 'c', payload: payloadOf('c-2.\ncode c-3') }));
      expect(readPushes(file).map(({ id, code }) => `${id} ${code}`)).toEqual(['c c-2', 'c c-3']);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
