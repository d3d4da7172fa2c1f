/** What people see of a host: its files, what is worth watching, and how far its lines have come. */
import { appendFileSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { folderSchema, suggestionsSchema } from '@apiary/common/messages/host-view.ts';
import { agentLedgerSchema } from '@apiary/common/messages/ledger.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { type RunningApiary, startApiary } from '../harness/apiary-up.ts';
import { runCli } from '../harness/cli.ts';
import { eventually } from '../harness/eventually.ts';

describe('a host, from the command line', () => {
  let apiary: RunningApiary;
  let logs: string;
  let name: string;

  beforeAll(async () => {
    logs = realpathSync(mkdtempSync(join(tmpdir(), 'apiary-host-')));
    writeFileSync(join(logs, 'app.log'), 'one\n');
    apiary = await startApiary();
    const { agents } = await apiary.client.listAgents();
    name = agents[0]?.name ?? '';
  }, 120_000);

  afterAll(async () => {
    await apiary.stop();
    rmSync(logs, { recursive: true, force: true });
  });

  const run = async (...words: string[]) => {
    const { code, stdout, stderr } = await runCli([...words, '--data', apiary.folder]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return stdout;
  };
  const runJson = async <S extends z.ZodType>(schema: S, ...words: string[]) =>
    schema.parse(JSON.parse(await run(...words, '--json')));
  const ledgerOf = async () =>
    (await runJson(z.object({ ledger: agentLedgerSchema }), 'agents', name)).ledger;

  it('shows its files, and says which of them are watched', async () => {
    const before = await runJson(folderSchema, 'agents', 'files', name, logs);
    expect(before.entries).toMatchObject([
      { name: 'app.log', bytes: 4, open: true, watched: false },
    ]);
    expect(await run('agents', 'files', name, join(logs, 'app.log'), '--end')).toBe('one\n');
    await run('targets', 'add', '--agents', name, '--history', `file://${logs}/*.log`);
    const after = await runJson(folderSchema, 'agents', 'files', name, logs);
    expect(after.entries).toMatchObject([{ name: 'app.log', watched: true }]);
  }, 60_000);

  it('suggests what to watch, the machine’s own figures at least', async () => {
    const { suggestions } = await runJson(suggestionsSchema, 'agents', 'suggestions', name);
    expect(suggestions.find(({ url }) => url === 'metrics:')).toMatchObject({ open: true });
  }, 60_000);

  it('tells how far each file has come, up to the store', async () => {
    appendFileSync(join(logs, 'app.log'), 'two\nthree\n');
    const line = await eventually(async () => {
      const { entries } = await ledgerOf();
      const found = entries.find(({ file }) => file === join(logs, 'app.log'));
      // The Bee tells of its own part now and then; what is stored is known at once.
      const isAll = found?.stored === 14 && found.confirmed === 14 && found.state === 'current';
      return isAll ? found : undefined;
    }, 'the ledger says that all is stored');
    expect(line).toMatchObject({ from: 0, read: 14, confirmed: 14, stored: 14, lag: 0, lost: 0 });
  }, 60_000);
});
