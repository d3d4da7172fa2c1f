/**
 * The head of a line that the columns show already: its time stamp, and the host behind it. Only what
 * surely is one is left out: the time stamp must mean the record's own time.
 */
import type { LogRecord } from '@apiary/common/record.ts';

/** ISO-like, RFC 3164, and log4j times, with brackets or not. */
const STAMP =
  /^\[?(?:\d{4}[-/]\d{2}[-/]\d{2}[T ]\d{2}:\d{2}:\d{2}(?:[.,]\d{1,9})?(?:Z|[+-]\d{2}:?\d{2})?|[A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2}(?:\.\d{1,9})?)\]? /;
const lengths = new WeakMap<LogRecord, number>();

/** Characters at the head of `record.body` that need not be drawn. */
export function headLength(record: LogRecord): number {
  const known = lengths.get(record);
  if (known !== undefined) return known;
  const length = measure(record);
  lengths.set(record, length);
  return length;
}

function measure(record: LogRecord): number {
  const stamp = STAMP.exec(record.body.slice(0, 64));
  if (!stamp || !endsInSecondOf(stamp[0], record.time)) return 0;
  const at = stamp[0].length;
  const host = record.host;
  return host !== '' && record.body.startsWith(`${host} `, at) ? at + host.length + 1 : at;
}

/** The stamp's minutes and seconds are those of the record: true in every zone of whole hours. */
function endsInSecondOf(stamp: string, timeMs: number): boolean {
  const clock = /:(\d{2}):(\d{2})/.exec(stamp);
  if (!clock) return false;
  const time = new Date(timeMs);
  return (
    Number(clock[2]) === time.getUTCSeconds() && Number(clock[1]) % 15 === time.getUTCMinutes() % 15
  );
}
