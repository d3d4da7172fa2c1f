/** Retention: how long what is stored stays. A class is chosen by the tags of a line's target. */
import { z } from 'zod';
import {
  RETENTION_BYTES_MIN,
  RETENTION_CLASSES_MAX,
  RETENTION_DAYS_MAX,
  RETENTION_TAGS_MAX,
} from '../limits/store.ts';

/** The class of whatever no other class takes; it is always there. */
export const DEFAULT_CLASS = 'default';

/** One class. Without `days` and `bytes` it keeps everything. */
export const retentionClassSchema = z.object({
  name: z.string().regex(/^[a-z][a-z0-9-]{0,31}$/, 'expected lower-case letters, digits, hyphens'),
  /** Lines with any of these tags belong to it; `default` takes what is left, and has none. */
  tags: z.array(z.string().min(1).max(64)).max(RETENTION_TAGS_MAX).default([]),
  /** Whole days (UTC) after the day of arrival; then the day's data goes. */
  days: z.number().int().min(1).max(RETENTION_DAYS_MAX).optional(),
  /** Bytes that its sealed chunks may take on disk; past it the oldest go. */
  bytes: z.number().int().min(RETENTION_BYTES_MIN).optional(),
});

/** See {@link retentionClassSchema}. */
export type RetentionClass = z.output<typeof retentionClassSchema>;

/** All classes. The first whose tag a line bears takes it. */
export const retentionClassesSchema = z
  .array(retentionClassSchema)
  .min(1)
  .max(RETENTION_CLASSES_MAX)
  .superRefine((classes, context) => {
    const refuse = (message: string) => context.addIssue({ code: 'custom', message });
    const names = classes.map(({ name }) => name);
    const tags = classes.flatMap((each) => each.tags);
    if (new Set(names).size < names.length) refuse('two classes have the same name');
    if (new Set(tags).size < tags.length) refuse('a tag chooses one class, not two');
    const rest = classes.find(({ name }) => name === DEFAULT_CLASS);
    if (!rest) refuse(`the class ${DEFAULT_CLASS} is missing`);
    else if (rest.tags.length > 0) refuse(`${DEFAULT_CLASS} takes what is left, and has no tags`);
  });

/** The document of all classes; there is one, and honeycomb writes it. */
export const retentionSchema = z.object({
  id: z.literal('retention'),
  classes: retentionClassesSchema,
});

/** See {@link retentionSchema}. */
export type Retention = z.output<typeof retentionSchema>;

/** A class with what is stored of it now. A class that was removed is shown while it has data. */
export const retentionViewSchema = retentionClassSchema.extend({
  /** False for one that was removed: what it holds goes as `default` says. */
  active: z.boolean(),
  /** Arrival days, `2026-11-20`; absent while it has no sealed data. */
  firstDay: z.string().optional(),
  lastDay: z.string().optional(),
  chunks: z.number().int(),
  records: z.number().int(),
  rawBytes: z.number(),
  storedBytes: z.number(),
});

/** See {@link retentionViewSchema}. */
export type RetentionView = z.output<typeof retentionViewSchema>;
