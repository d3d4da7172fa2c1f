/** The settings of `./apiary store`. */
import { type Settings, switchSchema } from '@apiary/common/config.ts';
import { z } from 'zod';
import { byteSizeSchema } from '../../byte-size.ts';
import { rangeSettings } from '../../query-command.ts';
import { connectionSettings } from '../../settings.ts';

const daysMessage = 'expected a number of days, or forever';

/** See the file's head. */
export const shape = {
  ...connectionSettings,
  ...rangeSettings,
  dryRun: {
    schema: switchSchema,
    help: 'delete: tells how many lines there are, and deletes none',
  },
  yes: { schema: switchSchema, help: 'does not ask before something is gone for good' },
  reason: {
    schema: z.string().min(1).max(500).optional(),
    value: 'TEXT',
    help: 'delete: why, for the audit log, which does not keep the query',
  },
  tags: {
    schema: z
      .string()
      .transform((text) => text.split(',').filter((tag) => tag !== ''))
      .optional(),
    value: 'TAG,…',
    help: 'retention set: lines with any of these tags belong to the class',
  },
  days: {
    schema: z
      .union([z.literal('forever'), z.coerce.number({ error: daysMessage }).int(daysMessage)])
      .optional(),
    value: 'N|forever',
    help: 'retention set: whole days that it keeps after the day of arrival',
  },
  size: {
    schema: z.union([z.literal('any'), byteSizeSchema]).optional(),
    value: 'SIZE|any',
    help: 'retention set: what it may take on disk, e.g. 50G; past it the oldest go',
  },
  json: { schema: switchSchema, help: 'prints one JSON document' },
} as const;

/** See {@link shape}. */
export type StoreSettings = Settings<typeof shape>;
