/** Records as lines of a terminal and as JSON. */
import type { Level, LogRecord } from '@apiary/common/record.ts';
import { type Colour, coloured, printable } from './terminal-text.ts';

const LEVEL_COLOURS: Readonly<Record<Level, Colour>> = {
  trace: 'dim',
  debug: 'dim',
  info: 'green',
  warn: 'yellow',
  error: 'red',
  fatal: 'inverse',
};

/** `time host level body`, local time, made safe for a terminal. */
export function recordLine(record: LogRecord, hasColour: boolean): string {
  const level = (record.level ?? '').padEnd(5);
  const colour = record.level && LEVEL_COLOURS[record.level];
  return [
    coloured(localTime(record.time), 'dim', hasColour),
    printable(record.host),
    colour ? coloured(level, colour, hasColour) : level,
    printable(record.body),
  ].join(' ');
}

/** A record as `--json` prints it. */
export interface JsonRecord {
  readonly id: string;
  /** ISO 8601, UTC, with milliseconds. */
  readonly time: string;
  readonly host: string;
  readonly file: string;
  /** Null where the line bears none. */
  readonly level: Level | null;
  readonly tags: readonly string[];
  /** As it is: JSON escapes control characters. */
  readonly body: string;
}

/** The JSON shape of a record. */
export function jsonRecord({ id, time, host, file, level, tags, body }: LogRecord): JsonRecord {
  return { id, time: isoTime(time), host, file, level: level ?? null, tags, body };
}

function isoTime(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? new Date(0).toISOString() : date.toISOString();
}

function localTime(ms: number): string {
  const date = new Date(ms);
  if (Number.isNaN(date.getTime())) return String(ms);
  const zoned = new Date(ms - date.getTimezoneOffset() * 60_000);
  return zoned.toISOString().slice(0, 23).replace('T', ' ');
}
