import { ManualClock } from '@apiary/common/clock.ts';
import { LIVE_PENDING_MAX } from '@apiary/common/limits.ts';
import type { SearchPart } from '@apiary/common/messages/actions/honeycomb.ts';
import type { LogRecord } from '@apiary/common/record.ts';
import { describe, expect, test } from '@jest/globals';
import { Connection } from './connection.ts';
import { LogSearch } from './log-search.ts';
import { FakeSocket, recordAt } from './testing.ts';
import { DEFAULT_RANGE } from './time-range.ts';

/** A search on a connection whose other side is the test. */
class Rig {
  readonly socket = new FakeSocket();
  readonly clock = new ManualClock();
  readonly connection = new Connection(this.socket, this.clock);
  readonly search = new LogSearch(this.connection, this.clock);

  constructor() {
    this.socket.receive('connect');
  }

  get view() {
    return this.search.view.get();
  }

  get bodies(): (string | undefined)[] {
    const buffer = this.search.buffer;
    return Array.from({ length: buffer.size }, (_, row) => buffer.at(row)?.body);
  }

  line(agoMs: number, body: string): LogRecord {
    const time = this.clock.now() - agoMs;
    return recordAt(time, { id: `a1:${body}`, body });
  }

  async start(query: string): Promise<void> {
    this.search.start(query, DEFAULT_RANGE);
    await this.settle();
  }

  /** Requests are sent after those before them were acknowledged. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 5; turn++) await Promise.resolve();
  }

  part(part: SearchPart): void {
    // What LogSearch sends.
    const started = this.socket.last('search.start') as { id: string };
    this.socket.receive('search.part', { id: started.id, part });
  }

  answer(records: LogRecord[], total = records.length): void {
    if (records.length > 0) this.part({ type: 'records', records });
    this.part({ type: 'counts', total, hosts: 1 });
    this.part({ type: 'done', total, elapsedMs: 3, missing: [] });
  }

  live(...records: LogRecord[]): void {
    // What LogSearch sends.
    const { id } = this.socket.last('tail.start') as { id: string };
    this.socket.receive('tail.records', { id, records, omitted: 0 });
  }
}

describe('LogSearch', () => {
  test('registers the standing query before it searches', async () => {
    const rig = new Rig();
    await rig.start('failed');
    expect(rig.socket.sent.map(({ event }) => event)).toEqual(['tail.start', 'search.start']);
  });

  test('lines that come before they are counted are in the count so far', async () => {
    const rig = new Rig();
    await rig.start('failed');
    const lines = [1, 2, 3].map((ago) => rig.line(ago, `failed ${ago}`));
    rig.part({ type: 'records', records: lines });
    expect(rig.view).toMatchObject({ status: 'searching', counts: { total: 3, hosts: 0 } });
    rig.part({ type: 'counts', total: 2, hosts: 1 });
    expect(rig.view.counts).toMatchObject({ total: 3, hosts: 1 });
    rig.part({ type: 'counts', total: 9, hosts: 1 });
    expect(rig.view.counts.total).toBe(9);
    rig.part({ type: 'done', total: 12, elapsedMs: 3, missing: [] });
    expect(rig.view).toMatchObject({ status: 'done', counts: { total: 12, hosts: 1 } });
  });

  test('a line that comes by both ways is shown and counted once', async () => {
    const rig = new Rig();
    await rig.start('failed');
    const both = rig.line(5, 'both');
    rig.live(both, rig.line(1, 'live'));
    rig.answer([both, rig.line(9, 'stored')]);
    rig.clock.advance(200);
    expect(rig.bodies).toEqual(['live', 'both', 'stored']);
    expect(rig.view.counts.total).toBe(3);
  });

  test('the old result stays until the first part of the new one', async () => {
    const rig = new Rig();
    await rig.start('a');
    rig.answer([rig.line(9, 'old')]);
    await rig.start('b');
    expect(rig.bodies).toEqual(['old']);
    expect(rig.view.fresh).toBe(false);
    rig.answer([]);
    expect(rig.bodies).toEqual([]);
    expect(rig.view.fresh).toBe(true);
  });

  test('live lines are painted at most thirty-four times a second', async () => {
    const rig = new Rig();
    await rig.start('');
    rig.answer([]);
    rig.live(rig.line(0, 'first'));
    rig.clock.advance(1);
    let paints = 0;
    rig.search.view.subscribe(() => paints++);
    for (let line = 0; line < 100; line++) {
      rig.live(rig.line(0, `line ${line}`));
      rig.clock.advance(10);
    }
    expect(paints).toBeLessThanOrEqual(34);
    rig.clock.advance(100);
    expect(rig.view.counts.total).toBe(101);
  });

  test('held, lines wait and are counted; released, they are there', async () => {
    const rig = new Rig();
    await rig.start('');
    rig.answer([rig.line(9, 'read')]);
    rig.search.hold(true);
    rig.live(rig.line(1, 'new'));
    rig.clock.advance(200);
    expect(rig.bodies).toEqual(['read']);
    expect(rig.view).toMatchObject({ waiting: 1, counts: { total: 2 } });
    rig.search.hold(false);
    expect(rig.bodies).toEqual(['new', 'read']);
    expect(rig.view.waiting).toBe(0);
  });

  test('more waiting lines than are kept are searched for on release', async () => {
    const rig = new Rig();
    await rig.start('');
    rig.answer([]);
    rig.search.hold(true);
    const many = Array.from({ length: LIVE_PENDING_MAX + 1 }, (_, line) => rig.line(0, `${line}`));
    rig.live(...many);
    rig.clock.advance(200);
    expect(rig.view.waiting).toBe(LIVE_PENDING_MAX + 1);
    const searches = () => rig.socket.sent.filter(({ event }) => event === 'search.start').length;
    const before = searches();
    rig.search.hold(false);
    await rig.settle();
    expect(searches()).toBe(before + 1);
  });

  test('a refused query is a failure with its words', async () => {
    const rig = new Rig();
    rig.socket.refusals.set('tail.start', { code: 'query-syntax', message: 'Open phrase.' });
    await rig.start('"open');
    await rig.settle();
    expect(rig.view.status).toBe('failed');
    expect(rig.view.error).toMatchObject({ code: 'query-syntax', message: 'Open phrase.' });
  });

  test('back after a loss it searches again and says what the gap holds', async () => {
    const rig = new Rig();
    await rig.start('');
    rig.answer([rig.line(9, 'before')]);
    rig.socket.receive('disconnect');
    rig.clock.advance(400);
    rig.socket.receive('connect');
    await rig.settle();
    rig.answer([rig.line(1, 'meanwhile'), rig.line(409, 'before')]);
    await rig.settle();
    rig.answer([], 1);
    expect(rig.view.gap).toMatchObject({ lines: 1 });
    expect(rig.bodies).toEqual(['meanwhile', 'before']);
  });
});

describe('Connection', () => {
  test('tries again at the times that it announces, later each time', () => {
    const rig = new Rig();
    rig.socket.receive('disconnect');
    const waits: number[] = [];
    for (let attempt = 0; attempt < 6; attempt++) {
      const state = rig.connection.state.get();
      const wait = state.kind === 'lost' ? (state.retryAtMs ?? 0) - rig.clock.now() : -1;
      waits.push(wait);
      rig.clock.advance(wait);
      expect(rig.socket.connects).toBe(attempt + 1);
      rig.socket.receive('connect_error');
    }
    expect(waits).toEqual([500, 1000, 2000, 3000, 5000, 5000]);
  });
});
