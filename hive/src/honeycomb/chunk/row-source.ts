/** What rows of one stream have in common, as chunks name it in their heads. */
import { z } from 'zod';

/** A row source as JSON. */
export const rowSourceSchema = z.object({
  agent: z.string(),
  host: z.string(),
  target: z.string(),
  file: z.string(),
  tags: z.array(z.string()),
  generation: z.string(),
  history: z.boolean(),
});
