import { ManualClock } from '@apiary/common/clock.ts';
import { TAIL_BATCH_INTERVAL_MS } from '@apiary/common/limits.ts';
import type { LogRecord } from '@apiary/common/record.ts';
import { describe, expect, it } from '@jest/globals';
import { makeRecord } from '../testing/fake-hive.ts';
import { Outbox, type Outgoing, type Wire } from './outbox.ts';
import { RateLane } from './rate-feed.ts';
import { SearchLane } from './search-lane.ts';
import { Backlog, TailLane } from './tail-lane.ts';

/** A wire that takes one thing, then nothing until the test says so. */
class SlowWire implements Wire {
  writable = true;
  readonly sent: Outgoing[] = [];
  #listener = () => {};

  send(outgoing: Outgoing): void {
    this.sent.push(outgoing);
    this.writable = false;
  }

  onWritable(listener: () => void): void {
    this.#listener = listener;
  }

  drain(): void {
    this.writable = true;
    this.#listener();
  }
}

function setUp(backlog = new Backlog()) {
  const wire = new SlowWire();
  const outbox = new Outbox(wire);
  const clock = new ManualClock();
  let missed = 0;
  const lane = new TailLane({
    id: 't',
    outbox,
    backlog,
    clock,
    onMissed: (count) => {
      missed += count;
    },
  });
  return { wire, outbox, clock, lane, backlog, missed: () => missed };
}

/** Record numbers and missed counts, in the order sent. */
function summary(sent: readonly Outgoing[]): unknown[] {
  return sent.map(({ event, payload }) => {
    // The lane makes no other payloads.
    const { count, records } = payload as { count?: number; records?: LogRecord[] };
    return event === 'tail.missed' ? { missed: count } : records?.map(({ body }) => body);
  });
}

describe('a tail of one socket', () => {
  it('sends at once when idle and gathers under load', () => {
    const { wire, clock, lane } = setUp();
    lane.matched([makeRecord(1)], 0);
    wire.drain();
    lane.matched([makeRecord(2)], 0);
    lane.matched([makeRecord(3)], 4);
    wire.drain();
    expect(summary(wire.sent)).toEqual([['line 1']]);
    clock.advance(TAIL_BATCH_INTERVAL_MS);
    expect(summary(wire.sent)).toEqual([['line 1'], ['line 2', 'line 3']]);
    expect(wire.sent[1]?.payload).toMatchObject({ omitted: 4 });
  });

  it('holds a bounded backlog for a socket that does not read and tells what was missed', () => {
    const { wire, clock, lane, backlog, missed } = setUp(new Backlog(10_000));
    for (let i = 0; i < 10_000; i += 1) {
      clock.advance(1);
      lane.matched([makeRecord(i)], 0);
      expect(backlog.bytes).toBeLessThanOrEqual(10_000);
    }
    wire.drain();
    clock.advance(TAIL_BATCH_INTERVAL_MS);
    wire.drain();
    const [first, told, last] = summary(wire.sent);
    expect(first).toEqual(['line 0']);
    expect(told).toEqual({ missed: missed() });
    expect(last).toHaveLength(10_000 - 1 - missed());
    expect((last as string[]).at(-1)).toBe('line 9999');
    expect(backlog.bytes).toBe(0);
  });

  it('shares the bound with the other tails of the socket and gives its part back', () => {
    const { outbox, clock, lane, backlog, wire } = setUp(new Backlog(10_000));
    wire.writable = false;
    lane.matched(
      Array.from({ length: 18 }, (_, i) => makeRecord(i)),
      0,
    );
    let missed = 0;
    const onMissed = (count: number) => {
      missed += count;
    };
    const other = new TailLane({ id: 'u', outbox, backlog, clock, onMissed });
    other.matched([makeRecord(1), makeRecord(2)], 0);
    expect(missed).toBe(1);
    lane.close();
    expect(backlog.bytes).toBeLessThan(1_000);
  });
});

describe('a record larger than the bound', () => {
  it('passes when nothing else waits', () => {
    const { wire, lane, missed } = setUp(new Backlog(1_000));
    wire.writable = false;
    lane.matched([makeRecord(1), makeRecord(2, { body: 'x'.repeat(5_000) })], 0);
    expect(missed()).toBe(1);
    wire.drain();
    wire.drain();
    expect(wire.sent[1]?.payload).toMatchObject({ records: [{ id: makeRecord(2).id }] });
  });
});

describe('the outbox', () => {
  it('gives each lane its turn and keeps only the newest rate', () => {
    const { wire, outbox, lane } = setUp();
    const rates = new RateLane(outbox);
    lane.matched([makeRecord(1)], 0);
    lane.missed(3);
    for (let i = 0; i < 5; i += 1) {
      rates.changed({ linesPerSecond: i, bytesPerSecond: 0, atMs: i });
    }
    wire.drain();
    wire.drain();
    expect(wire.sent.map(({ event }) => event)).toEqual([
      'tail.records',
      'tail.missed',
      'system.rate',
    ]);
    expect(wire.sent[2]?.payload).toMatchObject({ linesPerSecond: 4 });
  });

  it('makes a search wait until its part was taken', async () => {
    const { wire, outbox } = setUp();
    const lane = new SearchLane('s', 'search.part', outbox);
    await lane.put({ type: 'counts', total: 1, hosts: 1 });
    let isTaken = false;
    const second = lane.put({ type: 'counts', total: 2, hosts: 1 }).then(() => {
      isTaken = true;
    });
    await Promise.resolve();
    expect(isTaken).toBe(false);
    wire.drain();
    await second;
    expect(wire.sent).toHaveLength(2);
  });
});
