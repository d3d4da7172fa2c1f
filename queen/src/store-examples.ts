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
  setRetention: {
    body: { classes },
    response: { classes: classes.map((each) => ({ ...each, ...held })) },
  },
};
