/** Routes of saved queries and of exporting lines: a part of Queen's table. */
import { EXPORT_LINES_MAX } from '@apiary/common/limits/screens.ts';
import { savedQueryInputSchema, savedQuerySchema } from '@apiary/common/messages/saved-query.ts';
import { z } from 'zod';
import { bare, route } from './route.ts';

/** How lines are written to a file. */
export const EXPORT_FORMATS = ['ndjson', 'csv', 'raw'] as const;

/** Routes by name. */
export const QUERY_ROUTES = {
  listQueries: route('get', '/api/queries', {
    ...bare,
    access: 'viewer',
    summary: 'Lists one’s own saved queries and those of the team',
    response: z.object({ queries: z.array(savedQuerySchema) }),
  }),
  saveQuery: route('post', '/api/queries', {
    ...bare,
    access: 'viewer',
    summary: 'Saves a query or changes a saved one; to share it the role editor is needed',
    body: savedQueryInputSchema,
    response: z.object({ query: savedQuerySchema }),
  }),
  removeQueries: route('post', '/api/queries/remove', {
    ...bare,
    access: 'viewer',
    summary: 'Removes one’s own saved queries, an administrator also shared ones of others',
    body: z.object({ ids: z.array(z.string().min(1).max(64)).min(1).max(1_000) }),
    response: z.object({ removed: z.array(z.string()) }),
  }),
  exportLines: route('get', '/api/export', {
    ...bare,
    access: 'viewer',
    scope: 'search:read',
    summary:
      'Streams all matching lines as a file, without the bounds of a page; an answer that cannot be whole is cut off',
    query: z.object({
      query: z.string().max(16_384).default(''),
      from: z.coerce.number().optional(),
      to: z.coerce.number().optional(),
      order: z.enum(['newest', 'oldest']).default('oldest'),
      format: z.enum(EXPORT_FORMATS).default('ndjson'),
      limit: z.coerce.number().int().min(1).max(EXPORT_LINES_MAX).default(EXPORT_LINES_MAX),
    }),
    response: z.string(),
    contentType: 'application/octet-stream',
  }),
} as const;
