/** The commands against a real Queen on a bus in memory with a fake Hive. */
import { PassThrough, Writable } from 'node:stream';
import { makeAgent, makeLedgerLine, makeRecord } from '@apiary/queen/testing/fake-hive.ts';
import { type QueenFixture, startQueenFixture } from '@apiary/queen/testing/queen-fixture.ts';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { CommandIo, CommandModule } from '../command.ts';
import * as agents from './agents.ts';
import * as link from './link.ts';
import * as search from './search.ts';
import * as tail from './tail.ts';
import * as targets from './targets.ts';

let fixture: QueenFixture;

beforeEach(async () => {
  fixture = await startQueenFixture();
});

afterEach(async () => {
  await fixture.stop();
});

/** A stream that remembers what was written and tells. */
class Sheet extends Writable {
  text = '';
  #changed = Promise.withResolvers<void>();

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
    done();
  }

  async shows(words: string): Promise<void> {
    while (!this.text.includes(words)) await this.#changed.promise;
  }
}

interface Stage extends CommandIo {
  readonly stdout: Sheet & { isTTY?: boolean };
  readonly stderr: Sheet;
  readonly isReady: Promise<void>;
  end(): void;
}

function stage(options: { isTTY?: boolean } = {}): Stage {
  const controller = new AbortController();
  const ready = Promise.withResolvers<void>();
  return {
    stdout: Object.assign(new Sheet(), options),
    stderr: new Sheet(),
    stdin: new PassThrough(),
    env: { TERM: 'xterm' },
    signal: controller.signal,
    ready: () => ready.resolve(),
    isReady: ready.promise,
    program: '',
    parent: undefined,
    end: () => controller.abort(),
  };
}

async function play(command: CommandModule, ...argv: string[]) {
  const io = stage();
  const code = await command.run([...argv, '--data', fixture.folder], io);
  return { code, stdout: io.stdout.text, stderr: io.stderr.text };
}

