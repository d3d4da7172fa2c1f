/** What is stored, from a terminal: sizes, the check, deletion. Real processes, as a person types it. */
import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type RunningApiary, startApiary } from '../harness/apiary-up.ts';
import { runCli } from '../harness/cli.ts';
import { eventually } from '../harness/eventually.ts';

const WORD = 'mira-hushhush';

describe('./apiary store', () => {
  let apiary: RunningApiary;
  let logs: string;
  let file: string;

  const store = (...words: string[]) => runCli(['store', ...words, '--data', apiary.folder]);
  const totalOf = async (query: string) =>
    (await apiary.client.searchPage({ query, limit: 0 })).total;

  const reaches = (query: string, total: number) =>
    eventually(async () => (await totalOf(query)) === total || undefined, `${total} of ${query}`);

  /** Files below the data folder that have the word as it is. */
  function filesWith(word: string): string[] {
    const names = readdirSync(apiary.folder, { recursive: true, withFileTypes: true });
    return names
      .filter((each) => each.isFile())
      .map((each) => join(each.parentPath, each.name))
      .filter((path) => {
        try {
          return readFileSync(path).includes(word);
        } catch {
          return false;
        }
      });
  }

  beforeAll(async () => {
    logs = mkdtempSync(join(tmpdir(), 'apiary-store-'));
    file = join(logs, 'app.log');
    writeFileSync(file, `visit of ${WORD} at noon\nvisit of nobody\nvisit of ${WORD} at dusk\n`);
    apiary = await startApiary();
    const urls = [`file://${file}`];
    await apiary.client.addTargets({ agents: 'all', urls, tags: ['visits'], history: true });
    await reaches('tag:visits', 3);
  }, 120_000);

  afterAll(async () => {
    await apiary.stop();
    rmSync(logs, { recursive: true, force: true });
  });

  it('deletes for good what a query names, after telling how much that is', async () => {
    expect(filesWith(WORD).length).toBeGreaterThan(0);
    const dry = await store('delete', WORD, '--dry-run');
    expect(dry).toMatchObject({ code: 0, stderr: '' });
    expect(dry.stdout).toMatch(/^2 lines match, from \S+Z to \S+Z\. Nothing was deleted\.\n$/);
    const unasked = await store('delete', WORD);
    expect(unasked.code).toBe(2);
    expect(unasked.stderr).toContain('give --yes');
    expect(await totalOf(WORD)).toBe(2);
    const done = await store('delete', WORD, '--yes', '--reason', 'request 7');
    expect(done.code).toBe(0);
    expect(done.stdout).toBe('2 lines deleted. Lines that match and come later stay.\n');
    expect(await totalOf(WORD)).toBe(0);
    expect(await totalOf('tag:visits')).toBe(1);
    // The broker lets go of messages that were consumed within a minute.
    await eventually(() => filesWith(WORD).length === 0 || undefined, 'the word is gone', 90_000);
    expect(await store('delete', WORD, '--yes')).toMatchObject({ stdout: 'No line matches.\n' });
  }, 180_000);

  it('stands in the audit log with its reason, without the query', async () => {
    const { stdout } = await runCli(['audit', '--json', '--data', apiary.folder]);
    const { entries } = JSON.parse(stdout);
    const entry = entries.find(({ action }: { action: string }) => action === 'deleteLines');
    expect(entry).toMatchObject({ result: 'ok' });
    expect(JSON.parse(entry.details)).toMatchObject({ reason: 'request 7', expected: 2 });
    expect(stdout).not.toContain(WORD);
  });

  it('leaves alone what comes later, and takes nothing back in', async () => {
    appendFileSync(file, `visit of ${WORD} again\n`);
    await reaches(WORD, 1);
    expect(await totalOf('tag:visits')).toBe(2);
  });

  it('points at a mistake in the query', async () => {
    const { code, stderr } = await store('delete', 'a AND (', '--yes');
    expect(code).toBe(2);
    expect(stderr).toContain('^');
  });

  it('tells what is stored by day and class', async () => {
    const { code, stdout } = await store('stats');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^DAY +CLASS +CHUNKS +LINES +RAW +STORED +RATIO$/m);
    expect(stdout).toMatch(/^\d{4}-\d\d-\d\d +default +\d+ +\d+ /m);
    expect(stdout).toMatch(/^On disk: [\d.]+ \w+, of these [\d.]+ \w+ free for new data\.$/m);
    const sizes = JSON.parse((await store('stats', '--json')).stdout);
    expect(sizes.partitions[0]).toMatchObject({ retentionClass: 'default' });
    expect(sizes.diskBytes).toBeGreaterThan(sizes.partitions[0].storedBytes);
  });

  it('reads every chunk, and says so', async () => {
    const { code, stdout } = await store('check');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^[1-9]\d* chunks, [1-9]\d* lines, .+: all whole\n$/);
    const checked = JSON.parse((await store('check', '--json')).stdout);
    expect(checked).toMatchObject({ problems: [], problemsTotal: 0 });
  });

  it('sets a limit that lets nothing go without asking', async () => {
    const generous = await store('retention', 'set', 'default', '--days', '400');
    expect(generous).toMatchObject({ code: 0, stderr: '' });
    expect(generous.stdout).toContain('400 days');
  });
});
