/** Searches for generations while a rotation renames what they look at: each race is driven by hand. */
import {
  mkdtempSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, gzipSync } from 'node:zlib';
import { ManualClock } from '@apiary/common/clock.ts';
import { createSilentLogger } from '@apiary/common/log.ts';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Checkpoint, type GenerationRecord } from '../../checkpoint.ts';
import { Ledger } from '../../ledger.ts';
import { GzipFiles } from './gzip-files.ts';
import { findMissed } from './missed.ts';
import { Opener } from './opener.ts';
import type { FileReader, ReaderOwner } from './reader.ts';
import { findCopy } from './rotation.ts';
import { filesIn } from './steady-scan.ts';

const log = createSilentLogger();
const clock = new ManualClock(Date.now());
const now = () => clock.now();
const nothing = () => undefined;
const owner: ReaderOwner = {
  now,
  replaced: nothing,
  displaced: nothing,
  drained: nothing,
  unfinished: nothing,
  held: nothing,
  unpacked: nothing,
  failed: nothing,
};
const target = { id: 't0', url: 'file:///app.log', tags: [], history: false };
let folder: string;
let path: string;
let checkpoint: Checkpoint;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bee-searches-'));
  path = join(folder, 'app.log');
  checkpoint = new Checkpoint(join(folder, 'data'), clock, log);
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, content: string | Uint8Array): void {
  writeFileSync(join(folder, name), content);
}

/** As logrotate does: each archive gets the next number. */
function shift(ending = ''): void {
  const numbers = readdirSync(folder)
    .flatMap((name) => /^app\.log\.(\d+)/.exec(name)?.[1] ?? [])
    .map(Number);
  for (const n of numbers.sort((a, b) => b - a)) {
    renameSync(`${path}.${n}${ending}`, `${path}.${n + 1}${ending}`);
  }
}

/** An allowance that shifts the archives once, as soon as a file was opened. */
function shiftingAllowance(ending = '') {
  let isDone = false;
  return {
    dataFolder: join(folder, 'data'),
    get allow() {
      if (!isDone) shift(ending);
      isDone = true;
      return [folder];
    },
  };
}

function recordOf(content: string, fields: Partial<GenerationRecord> = {}): GenerationRecord {
  const head = Buffer.from(content);
  return {
    id: '0123456789abcdef',
    target: target.id,
    path,
    dev: 0,
    ino: 0,
    birthMs: 0,
    headLength: head.length,
    headCrc: crc32(head),
    confirmed: 0,
    tailLength: 0,
    tailCrc: 0,
    midRecord: false,
    historyTo: 0,
    quietTo: 0,
    writtenMs: 0,
    ended: false,
    changedMs: now(),
    ...fields,
  };
}

describe('a scan', () => {
  test.each([1, 3, 6])('finds every file though %d looks are met by a rotation', (times) => {
    for (const n of [1, 2, 3, 4]) write(`app.log.${n}`, `${n}`);
    const inodes = () => readdirSync(folder).map((name) => statSync(join(folder, name)).ino);
    const all = new Set(inodes());
    let shifts = 0;
    const files = filesIn(
      folder,
      () => true,
      () => {
        if (shifts++ < times) shift();
        return undefined;
      },
    );
    expect(new Set(files.map(({ stat }) => stat.ino))).toEqual(all);
  });
});

test('a rotated file nobody saw is found though it is renamed before it can be opened', () => {
  for (const n of [1, 2, 3]) write(`app.log.${n}`, `lines of ${n}\n`);
  shift();
  let shifts = 0;
  const isRead = () => {
    if (shifts++ === 0) shift();
    return false;
  };
  const allowance = { allow: [folder], dataFolder: join(folder, 'data') };
  const missed = findMissed({ path, bornBefore: 0, since: 1, known: [], isRead, allowance });
  const heads = [1, 2, 3].map((n) => crc32(`lines of ${n}\n`));
  expect(missed.map(({ headCrc }) => headCrc).sort()).toEqual(heads.sort());
});

test.each([1, 2, 3])(
  'the gz file of generation %d is found though all are renamed meanwhile',
  (n) => {
    for (const each of [1, 2, 3]) write(`app.log.${each}.gz`, gzipSync(`lines of ${each}\n`));
    const allowance = shiftingAllowance('.gz');
    const gzip = new GzipFiles({ checkpoint, allowance, log, now, onReady: nothing });
    expect(gzip.mayHold(recordOf(`lines of ${n}\n`))).toBe(true);
  },
);

test.each([1, 2, 3])(
  'copy %d of a truncated file is found though all are renamed meanwhile',
  (n) => {
    for (const each of [1, 2, 3]) write(`app.log.${each}`, `lines of ${each}\n`);
    const content = Buffer.from(`lines of ${n}\n`);
    const crc = crc32(content);
    const length = { headLength: content.length, tailLength: content.length };
    const marks = { ...length, headCrc: crc, confirmed: content.length, tailCrc: crc };
    const copy = findCopy(path, marks, shiftingAllowance(), nothing);
    expect(copy?.stat.size).toBe(content.length);
  },
);

