import { describe, expect, it } from '@jest/globals';
import { provideMongo } from '../../scripts/services.ts';
import { runChaos } from '../chaos/run.ts';

describe('kill -9 of each process in turn and of the database server, under load, with rotation', () => {
  it('loses and doubles nothing', async () => {
    const mongo = await provideMongo({ environment: { ...process.env, MONGODB_URL: undefined } });
    try {
      const store = { url: mongo.url('chaos'), service: mongo };
      const result = await runChaos({ rounds: 1, store, linesPerSecond: 1_000 });
      expect(result).toMatchObject({ lost: 0, doubled: 0, broken: 0, examples: [] });
      expect(result.lines).toBeGreaterThan(2_000);
    } finally {
      await mongo.stop();
    }
  }, 600_000);
});
