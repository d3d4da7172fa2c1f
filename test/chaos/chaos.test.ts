import { startProxy } from '@apiary/common/testing/tcp-proxy.ts';
import { describe, expect, it } from '@jest/globals';
import { provideRabbit } from '../../scripts/services.ts';
import { HIVE_ACCOUNT } from '../harness/broker-accounts.ts';
import { startLoneBroker } from './lone-broker.ts';
import { networkFaults } from './network.ts';
import { rabbitQueues } from './queues.ts';
import { runChaos } from './run.ts';

const CLEAN = {
  ...{ lost: 0, doubled: 0, broken: 0, examples: [], notWhole: 0, stuck: [] },
  answers: { wrong: 0, examples: [], unanswered: 0 },
};

describe('kill -9 of each process in turn, under load, with rotation', () => {
  it('loses and doubles nothing on the embedded broker', async () => {
    const result = await runChaos({ rounds: 4 });
    expect(result).toMatchObject(CLEAN);
    expect(result.lines).toBeGreaterThan(10_000);
    expect(result.answers.asked).toBeGreaterThan(20);
  }, 600_000);

  it('loses and doubles nothing on RabbitMQ, which is killed as well', async () => {
    const rabbit = await provideRabbit({
      environment: { ...process.env, RABBITMQ_URL: undefined },
      users: [HIVE_ACCOUNT],
    });
    if (!rabbit) throw new Error('RabbitMQ is required here');
    const queues = rabbitQueues(rabbit.control);
    try {
      const broker = { url: rabbit.urlOf(HIVE_ACCOUNT), service: rabbit, queues };
      const result = await runChaos({ rounds: 1, broker });
      expect(result).toMatchObject(CLEAN);
      expect(result.lines).toBeGreaterThan(5_000);
    } finally {
      await rabbit.stop();
    }
  }, 600_000);

  it('loses and doubles nothing when the network before the broker fails', async () => {
    const broker = await startLoneBroker();
    const network = await startProxy({ port: broker.port });
    try {
      const url = broker.url.replace(String(broker.port), String(network.port));
      const result = await runChaos({
        rounds: 1,
        broker: { url, service: broker, queues: broker.queues },
        faults: networkFaults(network),
      });
      expect(result).toMatchObject(CLEAN);
      expect(result.faults).toBe(4);
    } finally {
      await network.stop();
      await broker.stop();
    }
  }, 600_000);
});
