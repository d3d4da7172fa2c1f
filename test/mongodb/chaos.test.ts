import { describe, expect, it } from '@jest/globals';
import { provideMongo, provideRabbit } from '../../scripts/services.ts';
import { rabbitQueues } from '../chaos/queues.ts';
import { runChaos } from '../chaos/run.ts';

describe('kill -9 of each process in turn, of the database server and of RabbitMQ, under load, with rotation', () => {
  it('loses and doubles nothing, with RabbitMQ, which is killed as well', async () => {
    const rabbit = await provideRabbit({
      environment: { ...process.env, RABBITMQ_URL: undefined },
    });
    if (!rabbit) throw new Error('RabbitMQ is required here');
    const mongo = await provideMongo({ environment: { ...process.env, MONGODB_URL: undefined } });
    try {
      const store = { url: mongo.url('chaos'), service: mongo };
      const queues = rabbitQueues(rabbit.control);
      const broker = { url: rabbit.url, service: rabbit, queues };
      const result = await runChaos({ rounds: 1, broker, store, linesPerSecond: 1_000 });
      expect(result).toMatchObject({
        ...{ lost: 0, doubled: 0, broken: 0, examples: [], notWhole: 0, stuck: [] },
        answers: { wrong: 0, examples: [], unanswered: 0 },
      });
      expect(result.answers.asked).toBeGreaterThan(20);
      expect(result.kills).toBe(5);
      expect(result.lines).toBeGreaterThan(2_000);
    } finally {
      await mongo.stop();
      await rabbit.stop();
    }
  }, 600_000);
});
