/** `./apiary store` where it asks, against a real Queen on a bus in memory with a fake Hive. */
import { PassThrough } from 'node:stream';
import { type QueenFixture, startQueenFixture } from '@apiary/queen/testing/queen-fixture.ts';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { CommandIo } from '../command.ts';
import { run } from './store.ts';

let fixture: QueenFixture;

beforeEach(async () => {
  fixture = await startQueenFixture();
});

afterEach(async () => {
  await fixture.stop();
});

/** Runs a command; `typed` at a terminal, or with nobody there. */
async function play(argv: readonly string[], typed?: string) {
  const texts = { out: '', err: '' };
  const sheet = (name: keyof typeof texts) => {
    const stream = new PassThrough();
    stream.on('data', (data) => {
      texts[name] += String(data);
    });
    return stream;
  };
  const stdin = Object.assign(new PassThrough(), { isTTY: typed !== undefined });
  if (typed !== undefined) stdin.write(`${typed}\n`);
  const io: CommandIo = {
    ...{ stdout: sheet('out'), stderr: sheet('err'), stdin, env: {} },
    ...{ signal: new AbortController().signal, ready: () => undefined },
    ...{ program: '', parent: undefined },
  };
  const code = await run([...argv, '--data', fixture.folder], io);
  return { code, ...texts };
}

const SHORTER = ['retention', 'set', 'default', '--days', '5'];
const DELETION = ['delete', 'mira'];

describe('./apiary store asks', () => {
  it('before a shorter limit deletes something, and tells how much', async () => {
    const refused = await play(SHORTER, 'n');
    expect(refused.code).toBe(1);
    expect(refused.err).toContain(
      'This deletes 12 lines (2.00 kB) of 2026-09-01 to 2026-10-20 at once, for good. Go on? [y/N]',
    );
    expect(refused.err).toContain('Nothing was changed.');
    expect((await play(['retention'])).out).toMatch(/^default .* forever /m);
    const agreed = await play(SHORTER, 'yes');
    expect(agreed.code).toBe(0);
    expect((await play(['retention'])).out).toMatch(/^default .* 5 days /m);
  });

  it('not when nothing would go, nor scripts that say --yes', async () => {
    expect(await play(['retention', 'set', 'default', '--days', '30'])).toMatchObject({ code: 0 });
    expect(await play([...SHORTER, '--yes'])).toMatchObject({ code: 0, err: '' });
  });

  it('and where nobody can be asked nothing is done', async () => {
    await expect(play(SHORTER)).rejects.toMatchObject({ code: 'setting-invalid' });
    await expect(play(DELETION)).rejects.toThrow(/give --yes/);
  });

  it('before it deletes lines', async () => {
    const refused = await play(DELETION, '');
    expect(refused).toMatchObject({ code: 1, out: '' });
    expect(refused.err).toContain('3 lines match, from 1970-01-01T00:00:01.000Z');
    const agreed = await play(DELETION, 'y');
    expect(agreed.out).toBe('3 lines deleted. Lines that match and come later stay.\n');
    const json = await play([...DELETION, '--yes', '--json']);
    expect(JSON.parse(json.out)).toEqual({ deleted: 3, unreadable: 0 });
    const failed = play(['delete', 'broken', '--yes']);
    await expect(failed).rejects.toMatchObject({ code: 'store-full' });
  });

  it('what the store is like it tells as text and as JSON', async () => {
    expect((await play(['check'])).out).toBe('4 chunks, 1 lines, 3 B: all whole\n');
    expect(JSON.parse((await play(['check', '--json'])).out)).toMatchObject({ problemsTotal: 0 });
    expect((await play(['stats'])).out).toBe('Not sealed yet: 5 lines, 2 B.\n');
    expect(JSON.parse((await play(['stats', '--json'])).out)).toMatchObject({ partitions: [] });
  });
});
