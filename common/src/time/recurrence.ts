/**
 * Times that come again on days of the week, such as maintenance windows. What counts is the clock on the wall of a
 * zone: 02:00 stays 02:00 when summer time begins; a time that such a night leaves out comes as much later, one that it
 * has twice comes the first time.
 */

/** On which days, from when, and for how long each time. */
export interface Recurrence {
  /** 0 is Sunday. */
  readonly days: readonly number[];
  /** `HH:MM`. */
  readonly from: string;
  /** 1 to 1440. */
  readonly minutes: number;
  /** An IANA time zone. */
  readonly zone: string;
}

/** One stretch of time, or with `recurs` all those that come between its ends. In ms since 1970, the end exclusive. */
export interface QuietTime {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly recurs?: Recurrence | undefined;
}

/** The end is exclusive. */
export interface Occurrence {
  readonly fromMs: number;
  readonly toMs: number;
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** Zones whose format is kept: making one takes far longer than using it. Past it all are made anew. */
const FORMATS_MAX = 64;

const formats = new Map<string, Intl.DateTimeFormat>();

/** The next stretches that are not over, first the one that is on now; at most `count`. Needs a zone that exists. */
export function nextOccurrences(time: QuietTime, nowMs: number, count: number): Occurrence[] {
  const { fromMs, untilMs, recurs } = time;
  if (nowMs >= untilMs) return [];
  if (!recurs) return count > 0 ? [{ fromMs, toMs: untilMs }] : [];
  const found: Occurrence[] = [];
  const [hours = 0, minutes = 0] = recurs.from.split(':').map(Number);
  const sinceMidnightMs = (hours * 60 + minutes) * MINUTE_MS;
  // One that lasts a day may have begun the day before.
  const begin = Math.max(nowMs, fromMs) - DAY_MS;
  let dayMs = Math.floor((begin + offsetMs(begin, recurs.zone)) / DAY_MS) * DAY_MS;
  for (; found.length < count && dayMs - DAY_MS < untilMs; dayMs += DAY_MS) {
    if (!recurs.days.includes(new Date(dayMs).getUTCDay())) continue;
    const startMs = instantOf(dayMs + sinceMidnightMs, recurs.zone);
    const endMs = startMs + recurs.minutes * MINUTE_MS;
    const one = { fromMs: Math.max(startMs, fromMs), toMs: Math.min(endMs, untilMs) };
    if (one.toMs > nowMs && one.toMs > one.fromMs) found.push(one);
  }
  return found;
}

/** Until when it is on; undefined when it is not. Needs a zone that exists. */
export function activeUntil(time: QuietTime, nowMs: number): number | undefined {
  if (nowMs < time.fromMs) return undefined;
  const [next] = nextOccurrences(time, nowMs, 1);
  return next && next.fromMs <= nowMs ? next.toMs : undefined;
}

/** True if the zone is one that this machine knows. */
export function isTimeZone(zone: string): boolean {
  try {
    return formatOf(zone).format(0) !== '';
  } catch {
    return false;
  }
}

/** The moment at which a zone's clock shows a time, which is given as if it were UTC. */
function instantOf(wallMs: number, zone: string): number {
  const before = offsetMs(wallMs - DAY_MS, zone);
  const after = offsetMs(wallMs + DAY_MS, zone);
  const fitting = [before, after]
    .map((offset) => wallMs - offset)
    .filter((instant) => instant + offsetMs(instant, zone) === wallMs);
  return fitting.length > 0 ? Math.min(...fitting) : wallMs - before;
}

/** How far a zone's clock is ahead of UTC at a moment, in ms. */
function offsetMs(instantMs: number, zone: string): number {
  const parts = new Map(
    formatOf(zone)
      .formatToParts(instantMs)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const part = (name: Intl.DateTimeFormatPartTypes) => parts.get(name) ?? 0;
  const date = Date.UTC(part('year'), part('month') - 1, part('day'));
  const clockMs = ((part('hour') * 60 + part('minute')) * 60 + part('second')) * 1000;
  return date + clockMs - Math.floor(instantMs / 1000) * 1000;
}

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    ...{ year: 'numeric', month: 'numeric', day: 'numeric' },
    ...{ hour: 'numeric', minute: 'numeric', second: 'numeric' },
  });
  if (formats.size >= FORMATS_MAX) formats.clear();
  formats.set(zone, made);
  return made;
}
