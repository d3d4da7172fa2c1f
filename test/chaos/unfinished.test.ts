import type { Health, Vitals } from '@apiary/common/messages/vitals.ts';
import { expect, test } from '@jest/globals';
import { unfinishedCommits } from './unfinished.ts';

const AT_MS = 1_000_000;

function health(...ingests: Vitals['ingest'][]): Health {
  const processes = ingests.map((ingest, index) => ({
    ...{ instance: `h${index}`, components: ['honeycomb'], version: '1', startedMs: 0 },
    ...{ atMs: AT_MS, residentBytes: 1, cpuShare: 0, queues: [], ingest },
  }));
  return {
    ...{ atMs: AT_MS, well: true, sentences: [], linesPerSecond: 0, bytesPerSecond: 0 },
    ...{ dead: 0, quarantined: 0, components: [], processes },
  };
}

test('each honeycomb says what its commit is at, and since when', () => {
  const uncommitted = { step: 'adding entries', messages: 3, sinceMs: AT_MS - 35_000 };
  const stopped = { reason: 'MongoDB does not answer.', sinceMs: AT_MS - 1 };
  expect(unfinishedCommits(health({ uncommitted }, {}, { stopped }))).toEqual([
    'honeycomb 1 of 3 (h0): 3 messages are not stored, the oldest for 35 s: adding entries',
    'honeycomb 2 of 3 (h1): has nothing that is not stored',
    'honeycomb 3 of 3 (h2): takes nothing in: MongoDB does not answer.',
  ]);
  expect(unfinishedCommits(health())).toEqual(['no honeycomb speaks']);
});
