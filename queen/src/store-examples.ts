/** Examples of the store's routes in the OpenAPI document. */
import type { z } from 'zod';
import type { RouteExample } from './openapi-examples.ts';
import type { STORE_ROUTES } from './store-routes.ts';

const classes = [
  { name: 'audit', tags: ['audit', 'security'], days: 400 },
  { name: 'default', tags: [], days: 30, bytes: 50_000_000_000 },
];
const held = {
  active: true,
  firstDay: '2026-10-21',
  lastDay: '2026-11-20',
  chunks: 31,
  records: 18_204_113,
  rawBytes: 1_957_331_200,
  storedBytes: 114_020_551,
};

/** By the routes' names. */
export const STORE_EXAMPLES: {
  readonly [N in keyof typeof STORE_ROUTES]?: RouteExample<
    z.input<(typeof STORE_ROUTES)[N]['body']>,
    z.input<(typeof STORE_ROUTES)[N]['response']>
  >;
} = {
  readRetention: { response: { classes: classes.map((each) => ({ ...each, ...held })) } },
  readSizes: {
    response: {
      ...{ diskBytes: 9_437_184, freeBytes: 1_048_576 },
      open: { records: 812, rawBytes: 98_304, storedBytes: 20_480 },
      partitions: [
        {
          ...{ day: '2026-11-20', retentionClass: 'audit', chunks: 1, records: 65_536 },
          ...{ rawBytes: 8_388_608, storedBytes: 524_288, formats: ['columnar@3'] },
        },
      ],
    },
  },
  previewRetention: {
    body: { classes },
    response: {
      ...{ firstDay: '2026-09-01', lastDay: '2026-10-20' },
      ...{ records: 9_120_004, storedBytes: 57_010_275 },
    },
  },
  countLines: {
    body: { query: '"mira@example.net"', from: 1_795_000_000_000 },
    response: {
      ...{ records: 41, firstTime: 1_795_000_400_000, lastTime: 1_795_100_000_000 },
      upTo: [88_213],
    },
  },
  deleteLines: {
    body: {
      lines: { query: '"mira@example.net"', from: 1_795_000_000_000 },
      ...{ upTo: [88_213], expected: 41, reason: 'request 7 of a customer' },
    },
    response: { isDone: true, chunks: 12, of: 12, deleted: 41, unreadable: 0 },
  },
  checkStore: {
    response: {
      ...{ isDone: true, chunks: 1, of: 1, records: 65_536, storedBytes: 524_288 },
      ...{ problems: [], problemsTotal: 0 },
    },
  },
  setRetention: {
    body: { classes },
    response: { classes: classes.map((each) => ({ ...each, ...held })) },
  },
};