describe('wrong use', () => {
  it.each<[string, CommandModule, string[]]>([
    ['a search without a query', search, []],
    ['a limit that is no count', search, ['a', '--limit', 'many']],
    ['a time that is none', search, ['a', '--from', 'soonish']],
    ['a range that ends before it begins', search, ['a', '--from', '1h', '--to', '2h']],
    ['an unknown flag', search, ['a', '--colour']],
    ['an unknown verb of agents', agents, ['remove', 'web-a']],
    ['files of nobody', agents, ['files']],
    ['suggestions for nobody', agents, ['suggestions']],
    ['approving nobody', agents, ['approve']],
    ['adding targets to nobody', targets, ['add', 'file:///x']],
    ['adding no targets', targets, ['add', '--agents', 'all']],
    ['removing no targets', targets, ['remove']],
    ['an unknown verb of targets', targets, ['drop']],
    ['a word for link', link, ['please']],
  ])('%s is a setting-invalid, which exits with 2', async (_name, command, argv) => {
    await expect(play(command, ...argv)).rejects.toMatchObject({ code: 'setting-invalid' });
  });

  it.each<[string, CommandModule]>([
    ['search', search],
    ['tail', tail],
  ])(
    '%s shows a mistake in a query with a caret under its place and exits with 2',
    async (_n, c) => {
      const { code, stderr } = await play(c, 'error AND (');
      expect(code).toBe(2);
      expect(stderr).toMatch(/^apiary \w+: .+\n {2}error AND \(\n {2} +\^+\n$/);
    },
  );

  it('says that nothing runs on a folder', async () => {
    const attempt = search.run(['a', '--data', `${fixture.folder}/none`], stage());
    await expect(attempt).rejects.toMatchObject({
      code: 'component-missing',
      message: expect.stringContaining('./apiary up'),
    });
  });
});

describe('search', () => {
  it('prints the newest line last, and the count apart from the lines', async () => {
    const { code, stdout, stderr } = await play(search, 'error');
    expect(code).toBe(0);
    const lines = stdout.trimEnd().split('\n');
    expect(lines.map((line) => line.slice(-6))).toEqual(['line 1', 'line 2']);
    expect(lines[0]).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} web-1 error line 1$/);
    expect(stderr).toBe('2 lines\n');
  });

  it('prints one JSON document', async () => {
    const { stdout } = await play(search, 'error', '--json', '--limit', '2');
    expect(JSON.parse(stdout)).toEqual({
      total: 2,
      records: [2, 1].map((offset) => ({
        id: `0123456789abcdef:${offset}`,
        time: new Date(1_750_000_000_000 + offset).toISOString(),
        host: 'web-1',
        file: '/var/log/app.log',
        level: 'error',
        tags: ['prod'],
        body: `line ${offset}`,
      })),
    });
  });

  it('pages past the limit of one request', async () => {
    fixture.hive.search = async function* ({ limit = 0, cursor = '0' }) {
      const first = Number(cursor);
      const records = Array.from({ length: limit }, (_, i) => makeRecord(first + i));
      yield { type: 'records', records };
      yield { type: 'counts', total: 50_000, hosts: 1 };
      const next = String(first + limit);
      yield { type: 'done', total: 50_000, next, elapsedMs: 1, missing: [] };
    };
    const { stdout } = await play(search, 'error', '--json', '--limit', '20001');
    // The document's documented shape.
    const answer = JSON.parse(stdout) as { total: number; records: { id: string }[] };
    expect([answer.total, answer.records.length]).toEqual([50_000, 20_001]);
    expect(new Set(answer.records.map(({ id }) => id)).size).toBe(20_001);
    expect(fixture.hive.searches.map(({ limit }) => limit)).toEqual([10_000, 10_000, 1]);
  });

  it('passes the range on and says what is missing', async () => {
    fixture.hive.search = async function* () {
      yield { type: 'done', total: 0, elapsedMs: 1, missing: ['instance h2'] };
    };
    const { stderr } = await play(search, 'error', '--from', '2026-11-20T00:00Z');
    expect(fixture.hive.searches[0]?.from).toBe(Date.UTC(2026, 10, 20));
    expect(stderr).toContain('not complete: instance h2');
  });

  it('lets nothing in a line steer the terminal, and colours only a terminal', async () => {
    fixture.hive.search = async function* () {
      const body = '\u001b]0;owned\u0007\u001b[2J\u009b31m a\tb \u202egnp.exe\r';
      yield { type: 'records', records: [makeRecord(1, { body })] };
      yield { type: 'done', total: 1, elapsedMs: 1, missing: [] };
    };
    const { stdout } = await play(search, 'error');
    expect(stdout).toContain('␛]0;owned␇␛[2J<U+009B>31m a\tb <U+202E>gnp.exe\n');
    expect(stdout.replaceAll(/[\n\t]/g, '')).not.toMatch(/\p{Cc}/u);
    const io = stage({ isTTY: true });
    await search.run(['error', '--data', fixture.folder], io);
    expect(io.stdout.text).toContain('\u001b[31merror\u001b[0m');
  });
});

describe('tail', () => {
  it('prints lines as they are committed, one JSON object a line', async () => {
    const io = stage();
    const code = tail.run(['error', '--json', '--data', fixture.folder], io);
    await io.isReady;
    fixture.hive.commit([makeRecord(1), makeRecord(2, { level: undefined })]);
    await io.stdout.shows('line 2');
    io.end();
    expect(await code).toBe(0);
    const lines = io.stdout.text.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { id: '0123456789abcdef:1', time: '2025-06-15T15:06:40.001Z', body: 'line 1' },
      { level: null, body: 'line 2' },
    ]);
  });

  it('connects again after a cut and says so', async () => {
    const io = stage();
    const code = tail.run(['error', '--data', fixture.folder], io);
    await io.isReady;
    await fixture.restart();
    await io.stderr.shows('connected again');
    fixture.hive.commit([makeRecord(7)]);
    await io.stdout.shows('line 7');
    expect(io.stderr.text).toContain('connection was lost');
    io.end();
    expect(await code).toBe(0);
  });
});

