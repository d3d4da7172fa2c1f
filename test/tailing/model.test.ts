import { expect, test } from '@jest/globals';
import { playMany } from './model.ts';

test('whatever happens to a log, in whatever order, honeycomb holds each line once', async () => {
  // The same scenarios each time; `./apiary chaos --bee --scenarios 1000` plays others.
  const { played, failures } = await playMany({ seed: 20_261_128, scenarios: 24, stepsMax: 14 });
  expect(failures).toEqual([]);
  expect(played).toBe(24);
}, 300_000);
