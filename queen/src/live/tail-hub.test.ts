import type { Actor } from '@apiary/common/bus/bus.ts';
import { ManualClock } from '@apiary/common/clock.ts';
import { STANDING_LEASE_MS, TAIL_FILL_RECORDS_MAX } from '@apiary/common/limits.ts';
import { createSilentLogger } from '@apiary/common/log.ts';
import type { LogRecord } from '@apiary/common/record.ts';
import { createMemoryBus, type MemoryBus } from '@apiary/common/testing/memory-bus.ts';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FakeHive, makeRecord } from '../testing/fake-hive.ts';
import type { TailListener } from './standing-tail.ts';
import { TailHub } from './tail-hub.ts';

const ACTOR = { kind: 'local', id: 'l', name: 'l', role: 'admin' } as const satisfies Actor;

/** A listener that remembers, and tells when something came. */
class Notes implements TailListener {
  readonly bodies: string[] = [];
  missedCount = 0;
  #came = Promise.withResolvers<void>();

  matched(records: readonly LogRecord[]): void {
    this.bodies.push(...records.map(({ body }) => body));
    this.#ring();
  }

  missed(count: number): void {
    this.missedCount += count;
    this.#ring();
  }

  async until(isSo: () => boolean): Promise<void> {
    while (!isSo()) await this.#came.promise;
  }

  #ring(): void {
    this.#came.resolve();
    this.#came = Promise.withResolvers();
  }
}

let bus: MemoryBus;
let hive: FakeHive;
let clock: ManualClock;
let hub: TailHub;

beforeEach(async () => {
  ({ bus } = createMemoryBus());
  hive = new FakeHive(bus);
  await hive.start();
  clock = new ManualClock();
  hub = new TailHub({ bus, clock, log: createSilentLogger() });
});

afterEach(async () => {
  await hub.stop();
  await hive.stop();
  await bus.close();
});

async function follow(query = 'error'): Promise<Notes> {
  const notes = new Notes();
  await hub.follow(query, ACTOR, notes);
  return notes;
}

/** Lets everything that is already on its way arrive. */
async function settle(): Promise<void> {
  for (let i = 0; i < 20; i += 1) await new Promise((resolve) => setImmediate(resolve));
}

describe('a standing tail', () => {
  it('renews its lease well before the end', async () => {
    await follow();
    hive.standing.clear();
    clock.advance(STANDING_LEASE_MS / 3);
    await settle();
    expect([...hive.standing.values()]).toEqual(['error']);
  });

  it('goes on by itself after honeycomb was away longer than the lease', async () => {
    const notes = await follow();
    const [id = ''] = hive.standing.keys();
    await hive.stop();
    hive.standing.clear();
    await bus.live.close(id);
    clock.advance(STANDING_LEASE_MS / 3);
    await settle();
    await hive.start();
    clock.advance(STANDING_LEASE_MS / 3);
    await settle();
    hive.commit([makeRecord(5)]);
    await notes.until(() => notes.bodies.length > 0);
    expect(notes.bodies).toEqual(['line 5']);
  });

  it('counts what it could not fetch of a gap, and what is too much to fetch', async () => {
    const notes = await follow();
    hive.commit([makeRecord(0)]);
    hive.missedRecords = Array.from({ length: TAIL_FILL_RECORDS_MAX + 7 }, (_, i) =>
      makeRecord(i + 1),
    );
    hive.commit([makeRecord(9_999)], 3);
    await notes.until(() => notes.missedCount > 0);
    expect(notes.missedCount).toBe(7);
    expect(notes.bodies).toHaveLength(TAIL_FILL_RECORDS_MAX + 2);
    await hive.stop();
    hive.commit([makeRecord(10_000)], 3);
    await notes.until(() => notes.missedCount > 7);
    expect(notes.missedCount).toBe(8);
  });

  it('takes all parts of one commit, and none of them twice', async () => {
    const notes = await follow();
    const [query = ''] = hive.standing.keys();
    const send = (previous: number, sequence: number, body: string) => {
      const records = [makeRecord(sequence, { body })];
      const position = { query, instance: 'h1', epoch: 1, previous, sequence };
      const message = { type: 'matches', ...position, records, omitted: 0 };
      bus.live.publish(query, Buffer.from(JSON.stringify(message)));
    };
    send(0, 4, 'first part');
    send(4, 4, 'second part');
    send(0, 4, 'first part again');
    send(4, 6, 'next commit');
    await notes.until(() => notes.bodies.includes('next commit'));
    expect(notes.bodies).toEqual(['first part', 'second part', 'next commit']);
    expect(notes.missedCount).toBe(0);
  });

  it('survives messages that are none', async () => {
    const notes = await follow();
    const [query = ''] = hive.standing.keys();
    bus.live.publish(query, Buffer.from('{"type":'));
    bus.live.publish(query, Buffer.from('{"type":"matches"}'));
    hive.commit([makeRecord(1)]);
    await notes.until(() => notes.bodies.length > 0);
    expect(notes.bodies).toEqual(['line 1']);
  });

  it('that could not be opened leaves nothing behind', async () => {
    const notes = new Notes();
    await expect(hub.follow('((', ACTOR, notes)).rejects.toMatchObject({ code: 'query-syntax' });
    expect(hive.standing.size).toBe(0);
    await expect(hub.follow('((', ACTOR, notes)).rejects.toMatchObject({ code: 'query-syntax' });
  });
});
