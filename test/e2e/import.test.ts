/** `./apiary import` as a person types it: compressed files, twice the same, kill -9 in the middle, another machine. */
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { projectRoot } from '../../scripts/data-folder.ts';
import { type RunningApiary, startApiary } from '../harness/apiary-up.ts';
import { type CliInput, runCli } from '../harness/cli.ts';

const HOUR = '2026-11-19T11';

describe('./apiary import', () => {
  let apiary: RunningApiary;
  let files: string;

  const write = (name: string, bytes: string | Uint8Array) => {
    writeFileSync(join(files, name), bytes);
    return join(files, name);
  };
  const run = (words: readonly string[], input: CliInput = {}) =>
    runCli(['import', ...words, '--data', apiary.folder], input);
  const outcomesOf = ({ stdout }: { stdout: string }) => JSON.parse(stdout).files;
  const totalOf = async (query: string) =>
    (await apiary.client.searchPage({ query, limit: 0 })).total;
  const linesOf = (count: number, word: string) =>
    Array.from({ length: count }, (_, index) => {
      const second = String(index % 60).padStart(2, '0');
      return `${HOUR}:07:${second}Z level=info ${word} number=${index} of ${count}\n`;
    }).join('');

  beforeAll(async () => {
    files = mkdtempSync(join(tmpdir(), 'apiary-import-'));
    apiary = await startApiary();
  }, 120_000);

  afterAll(async () => {
    await apiary.stop();
    rmSync(files, { recursive: true, force: true });
  });

  it('stores plain, gz and zstd, and proves it; the same content is stored once, whatever its name', async () => {
    const text = linesOf(20_000, 'plover');
    const plain = write('app.log', text);
    const first = await run([plain, '--host', 'web-7', '--tags', 'old,app']);
    expect(first.stderr).not.toContain('apiary import:');
    expect(first.code).toBe(0);
    const sha256 = createHash('sha256').update(text).digest('hex');
    expect(first.stdout).toContain('all of it new');
    expect(first.stdout).toContain(`  read    20000 lines, sha256 ${sha256}\n`);
    expect(first.stdout).toContain(`  stored  20000 lines, sha256 ${sha256}\n`);
    expect(await totalOf('plover host:web-7 tag:old tag:app')).toBe(20_000);
    const { records } = await apiary.client.searchPage({ query: 'plover number:7', limit: 5 });
    expect(records).toMatchObject([{ time: Date.parse(`${HOUR}:07:07Z`), file: plain }]);
    // Several members, as rotation and parallel compressors write them.
    const half = text.indexOf('\n', text.length / 2) + 1;
    const halves = [text.slice(0, half), text.slice(half)];
    const gz = write('other.gz', Buffer.concat(halves.map((part) => gzipSync(part))));
    const zst = write('third', Buffer.concat(halves.map((part) => zstdCompressSync(part))));
    const again = await run([gz, zst, '--host', 'web-7', '--json']);
    expect(again.code).toBe(0);
    for (const outcome of outcomesOf(again)) {
      expect(outcome).toMatchObject({ lines: 20_000, storedBytes: 0, proven: true, sha256 });
    }
    expect(await totalOf('plover')).toBe(20_000);
    // Another host has lines of its own.
    const other = await run([gz, '--host', 'web-8', '--json']);
    expect(outcomesOf(other)).toMatchObject([{ storedBytes: text.length, proven: true }]);
    expect(await totalOf('plover')).toBe(40_000);
  }, 120_000);

  it('takes any bytes: a line longer than a message, none at all, no end of line, no UTF-8', async () => {
    const odd = Buffer.concat([
      Buffer.from(`siskin ${'x'.repeat(700_000)}\r\n\n\n`),
      Buffer.from([0xff, 0xfe, 0, 10]),
      Buffer.from('siskin without an end'),
    ]);
    const outcome = outcomesOf(
      await run([write('odd.log', odd), write('empty.log', ''), '--json']),
    );
    expect(outcome).toMatchObject([
      { lines: 5, bytes: odd.length, proven: true, storedBytes: odd.length },
      { lines: 0, bytes: 0, proven: true },
    ]);
    expect(await totalOf('siskin')).toBe(2);
  }, 60_000);

  it('reads what is piped in', async () => {
    const piped = await run(['-', '--json'], { stdin: linesOf(100, 'dunlin') });
    expect(outcomesOf(piped)).toMatchObject([{ file: 'stdin', lines: 100, proven: true }]);
    expect(await totalOf('dunlin')).toBe(100);
  }, 60_000);

  it('killed in the middle it goes on where it was', async () => {
    // Nothing that could be compressed into a few requests.
    const line = () => `turnstone ${randomBytes(250).toString('base64')}\n`;
    const file = write('large.log', Array.from({ length: 60_000 }, line).join(''));
    const entry = join(projectRoot, 'scripts/launch.js');
    const argv = ['--disable-warning=ExperimentalWarning', entry, 'import', file];
    const child = spawn(process.execPath, [...argv, '--data', apiary.folder], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    // The first line of progress of the storing, a tenth of it.
    for await (const data of child.stderr) if (String(data).includes('storing')) break;
    child.kill('SIGKILL');
    await ended;
    const stored = await totalOf('turnstone');
    expect(stored).toBeGreaterThan(0);
    expect(stored).toBeLessThan(60_000);
    const rest = await run([file, '--json']);
    const [outcome] = outcomesOf(rest);
    expect(outcome).toMatchObject({ lines: 60_000, proven: true });
    expect(outcome.storedBytes).toBeLessThan(outcome.bytes);
    expect(await totalOf('turnstone')).toBe(60_000);
  }, 180_000);

  it('goes to another machine by its address and a token that is good for it', async () => {
    const data = ['--data', apiary.folder];
    const made = await runCli([
      'tokens',
      'add',
      'loader',
      '--role',
      'admin',
      '--scopes',
      'imports:write,imports:read',
      '--json',
      ...data,
    ]);
    const { secret } = JSON.parse(made.stdout);
    const address = ['--url', `http://127.0.0.1:${apiary.httpPort}`, '--token', secret];
    const file = write('remote.log', linesOf(50, 'whimbrel'));
    const elsewhere = await runCli(['import', file, '--json', ...address]);
    expect(outcomesOf(elsewhere)).toMatchObject([{ lines: 50, proven: true }]);
    const refused = await runCli(['import', file, ...address.slice(0, 2), '--token', 'wrong']);
    expect(refused.code).not.toBe(0);
    const { stdout } = await runCli(['audit', '--json', ...data]);
    const entries = JSON.parse(stdout).entries.filter(({ action }: { action: string }) =>
      action.toLowerCase().includes('import'),
    );
    // One entry for each file, not for each request.
    expect(new Set(entries.map(({ action }: { action: string }) => action))).toEqual(
      new Set(['beginImport']),
    );
  }, 60_000);

  it('says what is wrong with a file, and what went does not come back', async () => {
    const gz = gzipSync(linesOf(1_000, 'ruff'));
    const cut = await run([write('cut.gz', gz.subarray(0, gz.length - 20))]);
    expect(cut.code).not.toBe(0);
    expect(cut.stderr).toMatch(/cut\.gz is damaged/);
    expect(await run([join(files, 'missing.log')])).toMatchObject({ code: 1 });
    const file = write('gone.log', linesOf(10, 'godwit'));
    expect((await run([file])).code).toBe(0);
    const deleting = ['store', 'delete', 'godwit AND number:3', '--yes', '--data', apiary.folder];
    expect((await runCli(deleting)).code).toBe(0);
    const again = await run([file]);
    expect(again.code).toBe(1);
    expect(again.stderr).toContain('does not come back');
    expect(await totalOf('godwit')).toBe(9);
  }, 60_000);
});
