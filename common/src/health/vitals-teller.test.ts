import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EXCHANGE } from '../bus/topology.ts';
import { VITALS_INTERVAL_MS } from '../limits/health.ts';
import { type Vitals, vitalsSchema } from '../messages/vitals.ts';
import { TestSite } from '../testing/test-context.ts';
import { DiskSpace } from './disk-space.ts';
import { HealthBoard } from './health-board.ts';
import { VitalsTeller } from './vitals-teller.ts';

let site: TestSite;
beforeEach(async () => {
  site = await TestSite.create();
});
afterEach(() => site.close());

describe('the vitals of a process', () => {
  it('tell memory, CPU, queues, disk and ingest, again and again until it stops', async () => {
    const { bus, clock, metrics, instance } = await site.context();
    const heard: Vitals[] = [];
    await bus.events.on('process.vitals', ({ body }) => void heard.push(vitalsSchema.parse(body)));
    await bus.publish({ exchange: EXCHANGE.dead, routingKey: '', body: Buffer.from('x') });
    const board = new HealthBoard();
    board.askIngest(() => ({ lagMs: 40 }));
    let cpuMs = 0;
    const teller = new VitalsTeller({
      ...{ bus, clock, metrics, instance, board, components: ['agentmanager'] },
      disk: new DiskSpace('/tmp'),
      usage: () => ({ residentBytes: 7, cpuMs }),
    });
    await teller.start();
    await site.broker.settled();
    expect(heard).toHaveLength(1);
    expect(heard[0]).toMatchObject({ residentBytes: 7, ingest: { lagMs: 40 } });
    expect(heard[0]?.queues).toContainEqual({ name: 'apiary.dead', waiting: 1 });
    expect(heard[0]?.disk?.totalBytes).toBeGreaterThan(0);
    cpuMs = VITALS_INTERVAL_MS / 4;
    site.clock.advance(VITALS_INTERVAL_MS);
    await site.broker.settled();
    expect(heard[1]?.cpuShare).toBeCloseTo(0.25);
    expect(await metrics.text()).toContain('apiary_queue_waiting{queue="apiary.dead"} 1');
    teller.stop();
    site.clock.advance(2 * VITALS_INTERVAL_MS);
    await site.broker.settled();
    expect(heard).toHaveLength(2);
  });

  it('say nothing while the broker is away', async () => {
    const context = await site.context();
    const teller = new VitalsTeller({ ...context, components: [], board: new HealthBoard() });
    context.bus.cut();
    await teller.start();
    teller.stop();
    expect(await context.metrics.text()).not.toContain('apiary_queue_waiting{');
  });
});
