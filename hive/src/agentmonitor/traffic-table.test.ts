import { TRAFFIC_SLOT_MS, TRAFFIC_SLOTS_MAX } from '@apiary/common/limits/traffic.ts';
import { describe, expect, test } from '@jest/globals';
import { TrafficTable } from './traffic-table.ts';

const AGENT = 'a'.repeat(32);

describe('the traffic of agents', () => {
  const at = (second: number, lines: number, bytes = lines * 100) =>
    [
      AGENT,
      { sentMs: second * 1_000, linesRead: lines, bytesConfirmed: bytes },
      second * 1_000,
    ] as const;

  test('a rate is what was read between two heartbeats', () => {
    const table = new TrafficTable();
    table.hear(...at(0, 5_000));
    expect(table.takeChanges()).toEqual([]);
    table.hear(...at(2, 5_030));
    expect(table.takeChanges()).toMatchObject([
      { agent: AGENT, linesPerSecond: 15, bytesPerSecond: 1_500, slotMs: 0, slotLinesPerSecond: 3 },
    ]);
    expect(table.takeChanges()).toEqual([]);
  });

  test('an agent at rest is told of once, when it comes to rest', () => {
    const table = new TrafficTable();
    for (const second of [0, 2, 4, 6]) table.hear(...at(second, second === 0 ? 0 : 10));
    expect(table.takeChanges()).toMatchObject([{ linesPerSecond: 0, bytesPerSecond: 0 }]);
    table.hear(...at(8, 10));
    expect(table.takeChanges()).toEqual([]);
  });

  test('a Bee that began anew does not count backwards, nor all that it ever read', () => {
    const table = new TrafficTable();
    table.hear(...at(0, 1_000));
    table.hear(...at(2, 40));
    table.hear(...at(4, 60));
    expect(table.all()).toMatchObject([{ linesPerSecond: 10 }]);
  });

  test('the trend keeps its last slots, with 0 where nothing was heard', () => {
    const table = new TrafficTable();
    table.hear(...at(0, 0));
    table.hear(...at(2, 50));
    table.hear(...at(4, 100));
    table.hear(...at(31, 140));
    expect(table.all()[0]).toMatchObject({ slotMs: 30_000, trend: [10, 0, 0, 4] });
    for (let slot = 4; slot < 100; slot += 1) {
      table.hear(...at((slot * TRAFFIC_SLOT_MS) / 1_000, 140 + slot));
    }
    expect(table.all()[0]?.trend).toHaveLength(TRAFFIC_SLOTS_MAX);
  });

  test('lag is told when it changes; who died sends nothing; who is forgotten is gone', () => {
    const table = new TrafficTable();
    table.setLag(AGENT, 4_096, 0);
    table.setLag(AGENT, 4_096, 1);
    expect(table.takeChanges()).toMatchObject([{ lagBytes: 4_096 }]);
    table.hear(...at(0, 0));
    table.hear(...at(2, 50));
    table.silence(AGENT);
    expect(table.takeChanges()).toMatchObject([{ linesPerSecond: 0, lagBytes: 4_096 }]);
    table.forget(AGENT);
    expect(table.all()).toEqual([]);
  });
});
