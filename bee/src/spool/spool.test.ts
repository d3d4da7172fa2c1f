import { mkdtempSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ManualClock } from '@apiary/common/clock.ts';
import { MESSAGE_RAW_BYTES_MAX, SPOOL_SEGMENT_BYTES } from '@apiary/common/limits.ts';
import { createSilentLogger } from '@apiary/common/log.ts';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Ledger } from '../ledger.ts';
import type { Piece } from '../source.ts';
import { Spool } from './spool.ts';

const OWNER = { target: 't1', tags: ['web'], name: 'syslog+udp://0.0.0.0:514' };
let folder: string;
let spool: Spool;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'spool-'));
  spool = open();
});

afterEach(async () => {
  await spool.close();
  rmSync(folder, { recursive: true, force: true });
});

function open(): Spool {
  const opened = Spool.open(folder, OWNER, {
    demand: { offer: () => undefined, withdraw: () => undefined },
    ledger: new Ledger(),
    clock: new ManualClock(),
    log: createSilentLogger(),
  });
  if (!opened) throw new Error('no spool');
  return opened;
}

const bytes = (text: string) => Buffer.from(text);

function take(space = MESSAGE_RAW_BYTES_MAX): Piece {
  const piece = spool.take(space);
  if (typeof piece === 'string') throw new Error(piece);
  return piece;
}

function textsOf({ run }: Piece): string[] {
  let at = 0;
  return Array.from(run.bodyLengths ?? [], (length) => {
    at += length;
    return Buffer.from(run.data.subarray(at - length, at)).toString();
  });
}

describe('a spool', () => {
  test('gives records as they were appended, as runs of one generation', async () => {
    await spool.append([{ body: bytes('one') }, { body: bytes('two\nlines') }]);
    await spool.append([{ body: bytes('other'), name: 'elsewhere' }]);
    const first = take();
    expect(textsOf(first)).toEqual(['one', 'two\nlines']);
    expect(first.run).toMatchObject({ target: 't1', tags: ['web'], file: OWNER.name, from: 0 });
    const second = take();
    expect(textsOf(second)).toEqual(['other']);
    expect(second.run).toMatchObject({
      file: 'elsewhere',
      from: first.run.to,
      generation: first.run.generation,
    });
    expect(spool.take(MESSAGE_RAW_BYTES_MAX)).toBe('nothing');
  });

  test('keeps generation, offsets and cursor over a restart', async () => {
    await spool.append([{ body: bytes('one'), cursor: 'c1' }]);
    const before = take();
    await spool.close();
    spool = open();
    expect(spool.cursor).toBe('c1');
    expect(take().run).toEqual(before.run);
    await spool.append([{ body: bytes('two'), cursor: 'c2' }]);
    expect(take().run.from).toBe(before.run.to);
    expect(spool.cursor).toBe('c2');
  });

  test('takes off a frame that a power cut tore, and its cursor with it', async () => {
    await spool.append([{ body: bytes('whole'), cursor: 'c1' }]);
    await spool.append([{ body: bytes('torn'), cursor: 'c2' }]);
    await spool.close();
    const [name = ''] = readdirSync(folder);
    const path = join(folder, name);

    expect(spool.cursor).toBe('c2');
    truncateSync(path, statSync(path).size - 1);
    spool = open();
    expect(spool.cursor).toBe('c1');
    expect(textsOf(take())).toEqual(['whole']);
    await spool.append([{ body: bytes('next') }]);
    expect(textsOf(take())).toEqual(['next']);
  });

  test('puts a file with a damaged head aside, and uses none of its offsets again', async () => {
    await spool.append([{ body: bytes('gone') }]);
    const { generation } = take().run;
    await spool.close();
    const [name = ''] = readdirSync(folder);
    writeFileSync(join(folder, name), 'nothing of use\n');
    spool = open();
    await spool.append([{ body: bytes('new') }]);
    const { run } = take();
    expect(run.generation).not.toBe(generation);
    expect(readdirSync(folder)).toContain(`${name}.damaged`);
  });

  test('cuts a long record into parts that join', async () => {
    const body = Buffer.alloc(500_000, 'abcdefg');
    await spool.append([{ body: bytes('before') }, { body }, { body: bytes('after') }]);
    const pieces: Piece[] = [];
    for (let next = spool.take(MESSAGE_RAW_BYTES_MAX); typeof next !== 'string'; ) {
      pieces.push(next);
      next = spool.take(MESSAGE_RAW_BYTES_MAX);
    }
    const joined = Buffer.concat(pieces.map(({ run }) => run.data));
    expect(joined.equals(Buffer.concat([bytes('before'), body, bytes('after')]))).toBe(true);
    const runs = pieces.map(({ run }) => run);
    for (const [index, run] of runs.entries()) {
      expect(run.startsMidRecord).toBe(runs[index - 1]?.endsMidRecord ?? false);
    }
    expect(runs.filter(({ endsMidRecord }) => endsMidRecord)).toHaveLength(4);
  });

  test('says when a record needs a message of its own', async () => {
    await spool.append([{ body: Buffer.alloc(1000) }]);
    expect(spool.take(999)).toBe('no-room');
    expect(take(1000).run.data).toHaveLength(1000);
  });

  test('removes files that are confirmed, and only these', async () => {
    const body = Buffer.alloc(100_000, 'x');
    const count = Math.ceil((2.5 * SPOOL_SEGMENT_BYTES) / body.length);
    for (let index = 0; index < count; index++) await spool.append([{ body }]);
    expect(readdirSync(folder)).toHaveLength(3);
    const pieces: Piece[] = [];
    for (let next = spool.take(MESSAGE_RAW_BYTES_MAX); typeof next !== 'string'; ) {
      pieces.push(next);
      next = spool.take(MESSAGE_RAW_BYTES_MAX);
    }
    for (const piece of pieces.slice(1)) piece.confirmed();
    await spool.append([{ body: bytes('more') }]);
    expect(readdirSync(folder)).toHaveLength(3);
    pieces[0]?.confirmed();
    await spool.append([{ body: bytes('more') }]);
    await spool.close();
    expect(readdirSync(folder)).toHaveLength(1);
    expect(spool.heldBytes).toBeLessThan(SPOOL_SEGMENT_BYTES);
  });

  test('refuses when it is full, and takes again when the broker has taken', async () => {
    const body = Buffer.alloc(7_000_000, 'x');
    while (spool.hasRoom) await spool.append([{ body }]);
    await expect(spool.append([{ body: bytes('x') }])).rejects.toMatchObject({ code: 'too-many' });
    const waiting = spool.appendWhenRoom([{ body: bytes('late') }], new AbortController().signal);
    for (let next = spool.take(MESSAGE_RAW_BYTES_MAX); typeof next !== 'string'; ) {
      next.confirmed();
      next = spool.take(MESSAGE_RAW_BYTES_MAX);
    }
    await waiting;
    expect(textsOf(take())).toEqual(['late']);
  });
});
