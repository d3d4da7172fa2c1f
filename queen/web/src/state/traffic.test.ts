import { ManualClock } from '@apiary/common/clock.ts';
import { TRAFFIC_SLOT_MS } from '@apiary/common/limits/traffic.ts';
import { describe, expect, test } from '@jest/globals';
import { Connection } from './connection.ts';
import { FakeSocket } from './testing.ts';
import { TrafficWatch } from './traffic.ts';

const AGENT = 'a'.repeat(32);
const figures = { agent: AGENT, linesPerSecond: 2, bytesPerSecond: 20, lagBytes: 0 };

describe('watching traffic', () => {
  async function opened() {
    const socket = new FakeSocket();
    socket.answers.set('traffic.watch', {
      traffic: [{ ...figures, slotMs: 0, trend: [1, 2] }],
    });
    const watch = new TrafficWatch(new Connection(socket, new ManualClock()));
    socket.receive('connect');
    return { socket, watch };
  }

  test('is asked for by the first page that shows it, and ends with the last', async () => {
    const { socket, watch } = await opened();
    expect(socket.sent).toEqual([]);
    const stops = [watch.watch(), watch.watch()];
    for (const stop of stops) stop();
    expect(socket.sent.map(({ event }) => event)).toEqual(['traffic.watch', 'traffic.unwatch']);
  });

  test('puts each change into the trend, with 0 for what was silent, and asks again when it is back', async () => {
    const { socket, watch } = await opened();
    watch.watch();
    await Promise.resolve();
    const slotMs = 2 * TRAFFIC_SLOT_MS;
    const change = { ...figures, linesPerSecond: 7, slotMs, slotLinesPerSecond: 5 };
    socket.receive('traffic.changed', { traffic: [change] });
    expect(watch.traffic.get()?.get(AGENT)).toEqual({
      ...figures,
      linesPerSecond: 7,
      slotMs,
      trend: [1, 2, 0, 5],
    });
    socket.receive('disconnect');
    socket.receive('connect');
    await Promise.resolve();
    expect(watch.traffic.get()?.get(AGENT)?.trend).toEqual([1, 2]);
  });
});
