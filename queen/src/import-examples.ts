/** Examples of the imports' routes in the OpenAPI document. */
import type { z } from 'zod';
import type { IMPORT_ROUTES } from './import-routes.ts';
import type { RouteExample } from './openapi-examples.ts';

const generation = '5f0c9b1e77aa3d42';

/** By the routes' names. */
export const IMPORT_EXAMPLES: {
  readonly [N in keyof typeof IMPORT_ROUTES]?: RouteExample<
    z.input<(typeof IMPORT_ROUTES)[N]['body']>,
    z.input<(typeof IMPORT_ROUTES)[N]['response']>
  >;
} = {
  beginImport: {
    body: { generation, name: '/var/log/old/app.log.3.gz', tags: ['app'], size: 73_400_320 },
    response: { ranges: [{ from: 0, to: 52_428_800 }] },
  },
  importRuns: {
    body: { host: 'web-1', zoneOffsetMinutes: 60, bodies: ['KLUv/QBYAQAA'] },
    response: { storedBytes: 262_144, heldBytes: 0 },
  },
  readDigest: {
    body: { generation },
    response: {
      ...{ isDone: true, bytes: 73_400_320, lines: 611_204, beyond: 0 },
      sha256: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    },
  },
};
