/**
 * A disk that fills under `--data`: ingest stops and says so, people go on searching, and when there is
 * room again everything goes on by itself with nothing lost. It needs a small disk of its own, which only
 * root can mount; elsewhere only what is told of the disk is looked at.
 */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { appendFileSync, mkdtempSync, realpathSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROUTES } from '@apiary/queen/routes.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type RunningApiary, startApiary } from '../harness/apiary-up.ts';
import { eventually } from '../harness/eventually.ts';

const MEBIBYTE = 1_048_576;
const LINES_PER_BURST = 4_000;

const disk = realpathSync(mkdtempSync(join(tmpdir(), 'apiary-disk-')));
const isMounted = mount();

function mount(): boolean {
  try {
    const options = ['-t', 'tmpfs', '-o', 'size=96m,mode=700', 'tmpfs', disk];
    execFileSync('mount', options, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function freeBytes(): number {
  const { bsize, bavail } = statfsSync(disk);
  return bsize * bavail;
}

/** Takes what is free, up to the last page or to what is to be left. */
function fill(leaveBytes: number): string {
  const file = join(disk, 'filler');
  const piece = Buffer.alloc(64 * 1024);
  try {
    while (freeBytes() > leaveBytes) appendFileSync(file, piece);
  } catch {
    // ENOSPC: it is full.
  }
  return file;
}

const describeFullDisk = () => {
  let apiary: RunningApiary;
  let logs: string;
  let written = 0;

  beforeAll(async () => {
    logs = realpathSync(mkdtempSync(join(tmpdir(), 'apiary-logs-')));
    apiary = await startApiary({ folder: join(disk, 'data') });
    const { agents } = await apiary.client.listAgents();
    await apiary.client.addTargets({
      agents: agents.map(({ id }) => id),
      urls: [`file://${logs}/*.log`],
      tags: ['burst'],
      history: true,
    });
  }, 120_000);

  afterAll(async () => {
    await apiary.stop();
    execFileSync('umount', ['-l', disk]);
    rmSync(disk, { recursive: true, force: true });
    rmSync(logs, { recursive: true, force: true });
  }, 60_000);

  /** About a megabyte that does not shrink much. */
  function burst(): void {
    const lines = Array.from({ length: LINES_PER_BURST }, () => {
      written += 1;
      return `burst ${written} ${randomBytes(120).toString('hex')}\n`;
    });
    appendFileSync(join(logs, 'app.log'), lines.join(''));
  }

  const health = async () => (await apiary.client.call(ROUTES.health, undefined, {})).health;
  const count = async () => {
    const body = { query: 'tag:burst', limit: 0 };
    return (await apiary.client.call(ROUTES.search, body, {})).total;
  };
  const stored = (lines: number) =>
    eventually(async () => ((await count()) === lines ? true : undefined), `${lines} lines stored`);

  it('stops ingest with a reason, answers queries, and resumes by itself', async () => {
    burst();
    await stored(written);
    const before = written;
    const filler = fill(6 * MEBIBYTE);
    const stopped = await eventually(async () => {
      burst();
      const now = await health();
      return now.processes.some(({ ingest }) => ingest?.stopped) ? now : undefined;
    }, 'ingest stands still');
    expect(stopped.well).toBe(false);
    expect(stopped.sentences.join(' ')).toMatch(
      /honeycomb has taken nothing in for .* none is lost/,
    );
    expect(await count()).toBeGreaterThanOrEqual(before);
    rmSync(filler);
    await stored(written);
    await eventually(async () => ((await health()).well ? true : undefined), 'all is well again');
  }, 240_000);

  it('survives a disk without a single free byte', async () => {
    const pids = apiary.children();
    const before = written;
    const filler = fill(0);
    burst();
    await eventually(
      async () => ((await health()).disk?.freeBytes === 0 ? true : undefined),
      'the disk is full',
    );
    expect(await count()).toBeGreaterThanOrEqual(before);
    rmSync(filler);
    burst();
    await stored(written);
    expect(apiary.children()).toEqual(pids);
  }, 240_000);
};

if (isMounted) describe('a disk that fills', describeFullDisk);
else {
  it('is told of before it is full', async () => {
    const apiary = await startApiary();
    const { health } = await apiary.client.call(ROUTES.health, undefined, {});
    expect(health.disk?.reserveBytes).toBeGreaterThan(0);
    await apiary.stop();
  }, 120_000);
}
