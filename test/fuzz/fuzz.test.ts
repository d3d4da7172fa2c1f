import { describe, expect, it } from '@jest/globals';
import { ATTACKS } from './index.ts';
import { runFuzz } from './run.ts';

/** All processes together, in the second half; a short run is still warming up in it. */
const GROWN_MB_MAX = 200;

describe('spoilt input of every kind', () => {
  it('ends no process, is answered to nobody who may not ask, and lets lines flow on', async () => {
    const outcomes = await runFuzz({ kinds: ATTACKS, seconds: 5, seed: 7, report: () => {} });
    expect(outcomes.map(({ name, faults }) => ({ name, faults }))).toEqual(
      ATTACKS.map(({ name }) => ({ name, faults: [] })),
    );
    for (const { cases, residentMb } of outcomes) {
      expect(cases).toBeGreaterThan(20);
      expect(residentMb[1] - residentMb[0]).toBeLessThan(GROWN_MB_MAX);
    }
  }, 300_000);
});