test('a search for a copy in a folder that never stands still is ended and counted', () => {
  for (const n of [1, 2, 3]) write(`app.log.${n}`, `lines of ${n}\n`);
  // The copy is opened last of all, when its name has gone to another.
  utimesSync(`${path}.3`, 1, 1);
  const ledger = new Ledger();
  const opener = new Opener({
    checkpoint,
    ledger,
    allowance: {
      dataFolder: join(folder, 'data'),
      get allow() {
        shift();
        return [folder];
      },
    },
    owner,
    log,
    readers: new Map(),
  });
  write('app.log', '');
  const stat = statSync(path);
  const content = Buffer.from('lines of 3\n');
  const crc = crc32(content);
  const length = { confirmed: content.length, tailLength: content.length };
  const gone = recordOf('lines of 3\n', { dev: stat.dev, ino: stat.ino, ...length, tailCrc: crc });
  checkpoint.generations.set(gone.id, gone);
  const file = { kind: 'open', fd: openSync(path, 'r'), stat, realPath: path, path } as const;
  opener.appear(file, { target, existedBytes: 0, isFresh: false })?.close();
  opener.stop();
  expect(ledger.totals.searchesGivenUp).toBe(1);
});

describe('a generation whose inode was used again while the Bee was down', () => {
  let ledger: Ledger;

  function appear(record: (inode: { dev: number; ino: number }) => GenerationRecord): void {
    write('app.log', 'another file\n');
    const stat = statSync(path);
    const gone = record({ dev: stat.dev, ino: stat.ino });
    checkpoint.generations.set(gone.id, gone);
    ledger = new Ledger();
    const readers = new Map<string, FileReader>();
    const allowance = { allow: [folder], dataFolder: join(folder, 'data') };
    const opener = new Opener({ checkpoint, ledger, allowance, owner, log, readers });
    const file = { kind: 'open', fd: openSync(path, 'r'), stat, realPath: path, path } as const;
    opener.appear(file, { target, existedBytes: 0, isFresh: false })?.close();
    opener.stop();
  }

  test('is counted and told with what is known to be lost when nothing holds it', () => {
    appear((inode) => recordOf('x'.repeat(100), { ...inode, birthMs: 1, confirmed: 40 }));
    expect(ledger.totals).toMatchObject({ generationsAbandoned: 1, bytesLost: 60 });
    expect(ledger.report()?.entries).toContainEqual(
      expect.objectContaining({ generation: '0123456789abcdef', lost: 60, ended: true }),
    );
    expect(checkpoint.generations.get('0123456789abcdef')?.ended).toBe(true);
  });

  test('is read from its gz file also if it was empty when it was last seen', () => {
    const lines = 'written while nobody looked\n';
    write('app.log.1.gz', gzipSync(lines));
    appear((inode) => recordOf('', { ...inode, birthMs: 1, writtenMs: 1 }));
    expect(ledger.totals.generationsAbandoned).toBe(0);
    const heads = [...checkpoint.generations.values()].map(({ headCrc }) => headCrc);
    expect(heads).toContain(crc32(lines));
    expect(checkpoint.generations.get('0123456789abcdef')?.headCrc).toBe(crc32(lines));
  });
});

test('an empty log that was filled and gzipped while the Bee was down is read from its gz file, under its own id', () => {
  const contents = ['written while nobody looked\n', 'and after that\n'];
  for (const [n, content] of contents.entries()) {
    write(`app.log.${4 - n}.gz`, gzipSync(content));
    utimesSync(`${path}.${4 - n}.gz`, 10 + n, 10 + n);
  }
  const allowance = { allow: [folder], dataFolder: join(folder, 'data') };
  const ledger = new Ledger();
  const opener = new Opener({ checkpoint, ledger, allowance, owner, log, readers: new Map() });
  const gone = recordOf('', { dev: 1, ino: 4_711, birthMs: 1, writtenMs: 1 });
  checkpoint.generations.set(gone.id, gone);
  opener.waiting.restore();
  opener.waiting.attach(new Map([[target.id, target]]), nothing);
  opener.stop();
  const heads = [...checkpoint.generations.values()].map(({ headCrc }) => headCrc);
  expect(heads).toEqual(contents.map((content) => crc32(content)));
  // What was sent just before a kill has this id, and the store subtracts it.
  expect(checkpoint.generations.get(gone.id)?.headCrc).toBe(heads[0]);
});

test('a rotated file is not taken for an empty one without an age whose inode it has', () => {
  write('other.log.1', 'lines of another log\n');
  const other = () => statSync(join(folder, 'other.log.1'));
  // Its birth shows once a change of it is later than that by the file system's clock.
  while (other().ctimeMs === other().birthtimeMs) utimesSync(join(folder, 'other.log.1'), 2, 2);
  const { dev, ino } = other();
  const allowance = { allow: [folder], dataFolder: join(folder, 'data') };
  const readers = new Map<string, FileReader>();
  const opener = new Opener({ checkpoint, ledger: new Ledger(), allowance, owner, log, readers });
  const gone = recordOf('', { dev, ino, writtenMs: 1 });
  checkpoint.generations.set(gone.id, gone);
  opener.waiting.restore();
  opener.waiting.attach(new Map([[target.id, target]]), nothing);
  opener.stop();
  for (const reader of readers.values()) reader.close();
  expect([...readers.keys()]).toEqual([]);
});
