import { parseSettings, settingsHelp, switchSchema } from '@apiary/common/config.ts';
import { AppError } from '@apiary/common/errors.ts';
import { AUDIT_ENTRIES_MAX, AUDIT_PAGE_MAX } from '@apiary/common/limits/access.ts';
import type { AuditEntry } from '@apiary/common/messages/access.ts';
import { ROUTES } from '@apiary/queen/routes.ts';
import { z } from 'zod';
import { ApiClient } from '../api-client.ts';
import type { CommandIo } from '../command.ts';
import { connectionSettings } from '../settings.ts';
import { dayAndTime, table } from '../terminal-text.ts';

const limitMessage = `expected a count from 1 to ${AUDIT_ENTRIES_MAX}`;

const shape = {
  ...connectionSettings,
  who: { schema: z.string().min(1).optional(), value: 'NAME', help: 'only changes by this person' },
  action: {
    schema: z.string().min(1).optional(),
    value: 'NAME',
    help: 'only changes of this kind',
  },
  limit: {
    schema: z.coerce
      .number({ error: limitMessage })
      .int(limitMessage)
      .min(1, limitMessage)
      .max(AUDIT_ENTRIES_MAX, limitMessage)
      .default(50),
    value: 'N',
    help: 'entries wanted, the newest ones',
  },
  json: { schema: switchSchema, help: 'prints one JSON document, newest first: {"entries"}' },
} as const;

/** `./apiary audit`: who changed what, when, and what came of it. */
export async function run(argv: readonly string[], io: CommandIo): Promise<number> {
  if (argv.includes('--help')) {
    io.stdout.write(`./apiary audit\n${settingsHelp(shape)}\n`);
    return 0;
  }
  const { settings, words } = parseSettings(shape, argv, io.env);
  if (words.length > 0) throw new AppError('setting-invalid', `audit takes no words: ${words[0]}`);
  const { who, action, limit } = settings;
  const client = await ApiClient.connect(settings, io.signal);
  const entries: AuditEntry[] = [];
  let after: string | undefined;
  do {
    const page = await client.call(ROUTES.listAudit, undefined, {
      limit: String(Math.min(limit - entries.length, AUDIT_PAGE_MAX)),
      ...(after !== undefined && { after }),
      ...(who !== undefined && { who }),
      ...(action !== undefined && { action }),
    });
    entries.push(...page.entries);
    after = page.next;
  } while (after !== undefined && entries.length < limit);
  if (settings.json) io.stdout.write(`${JSON.stringify({ entries })}\n`);
  else io.stdout.write(entryTable(entries.toReversed()));
  return 0;
}

function entryTable(entries: readonly AuditEntry[]): string {
  if (entries.length === 0) return 'Nothing was changed yet.\n';
  return table([
    ['TIME', 'WHO', 'BY', 'FROM', 'ACTION', 'RESULT', 'DETAILS'],
    ...entries.map(({ atMs, who, via, address, action, result, details }) => [
      ...[dayAndTime(atMs), who, via, address, action, result, details],
    ]),
  ]);
}
