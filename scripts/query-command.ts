/** What commands that take a query have in common: its range in time, and how a mistake in it is shown. */
import type { Settings } from '@apiary/common/config.ts';
import { AppError, toAppError } from '@apiary/common/errors.ts';
import { parseTimeRange } from '@apiary/common/time/range.ts';
import { z } from 'zod';
import type { CommandIo } from './command.ts';
import { queryMistake, serverMistake } from './query-check.ts';

/** Settings of a range. */
export const rangeSettings = {
  from: {
    schema: z.string().optional(),
    value: 'TIME',
    help: 'no lines before it: 15m, yesterday, 2026-11-20, 14:02, ISO 8601',
  },
  to: { schema: z.string().optional(), value: 'TIME', help: 'no lines after it' },
} as const;

/** A range as the API takes it, in ms since 1970. */
export interface Range {
  readonly from?: number;
  readonly to?: number;
}

/** The range that was given. @throws AppError `setting-invalid` */
export function rangeOf({ from, to }: Settings<typeof rangeSettings>): Range {
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

/** Asks with the query that the words are; a mistake in it is shown, and ends with 2. */
export async function askWithQuery(
  command: string,
  words: readonly string[],
  io: CommandIo,
  ask: (query: string) => Promise<void>,
): Promise<number> {
  if (words.length === 0) {
    throw new AppError('setting-invalid', "give a query, for example 'level:error timeout'");
  }
  const query = words.join(' ');
  const mistake = queryMistake(query);
  if (mistake) return refuse(command, io, mistake);
  try {
    await ask(query);
    return 0;
  } catch (thrown) {
    if (io.signal.aborted) return 1;
    const fromServer = serverMistake(query, toAppError(thrown));
    if (fromServer) return refuse(command, io, fromServer);
    throw thrown;
  }
}

/** Tells people what an answer lacks. */
export function tellMissing(command: string, missing: readonly string[], io: CommandIo): void {
  if (missing.length === 0) return;
  io.stderr.write(`apiary ${command}: the answer is not complete: ${missing.join('; ')}\n`);
}

function refuse(command: string, io: CommandIo, mistake: string): number {
  io.stderr.write(`apiary ${command}: ${mistake}`);
  return 2;
}