describe('agents, targets and link', () => {
  it('lists agents as a table and as JSON', async () => {
    fixture.hive.agents.push(makeAgent('b', { name: 'evil\u001b[2J', approval: 'pending' }));
    const { stdout } = await play(agents, 'list');
    expect(stdout).toMatch(/^NAME +APPROVAL +LIFE/);
    expect(stdout).toContain('evil␛[2J');
    const json = await play(agents, '--json');
    expect(JSON.parse(json.stdout)).toMatchObject({ agents: [{ name: 'web-a' }, {}] });
  });

  it('shows what one agent has delivered, and what went wrong', async () => {
    fixture.hive.ledgerLines = [
      makeLedgerLine({ stored: 60, reached: 60, lag: 40, state: 'stuck' }),
    ];
    const reason = '40 bytes have waited\u001b[2J';
    const problem = {
      kind: 'stuck',
      generation: '00000000000000aa',
      file: '/x',
      bytes: 40,
    } as const;
    fixture.hive.ledgerProblems = [{ ...problem, reason, atMs: 1 }];
    const { code, stdout } = await play(agents, 'web-a');
    expect(code).toBe(0);
    expect(stdout).toContain('web-a: 1 generations, 100 bytes seen, 60 stored, 40 behind');
    expect(stdout).toMatch(
      /^stuck +100 +100 +100 +60 +40 +00000000000000aa +\/var\/log\/app.log$/m,
    );
    expect(stdout).toContain('stuck: 40 bytes have waited␛[2J');
    const json = JSON.parse((await play(agents, 'web-a', '--json')).stdout);
    expect(json).toMatchObject({ ledger: { name: 'web-a', totals: { lag: 40 } } });
    await expect(play(agents, 'nobody')).rejects.toMatchObject({ code: 'not-found' });
  });

  it('lists a folder of a host, with what is closed and why', async () => {
    const asked: string[] = [];
    const closed = { name: 'evil\u001b[2J', kind: 'file', link: true, open: false } as const;
    fixture.hive.folder = (match) => {
      asked.push(match);
      const entries = [
        { name: 'nginx', kind: 'folder', link: false, open: true, watched: false } as const,
        { ...closed, bytes: 81_920, modifiedMs: 1, reason: 'permission denied', watched: false },
      ];
      return { open: true, entries, omitted: 3 };
    };
    const { code, stdout } = await play(agents, 'files', 'web-a', '/var/log', '--match', 'n');
    expect([code, asked]).toEqual([0, ['n']]);
    expect(stdout).toMatch(/^open +- +- +nginx\/$/m);
    expect(stdout).toMatch(/^closed +81920 .+ evil␛\[2J@ +permission denied$/m);
    expect(stdout).toContain('3 more');
    const end = await play(agents, 'files', 'web-a', '/var/log/a.log', '--end');
    expect(end.stdout).toBe('one\ntwo\n␛\n');
    await expect(play(agents, 'files', 'web-a', 'relative')).rejects.toMatchObject({
      code: 'request-invalid',
    });
  });

  it('suggests what to watch, as a command to type', async () => {
    const open = { kind: 'service', files: 2, bytes: 10, open: true, watched: false } as const;
    fixture.hive.suggestions = [
      { ...open, url: 'file:///var/log/nginx/*.log', title: 'nginx' },
      {
        url: 'docker:',
        title: 'Docker containers',
        kind: 'containers',
        open: false,
        reason: 'not in the group docker',
        watched: false,
      },
    ];
    const { stdout } = await play(agents, 'suggestions', 'web-a');
    expect(stdout).toMatch(/^open +2 +nginx +file:\/\/\/var\/log\/nginx\/\*\.log$/m);
    expect(stdout).toMatch(/^closed .+ docker: +not in the group docker$/m);
    expect(stdout).toContain('./apiary targets add --agents web-a URL');
  });

  it('approves and revokes by name', async () => {
    expect((await play(agents, 'approve', 'web-a')).stdout).toContain('approved web-a');
    await expect(play(agents, 'revoke', 'nobody')).rejects.toMatchObject({ code: 'not-found' });
  });

  it('adds, lists and removes targets, and exits with 1 when one of them failed', async () => {
    const good = await play(targets, 'add', '--agents', 'web-a,web-b', '--tags', 'x', 'file:///a');
    expect([good.code, good.stdout.split('\n').length]).toEqual([0, 4]);
    const bad = await play(targets, 'add', '--agents', 'all', '--json', 'file:///forbidden');
    expect(bad.code).toBe(1);
    expect(JSON.parse(bad.stdout)).toMatchObject({ results: [{ ok: false, reason: 'no' }] });
    expect((await play(targets, 'list')).stdout).toContain('t1');
    expect(JSON.parse((await play(targets, 'list', '--json')).stdout)).toMatchObject({
      targets: [{ id: 't1' }],
    });
    expect((await play(targets, 'remove', 't1')).code).toBe(0);
  });

  it('prints a link that signs in', async () => {
    const { stdout } = await play(link);
    expect(stdout).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/welcome#[\w-]{43}\n$/);
  });
});
