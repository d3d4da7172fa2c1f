/** The memory that rows are counted in has room for all that is laid out in it, whatever its size. */
import { expect, test } from '@jest/globals';
import { encodeTimes } from '../time-column.ts';
import { countStretches } from './times-memory.ts';

const PAGE_BYTES = 64 * 1024;
const CODES = 3;
const MATCHES = 1;

test('columns of any length are counted, also those that end with a page of memory', () => {
  const [from, to] = [0, 1];
  const source = {
    ...{ agent: 'a', host: 'h', target: 't', file: 'f', tags: [], generation: 'g', history: false },
  };
  const stretch = { from, to, source, offset: 0, observed: 0, sequence: 1, mapped: false };
  const times = encodeTimes(Float64Array.of(5), [stretch]);
  const template = Uint16Array.of(0);
  const span = { origin: 0, step: 10, buckets: 1, range: { from: -Infinity, to: Infinity } };
  for (let rows = 1; rows <= 2 * PAGE_BYTES; rows += 8) {
    const flags = new Uint8Array(rows).fill(1);
    const open = new Map([[0, { rows, flags, level: 0, levels: undefined }]]);
    const columns = { template, times, codes: Uint8Array.of(255), open };
    expect(countStretches(columns, [stretch], span, CODES)[MATCHES]).toBe(1);
  }
});
