/** The bus's contract on a real RabbitMQ, and what happens when that is killed. */

import { connectBus } from '@apiary/common/bus/amqp-bus.ts';
import { describeBus } from '@apiary/common/bus/bus.contract.ts';
import { BLOCKS_KEY, EXCHANGE, QUEUE } from '@apiary/common/bus/topology.ts';
import { createSilentLogger } from '@apiary/common/log.ts';
import { describeLetters } from '@apiary/hive/agentmanager/letters.contract.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { provideRabbit, type RabbitService } from '../../scripts/services.ts';
import { BEE_ACCOUNT, HIVE_ACCOUNT } from '../harness/broker-accounts.ts';

let rabbit: RabbitService | undefined;

async function requireRabbit(): Promise<RabbitService> {
  let reason = '';
  const onMissing = (why: string) => {
    reason = why;
  };
  const users = [BEE_ACCOUNT, HIVE_ACCOUNT];
  rabbit ??= await provideRabbit({ environment: process.env, users, onMissing });
  if (!rabbit) throw new Error(reason);
  return rabbit;
}

afterAll(async () => {
  await rabbit?.stop();
}, 60_000);

describeBus('RabbitMQ', async () => {
  const service = await requireRabbit();
  const stop = async () => undefined;
  if (!service.isPrivate) return { url: service.url, stop };
  return { url: service.urlOf(HIVE_ACCOUNT), beeUrl: service.urlOf(BEE_ACCOUNT), stop };
});

describeLetters('RabbitMQ', async () => {
  const service = await requireRabbit();
  const url = service.isPrivate ? service.urlOf(HIVE_ACCOUNT) : service.url;
  return await connectBus({ url, name: 'desk', declareTopology: true, log: createSilentLogger() });
});

describe('a RabbitMQ that is killed', () => {
  beforeAll(async () => {
    await requireRabbit();
  }, 120_000);

  it('has every confirmed block after its restart, and gets the rest', async () => {
    const service = await requireRabbit();
    if (!service.isPrivate) return;
    const log = createSilentLogger();
    const bus = await connectBus({ url: service.url, name: 'chaos', declareTopology: true, log });
    const confirmed: string[] = [];
    const publish = async (text: string) => {
      const body = Buffer.from(text);
      await bus.publish({ exchange: EXCHANGE.blocks, routingKey: BLOCKS_KEY, body });
      confirmed.push(text);
    };
    const before = Array.from({ length: 2_000 }, (_, index) => publish(`block-${index}`));
    await Promise.race(before);
    await service.kill();
    const after = Array.from({ length: 100 }, (_, index) => publish(`later-${index}`));
    await service.start();
    await Promise.all([...before, ...after]);
    const seen = new Set<string>();
    const all = Promise.withResolvers<void>();
    await bus.consume(QUEUE.blocks, { prefetch: 100 }, (delivery) => {
      delivery.ack();
      seen.add(delivery.body.toString());
      if (seen.size === confirmed.length) all.resolve();
    });
    await all.promise;
    expect(confirmed).toHaveLength(2_100);
    expect(seen).toEqual(new Set(confirmed));
    await bus.close();
  }, 180_000);
});
