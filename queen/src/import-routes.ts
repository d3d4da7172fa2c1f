/** Routes of bulk imports: a part of Queen's table. honeycomb answers. */
import { digestPartSchema, importActions } from '@apiary/common/messages/actions/import.ts';
import { z } from 'zod';
import { bare, route } from './route.ts';

const { importRuns, digest } = importActions;

/** See the file's head. */
export const IMPORT_ROUTES = {
  beginImport: route('post', '/api/imports', {
    ...bare,
    access: importRuns.role,
    summary: 'Begins or resumes a bulk import: tells which bytes of the content are stored already',
    body: z.object({
      generation: digest.request.shape.generation,
      /** For the audit log. */
      name: z.string().max(4_096),
      tags: z.array(z.string().max(256)).max(64),
      size: z.number().int().nonnegative(),
    }),
    response: z.object({
      /** Bytes of the content, ascending; `to` is exclusive. As many as an answer holds. */
      ranges: z.array(z.object({ from: z.number(), to: z.number() })),
    }),
  }),
  importRuns: route('post', '/api/imports/runs', {
    ...bare,
    access: importRuns.role,
    isPart: true,
    summary: 'Stores lines of a bulk import; answers when they are durable',
    body: importRuns.request,
    response: importRuns.response,
  }),
  readDigest: route('post', '/api/imports/digest', {
    ...bare,
    access: digest.role,
    scope: 'imports:read',
    summary: 'Reads what is stored of an import back, and tells its lines and its SHA-256',
    body: digest.request,
    response: digestPartSchema,
    line: digestPartSchema,
  }),
} as const;
