import { expect, test } from '@jest/globals';
import { runBeeLong } from './bee-long-run.ts';

test('a Bee that is killed while logs rotate loses and doubles nothing', async () => {
  const result = await runBeeLong({ rotations: 125, kills: 4 });
  expect(result).toMatchObject({ lost: 0, doubled: 0, broken: 0, examples: [] });
  expect(result).toMatchObject({ rotations: 125, kills: 4 });
  expect(result.lines).toBeGreaterThan(1_500);
}, 600_000);
