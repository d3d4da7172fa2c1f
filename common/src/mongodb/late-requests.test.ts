import { expect, test } from '@jest/globals';
import { createSilentLogger } from '../log.ts';
import { Metrics } from '../metrics.ts';
import { tellLate } from './late-requests.ts';

test('late requests are logged as they are, and counted together for all of a process', async () => {
  const lines: unknown[] = [];
  const log = {
    ...createSilentLogger(),
    warn: (fields: object, event: string) => void lines.push([event, fields]),
  };
  const metrics = new Metrics();
  const late = {
    ...{ operation: 'insertAll', table: 'log.frames', waitedMs: 30_000 },
    pool: { open: 3, taken: 2, requests: 4 },
  };
  tellLate({ log, metrics })(late);
  tellLate({ log, metrics })({ ...late, operation: 'get' });
  tellLate({ log, metrics })(late);
  expect(lines[0]).toEqual(['mongodb-late', late]);
  expect(lines).toHaveLength(3);
  const text = await metrics.text();
  expect(text).toContain('apiary_mongodb_late_total{operation="insertAll"} 2');
  expect(text).toContain('apiary_mongodb_late_total{operation="get"} 1');
});
