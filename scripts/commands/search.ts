import { once } from 'node:events';
import { parseSettings, settingsHelp, switchSchema } from '@apiary/common/config.ts';
import { AppError } from '@apiary/common/errors.ts';
import { CONTEXT_LINES_MAX } from '@apiary/common/limits/analysis.ts';
import { SEARCH_LIMIT_MAX, SEARCH_TERMINAL_RECORDS_MAX } from '@apiary/common/limits.ts';
import type { LogRecord } from '@apiary/common/record.ts';
import { z } from 'zod';
import { ApiClient } from '../api-client.ts';
import type { CommandIo } from '../command.ts';
import { askWithQuery, type Range, rangeOf, rangeSettings, tellMissing } from '../query-command.ts';
import { jsonRecord, recordLine } from '../record-lines.ts';
import { connectionSettings } from '../settings.ts';
import { Surroundings } from '../surroundings.ts';
import { wantsColour } from '../terminal-text.ts';

const limitMessage = `expected a count from 0 to ${SEARCH_TERMINAL_RECORDS_MAX}`;
const contextMessage = `expected a count from 0 to ${CONTEXT_LINES_MAX}`;

const shape = {
  ...connectionSettings,
  ...rangeSettings,
  limit: {
    schema: z.coerce
      .number({ error: limitMessage })
      .int(limitMessage)
      .min(0, limitMessage)
      .max(SEARCH_TERMINAL_RECORDS_MAX, limitMessage)
      .default(100),
    value: 'N',
    help: 'lines wanted, the newest ones',
  },
  context: {
    schema: z.coerce
      .number({ error: contextMessage })
      .int(contextMessage)
      .min(0, contextMessage)
      .max(CONTEXT_LINES_MAX, contextMessage)
      .optional(),
    value: 'N',
    help: 'shows so many lines before and after each one in its file',
  },
  json: {
    schema: switchSchema,
    help: 'prints one JSON document, newest first: {"total", "records"}',
  },
} as const;

interface Found {
  readonly total: number;
  /** Newest first. */
  readonly records: readonly LogRecord[];
  readonly missing: readonly string[];
}

/** `./apiary search '<query>'`. */
export async function run(argv: readonly string[], io: CommandIo): Promise<number> {
  if (argv.includes('--help')) {
    io.stdout.write(`./apiary search '<query>' …\n${settingsHelp(shape)}\n`);
    return 0;
  }
  const { settings, words } = parseSettings(shape, argv, io.env);
  const { context, limit, json } = settings;
  if (context !== undefined && limit * (2 * context + 1) > SEARCH_TERMINAL_RECORDS_MAX) {
    throw new AppError(
      'setting-invalid',
      `--context: more than ${SEARCH_TERMINAL_RECORDS_MAX} lines in all: give a smaller --limit`,
    );
  }
  const range = rangeOf(settings);
  return await askWithQuery('search', words, io, async (query) => {
    const client = await ApiClient.connect(settings, io.signal);
    const found = await collect(client, query, range, limit);
    const around =
      context === undefined ? undefined : await Surroundings.read(client, found.records, context);
    tellMissing('search', [...found.missing, ...(around?.missing ?? [])], io);
    if (json) await printJson(found, around, io);
    else await printLines(found, around, io);
  });
}

/** Pages through as many records as were asked for. The total is the first page's. */
async function collect(
  client: ApiClient,
  query: string,
  range: Range,
  limit: number,
): Promise<Found> {
  const records: LogRecord[] = [];
  const missing = new Set<string>();
  let total: number | undefined;
  let cursor: string | undefined;
  do {
    const wanted = Math.min(limit - records.length, SEARCH_LIMIT_MAX);
    const request = { query, ...range, limit: wanted, ...(cursor !== undefined && { cursor }) };
    cursor = undefined;
    for await (const part of client.search(request)) {
      if (part.type === 'records') records.push(...part.records);
      if (part.type !== 'done') continue;
      total ??= part.total;
      cursor = part.next;
      for (const piece of part.missing) missing.add(piece);
    }
  } while (cursor !== undefined && records.length < limit);
  return { total: total ?? records.length, records, missing: [...missing] };
}

async function printJson(found: Found, around: Surroundings | undefined, io: CommandIo) {
  await write(io, `{"total":${found.total},"records":[`);
  for (const [i, record] of found.records.entries()) {
    const document = { ...jsonRecord(record), ...around?.jsonOf(record) };
    await write(io, `${i > 0 ? ',' : ''}\n${JSON.stringify(document)}`);
  }
  await write(io, found.records.length > 0 ? '\n]}\n' : ']}\n');
}

async function printLines(
  { total, records }: Found,
  around: Surroundings | undefined,
  io: CommandIo,
) {
  const hasColour = wantsColour(io.stdout, io.env);
  const oldestFirst = records.toReversed();
  if (around) {
    for (const line of around.lines(oldestFirst, hasColour)) await write(io, line);
  } else {
    for (const record of oldestFirst) await write(io, `${recordLine(record, hasColour)}\n`);
  }
  const shown = records.length === total ? '' : `, the newest ${records.length} shown`;
  io.stderr.write(`${total} ${total === 1 ? 'line' : 'lines'}${shown}\n`);
}

async function write(io: CommandIo, text: string): Promise<void> {
  if (!io.stdout.write(text)) await once(io.stdout, 'drain', { signal: io.signal });
}
