import { once } from 'node:events';
import { parseSettings, type Settings, settingsHelp, switchSchema } from '@apiary/common/config.ts';
import { AppError, toAppError } from '@apiary/common/errors.ts';
import { SEARCH_LIMIT_MAX, SEARCH_TERMINAL_RECORDS_MAX } from '@apiary/common/limits.ts';
import type { LogRecord } from '@apiary/common/record.ts';
import { parseTimeRange } from '@apiary/common/time/range.ts';
import { z } from 'zod';
import { ApiClient } from '../api-client.ts';
import type { CommandIo } from '../command.ts';
import { queryMistake, serverMistake } from '../query-check.ts';
import { jsonRecord, recordLine } from '../record-lines.ts';
import { connectionSettings } from '../settings.ts';
import { wantsColour } from '../terminal-text.ts';

const limitMessage = `expected a count from 0 to ${SEARCH_TERMINAL_RECORDS_MAX}`;

const shape = {
  ...connectionSettings,
  from: {
    schema: z.string().optional(),
    value: 'TIME',
    help: 'no lines before it: 15m, yesterday, 2026-11-20, 14:02, ISO 8601',
  },
  to: { schema: z.string().optional(), value: 'TIME', help: 'no lines after it' },
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
  if (words.length === 0) {
    throw new AppError('setting-invalid', "give a query, for example 'level:error timeout'");
  }
  const query = words.join(' ');
  const range = rangeOf(settings);
  const mistake = queryMistake(query);
  if (mistake) return refuse(io, mistake);
  try {
    const client = await ApiClient.connect(settings, io.signal);
    const found = await collect(client, query, range, settings.limit);
    await print(found, settings.json, io);
    return 0;
  } catch (thrown) {
    if (io.signal.aborted) return 1;
    const fromServer = serverMistake(query, toAppError(thrown));
    if (fromServer) return refuse(io, fromServer);
    throw thrown;
  }
}

function refuse(io: CommandIo, mistake: string): number {
  io.stderr.write(`apiary search: ${mistake}`);
  return 2;
}

function rangeOf({ from, to }: Settings<typeof shape>): { from?: number; to?: number } {
  const nowMs = Date.now();
  const zoneOffsetMinutes = -new Date(nowMs).getTimezoneOffset();
  const range = parseTimeRange(from, to, { nowMs, zoneOffsetMinutes });
  if (!range) {
    throw new AppError(
      'setting-invalid',
      '--from, --to: expected times such as 15m, yesterday, 2026-11-20 or 14:02, from before to',
    );
  }
  return {
    ...(range.fromMs !== undefined && { from: range.fromMs }),
    ...(range.toMs !== undefined && { to: range.toMs }),
  };
}

/** Pages through as many records as were asked for. The total is the first page's. */
async function collect(
  client: ApiClient,
  query: string,
  range: { from?: number; to?: number },
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

async function print({ total, records, missing }: Found, json: boolean, io: CommandIo) {
  if (missing.length > 0) {
    io.stderr.write(`apiary search: the answer is not complete: ${missing.join('; ')}\n`);
  }
  if (json) {
    await write(io, `{"total":${total},"records":[`);
    for (const [i, record] of records.entries()) {
      await write(io, `${i > 0 ? ',' : ''}\n${JSON.stringify(jsonRecord(record))}`);
    }
    await write(io, records.length > 0 ? '\n]}\n' : ']}\n');
    return;
  }
  const hasColour = wantsColour(io.stdout, io.env);
  for (const record of records.toReversed()) {
    await write(io, `${recordLine(record, hasColour)}\n`);
  }
  const shown = records.length === total ? '' : `, the newest ${records.length} shown`;
  io.stderr.write(`${total} ${total === 1 ? 'line' : 'lines'}${shown}\n`);
}

async function write(io: CommandIo, text: string): Promise<void> {
  if (!io.stdout.write(text)) await once(io.stdout, 'drain', { signal: io.signal });
}
