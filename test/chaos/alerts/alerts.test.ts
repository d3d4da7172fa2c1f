import { describe, expect, it } from '@jest/globals';
import { runAlertChaos } from './run.ts';

describe('kill -9 of everything between a line and a phone, at random', () => {
  it('loses no alert, and tells none under a second key', async () => {
    const result = await runAlertChaos({ count: 60, perSecond: 4, pauseMs: 500 });
    expect(result).toMatchObject({ alerts: 60, lost: [], doubled: [] });
    // One in all: a process may die between a push and the note that it was sent.
    expect(result.repeats).toBeLessThanOrEqual(1);
    expect(Object.keys(result.kills).length).toBeGreaterThan(3);
  }, 600_000);
});
