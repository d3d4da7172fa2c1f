/**
 * Fields that people define: a name, and members that are queries with a name and a colour. A line belongs
 * to the first member whose query it matches.
 */
import { z } from 'zod';
import { FIELD_MEMBERS_MAX, QUERY_FIELDS_MAX } from '../limits/screens.ts';

const fieldMemberSchema = z.object({
  name: z.string().trim().min(1).max(80),
  query: z.string().trim().min(1).max(1_000),
  /** Of the eight colours of charts; the eighth is for everything else. */
  color: z.number().int().min(1).max(FIELD_MEMBERS_MAX),
});

/** See {@link fieldMemberSchema}. */
export type FieldMember = z.output<typeof fieldMemberSchema>;

const queryFieldSchema = z.object({
  name: z.string().trim().min(1).max(80),
  members: z.array(fieldMemberSchema).max(FIELD_MEMBERS_MAX),
  /** Whether the lines of no member are one more. */
  rest: z.boolean(),
});

/** See the top of this file. */
export type QueryField = z.output<typeof queryFieldSchema>;

/** The fields of one query. */
export const queryFieldsSchema = z.array(queryFieldSchema).max(QUERY_FIELDS_MAX);
