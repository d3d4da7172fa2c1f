import { z } from 'zod';

/** A honeycomb that stores: its id is the instance that its RPC queue is named after. */
export const honeycombMemberSchema = z.object({ id: z.string(), sinceMs: z.number() });

/** See {@link honeycombMemberSchema}. */
export type HoneycombMember = z.output<typeof honeycombMemberSchema>;
