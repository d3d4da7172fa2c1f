import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, renameSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OUTCOME_JOURNAL_BYTES_MAX } from '@apiary/common/limits/deliveries.ts';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Delivery } from './model.ts';
import { type JournalEntry, OutcomeJournal } from './outcome-journal.ts';

function outcomeOf(id: string, note = ''): Delivery {
  return {
    ...{ id, message: 'm', alert: 'a', rule: 'r', ruleName: 'R', kind: 'fired', title: 't' },
    ...{ severity: 'warning', atMs: 1, channel: 'ops', channelId: 'c', state: 'delivered' },
    ...{ attempts: [{ atMs: 1, outcome: 'sent', note }], attemptCount: 1, nextMs: 1 },
    ...{ thread: 't', owner: '', leaseUntilMs: 0, memory: {} },
  };
}

describe('outcomes of attempts on disk', () => {
  let folder: string;
  let taken: JournalEntry[];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'apiary-outcomes-'));
    taken = [];
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const take = async (journal: OutcomeJournal) => {
    await journal.takeOver(async (entry) => void taken.push(entry));
    return taken.map(({ outcome }) => outcome.id);
  };

  test('are taken over by whoever comes after, once, with the version that they replace', async () => {
    const dead = new OutcomeJournal(folder, 'dead');
    dead.note(outcomeOf('x'), 7);
    const next = new OutcomeJournal(folder, 'next');
    expect(await take(next)).toEqual(['x']);
    expect(taken[0]).toEqual({ version: 7, outcome: outcomeOf('x') });
    expect(await take(next)).toEqual(['x']);
    next.close();
    expect(readdirSync(folder)).toEqual([]);
  });

  test('stay for a later try where they cannot be written', async () => {
    new OutcomeJournal(folder, 'dead').note(outcomeOf('x'), 7);
    const next = new OutcomeJournal(folder, 'next');
    const failing = next.takeOver(() => Promise.reject(new Error('no store')));
    await expect(failing).rejects.toThrow('no store');
    expect(await take(next)).toEqual(['x']);
  });

  test('of a process that lives are left to it', async () => {
    const child = spawn('sleep', ['60']);
    new OutcomeJournal(folder, 'other').note(outcomeOf('x'), 7);
    const theirs = join(folder, `${child.pid}-other.jsonl`);
    renameSync(join(folder, `${process.pid}-other.jsonl`), theirs);
    const next = new OutcomeJournal(folder, 'next');
    expect(await take(next)).toEqual([]);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await take(next)).toEqual(['x']);
  });

  test('are read up to a line that a kill cut off', async () => {
    const dead = new OutcomeJournal(folder, 'dead');
    dead.note(outcomeOf('x'), 7);
    dead.note(outcomeOf('y'), 7);
    const file = join(folder, `${process.pid}-dead.jsonl`);
    truncateSync(file, statSync(file).size - 5);
    expect(await take(new OutcomeJournal(folder, 'next'))).toEqual(['x']);
  });

  test('leave the file once the store has them, so that it stays small', async () => {
    const dead = new OutcomeJournal(folder, 'dead');
    const note = 'n'.repeat(500);
    dead.note(outcomeOf('kept', note), 1);
    for (let i = 0; i < 3_000; i++) {
      dead.note(outcomeOf(`d-${i}`, note), 1);
      dead.forget(`d-${i}`);
    }
    const { size } = statSync(join(folder, `${process.pid}-dead.jsonl`));
    expect(size).toBeLessThanOrEqual(OUTCOME_JOURNAL_BYTES_MAX);
    const ids = await take(new OutcomeJournal(folder, 'next'));
    expect(ids[0]).toBe('kept');
    expect(ids.length).toBeLessThan(3_000);
  });
});
