/**
 * What people type for a moment or a span of time: `15m`, `now-1h`, `2026-11-20`, `yesterday`, ISO,
 * epoch.
 */

/** What typed times are relative to. */
export interface TimeContext {
  /** The present, in ms since 1970. */
  readonly nowMs: number;
  /** Minutes east of UTC, for times without a zone and for where a day begins; default 0. */
  readonly zoneOffsetMinutes?: number;
}

/** The half-open span that a text names: a day for a date, a minute for `14:02`. */
export interface Period {
  readonly fromMs: number;
  readonly toMs: number;
}

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: SECOND_MS,
  m: MINUTE_MS,
  h: HOUR_MS,
  d: DAY_MS,
  w: 7 * DAY_MS,
  y: 365 * DAY_MS,
};
const RELATIVE = /^(?:(now)(?:\s*([+-]))?|-)?\s*(?:(\d{1,9}(?:\.\d{1,3})?)\s*(ms|[smhdwy]))?$/i;
const DATE = /^(\d{4})([-/])(\d{2})\2(\d{2})(?:[T ](.+))?$/i;
const MONTH = /^(\d{4})-(\d{2})$/;
const CLOCK =
  /^(\d{2})(?::?(\d{2})(?::?(\d{2})(?:[.,](\d{1,9}))?)?)?\s*(Z|UTC|[+-]\d{2}(?::?\d{2})?)?$/i;
const CLOCK_ALONE = /^\d{1,2}:\d{2}/;
const EPOCH = /^\d{10}(?:\.\d{1,9}|\d{3}|\d{6}|\d{9})?$/;

/** The span that a text names, or undefined if it names none. Never throws. */
export function parsePeriod(text: string, context: TimeContext): Period | undefined {
  const trimmed = text.trim();
  return absolute(trimmed, context) ?? relative(trimmed, context);
}

/** The first millisecond that a text names, or undefined. */
export function parseTime(text: string, context: TimeContext): number | undefined {
  return parsePeriod(text, context)?.fromMs;
}

/**
 * The span from the start of `from` to the end of `to` (so that two equal dates are one day); what
 * is absent is open. Undefined if a text names no time or the span ends before it begins.
 */
export function parseTimeRange(
  from: string | undefined,
  to: string | undefined,
  context: TimeContext,
): { fromMs: number | undefined; toMs: number | undefined } | undefined {
  const first = from === undefined ? undefined : parsePeriod(from, context);
  const last = to === undefined ? undefined : parsePeriod(to, context);
  if ((from !== undefined && !first) || (to !== undefined && !last)) return undefined;
  if (first && last && last.toMs <= first.fromMs) return undefined;
  return { fromMs: first?.fromMs, toMs: last?.toMs };
}

function absolute(text: string, context: TimeContext): Period | undefined {
  if (EPOCH.test(text)) return epoch(text);
  const zoneMs = (context.zoneOffsetMinutes ?? 0) * MINUTE_MS;
  const month = MONTH.exec(text);
  if (month) {
    const [year, index] = [Number(month[1]), Number(month[2])];
    if (index < 1 || index > 12) return undefined;
    return { fromMs: Date.UTC(year, index - 1) - zoneMs, toMs: Date.UTC(year, index) - zoneMs };
  }
  const date = DATE.exec(text);
  if (!date) {
    if (!CLOCK_ALONE.test(text)) return undefined;
    return clock(
      text.padStart(text.indexOf(':') === 1 ? text.length + 1 : 0, '0'),
      today(context),
      zoneMs,
    );
  }
  const [year, index, day] = [Number(date[1]), Number(date[3]), Number(date[4])];
  const dayMs = Date.UTC(year, index - 1, day);
  const real = new Date(dayMs);
  if (real.getUTCMonth() !== index - 1 || real.getUTCDate() !== day) return undefined;
  if (date[5] === undefined) return { fromMs: dayMs - zoneMs, toMs: dayMs - zoneMs + DAY_MS };
  return clock(date[5], dayMs, zoneMs);
}

/** Midnight of the present day as if its date were in UTC. */
function today({ nowMs, zoneOffsetMinutes = 0 }: TimeContext): number {
  return Math.floor((nowMs + zoneOffsetMinutes * MINUTE_MS) / DAY_MS) * DAY_MS;
}

function clock(text: string, dayMs: number, hostZoneMs: number): Period | undefined {
  const match = CLOCK.exec(text);
  if (!match) return undefined;
  const [, hour, minute, second, fraction, zone] = match;
  if (Number(hour) > 24 || Number(minute ?? 0) > 59 || Number(second ?? 0) > 60) return undefined;
  const millisecond = Number((fraction ?? '').slice(0, 3).padEnd(3, '0'));
  const zoneMs = zone === undefined ? hostZoneMs : zoneOffset(zone);
  const ofDay =
    Number(hour) * HOUR_MS + Number(minute ?? 0) * MINUTE_MS + Number(second ?? 0) * SECOND_MS;
  const fromMs = dayMs + ofDay + millisecond - zoneMs;
  let length = 1;
  if (minute === undefined) length = HOUR_MS;
  else if (second === undefined) length = MINUTE_MS;
  else if (fraction === undefined) length = SECOND_MS;
  return { fromMs, toMs: fromMs + length };
}

function zoneOffset(zone: string): number {
  if (/^(?:Z|UTC)$/i.test(zone)) return 0;
  const digits = zone.slice(1).replace(':', '').padEnd(4, '0');
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2));
  return (zone.startsWith('-') ? -minutes : minutes) * MINUTE_MS;
}

/** Seconds (10 digits, with or without a fraction), ms (13), µs (16) or ns (19) since 1970. */
function epoch(text: string): Period {
  const digits = text.replace('.', '');
  const fromMs = Number(digits.slice(0, 13).padEnd(13, '0'));
  return { fromMs, toMs: fromMs + (digits.length === 10 ? SECOND_MS : 1) };
}

function relative(text: string, context: TimeContext): Period | undefined {
  const { nowMs, zoneOffsetMinutes = 0 } = context;
  const word = text.toLowerCase();
  if (word === 'today' || word === 'yesterday') {
    const back = word === 'yesterday' ? DAY_MS : 0;
    const fromMs = today(context) - zoneOffsetMinutes * MINUTE_MS - back;
    return { fromMs, toMs: fromMs + DAY_MS };
  }
  const match = RELATIVE.exec(text);
  if (!match || text === '') return undefined;
  const [, now, sign, amount, unit] = match;
  if (amount === undefined && now === undefined) return undefined;
  if ((amount === undefined) !== (sign === undefined) && now !== undefined) return undefined;
  // `M` is not `m`: months have no fixed length, and minutes must not be taken for them.
  if (unit === 'M') return undefined;
  const distance =
    amount === undefined ? 0 : Number(amount) * (UNIT_MS[unit?.toLowerCase() ?? ''] ?? 0);
  const fromMs = Math.round(nowMs + (sign === '+' ? distance : -distance));
  return { fromMs, toMs: fromMs + 1 };
}
