/** What honeycomb answers about the life of what it stores; a part of its table. */
import { z } from 'zod';
import { retentionClassesSchema, retentionViewSchema } from '../retention.ts';
import { defineAction } from './action.ts';

const retentionAnswer = z.object({ classes: z.array(retentionViewSchema) });

/** See the file's head. */
export const storeActions = {
  readRetention: defineAction('honeycomb.readRetention', 'viewer', z.object({}), retentionAnswer),
  /** Replaces all classes. What is past its time then goes at once. */
  setRetention: defineAction(
    'honeycomb.setRetention',
    'admin',
    z.object({ classes: retentionClassesSchema }),
    retentionAnswer,
  ),
} as const;
