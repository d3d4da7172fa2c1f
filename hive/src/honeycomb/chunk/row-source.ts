/** What rows of one stream have in common, as chunks name it in their heads. */
import { z } from 'zod';
import type { RowSource } from '../records/record-set.ts';

/**
 * A row source as JSON. One check for all of it: there are 64 in a head, which is read before anything else of a chunk, and
 * a check for each of their parts was most of what that took: 0.5 ms until it was compiled.
 */
export const rowSourceSchema = z.custom<RowSource>(isRowSource, 'this is no row source');

const TEXTS = ['agent', 'host', 'target', 'file', 'generation'] as const;

function isRowSource(value: unknown): value is RowSource {
  if (typeof value !== 'object' || value === null) return false;
  // Only what it may be; each part is looked at.
  const source = value as Partial<Record<keyof RowSource, unknown>>;
  for (const name of TEXTS) if (typeof source[name] !== 'string') return false;
  const { tags, history } = source;
  if (typeof history !== 'boolean' || !Array.isArray(tags)) return false;
  return tags.every((tag) => typeof tag === 'string');
}
