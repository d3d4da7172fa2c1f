/** A silence while it is edited: all ways to say when at once, so that switching loses nothing. */
import type { Silence, SilenceInput } from '@apiary/common/messages/alerts.ts';
import { isTimeZone } from '@apiary/common/time/recurrence.ts';
import { formatDuration, parseDuration } from '../../state/time-range.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** A maintenance window comes for so long, unless a day is named. */
const WINDOW_LIFE_MS = 365 * DAY_MS;

/** How the form names when it is quiet. */
export const SILENCE_TIMES = {
  hour: 'for 1 hour',
  hours: 'for 4 hours',
  morning: 'until 8:00 tomorrow',
  own: 'for a time of its own',
  weekly: 'again and again, for maintenance',
} as const;

/** A key of {@link SILENCE_TIMES}. */
export type SilenceTime = keyof typeof SILENCE_TIMES;

/** What the form holds, as it is typed. */
export interface SilenceDraft {
  readonly id: string | undefined;
  /** Empty: all rules. */
  readonly rule: string;
  readonly host: string;
  readonly tag: string;
  /** `FIELD=VALUE`, separated by commas. */
  readonly fields: string;
  readonly time: SilenceTime;
  /** `2026-11-20T14:00` on the clock of this browser; empty: now. */
  readonly from: string;
  readonly until: string;
  readonly days: readonly number[];
  readonly at: string;
  readonly length: string;
  readonly zone: string;
  /** The last day of a window that comes again, such as `2027-11-20`. */
  readonly lastDay: string;
  readonly reason: string;
}

/** Field of the form → a sentence. */
export type SilenceErrors = Readonly<Partial<Record<keyof SilenceDraft, string>>>;

/** A new one, for an hour; the other ways are filled in with what is likely. */
export function newSilence(nowMs: number, zone: string): SilenceDraft {
  return {
    ...{ id: undefined, rule: '', host: '', tag: '', fields: '', time: 'hour' },
    ...{ from: '', until: localText(nowMs + 2 * HOUR_MS) },
    ...{ days: [1, 2, 3, 4, 5], at: '02:00', length: '1h', zone },
    ...{ lastDay: localText(nowMs + WINDOW_LIFE_MS).slice(0, 10), reason: '' },
  };
}

/** The draft of one that exists. */
export function silenceDraftOf(silence: Silence, nowMs: number, zone: string): SilenceDraft {
  const { recurs, group, fromMs, untilMs } = silence;
  const { host = '', tag = '', ...others } = group;
  const fields = Object.entries(others).map(([field, value]) => `${field}=${value}`);
  return {
    ...newSilence(nowMs, recurs?.zone ?? zone),
    ...{ id: silence.id, rule: silence.rule ?? '', host, tag, fields: fields.join(', ') },
    ...{ time: recurs ? 'weekly' : 'own', reason: silence.reason },
    ...{ from: localText(fromMs), until: localText(untilMs) },
    ...(recurs && {
      ...{ days: recurs.days, at: recurs.from, length: formatDuration(recurs.minutes * MINUTE_MS) },
      lastDay: localText(untilMs - 1).slice(0, 10),
    }),
  };
}

/** The silence of a draft, or what is wrong with it by the field of the form. */
export function silenceOf(
  draft: SilenceDraft,
  nowMs: number,
): { readonly silence: SilenceInput } | { readonly errors: SilenceErrors } {
  const fields = fieldsOf(draft.fields);
  const times = timesOf(draft, nowMs);
  const errors: SilenceErrors = {
    ...(fields ? {} : { fields: 'Each is FIELD=VALUE, such as code=5*.' }),
    ...('errors' in times ? times.errors : {}),
  };
  if (!fields || 'errors' in times) return { errors };
  const { host, tag, rule, reason, id } = draft;
  const named = Object.entries({ host: host.trim(), tag: tag.trim() });
  const group = { ...fields, ...Object.fromEntries(named.filter(([, value]) => value !== '')) };
  return {
    silence: {
      ...(id !== undefined && { id }),
      ...(rule !== '' && { rule }),
      ...{ group, reason, ...times },
    },
  };
}

type Times =
  | Pick<SilenceInput, 'fromMs' | 'untilMs' | 'recurs'>
  | { readonly errors: SilenceErrors };

function timesOf(draft: SilenceDraft, nowMs: number): Times {
  switch (draft.time) {
    case 'hour':
      return { untilMs: nowMs + HOUR_MS };
    case 'hours':
      return { untilMs: nowMs + 4 * HOUR_MS };
    case 'morning':
      return { untilMs: tomorrowMorning(nowMs) };
    case 'own':
      return ownTimes(draft, nowMs);
    case 'weekly':
      return weeklyTimes(draft, nowMs);
  }
}

/** 8:00 tomorrow on this browser's clock. */
export function tomorrowMorning(nowMs: number): number {
  const now = new Date(nowMs);
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1, 8).getTime();
}

function ownTimes({ from, until }: SilenceDraft, nowMs: number): Times {
  const fromMs = from === '' ? nowMs : Date.parse(from);
  const untilMs = Date.parse(until);
  if (Number.isNaN(fromMs)) return { errors: { from: 'A day and a time are needed.' } };
  if (Number.isNaN(untilMs)) return { errors: { until: 'A day and a time are needed.' } };
  if (untilMs <= nowMs) return { errors: { until: 'This is over already.' } };
  if (untilMs <= fromMs) return { errors: { until: 'It ends before it begins.' } };
  return { fromMs, untilMs };
}

function weeklyTimes(draft: SilenceDraft, nowMs: number): Times {
  const { days, at, zone, lastDay } = draft;
  const minutes = (parseDuration(draft.length.trim()) ?? Number.NaN) / MINUTE_MS;
  const lastMs = Date.parse(`${lastDay}T00:00`);
  const end = new Date(lastMs);
  end.setDate(end.getDate() + 1);
  const isLength = Number.isInteger(minutes) && minutes <= DAY_MS / MINUTE_MS;
  const errors: SilenceErrors = {
    ...(days.length === 0 && { days: 'Choose a day.' }),
    ...(/^([01]\d|2[0-3]):[0-5]\d$/.test(at) ? {} : { at: 'A time of day is needed: 02:00.' }),
    ...(isLength ? {} : { length: 'A length of up to a day is needed: 30m, 2h.' }),
    ...(isTimeZone(zone.trim()) ? {} : { zone: 'There is no such time zone: Europe/Berlin, UTC.' }),
    ...(end.getTime() > nowMs ? {} : { lastDay: 'A day that is not over is needed.' }),
  };
  if (Object.keys(errors).length > 0) return { errors };
  return {
    untilMs: end.getTime(),
    recurs: { days: [...days].sort(), from: at, minutes, zone: zone.trim() },
  };
}

/** Undefined where one is no `FIELD=VALUE`. */
function fieldsOf(text: string): Record<string, string> | undefined {
  const fields: Record<string, string> = {};
  for (const part of text.split(',')) {
    if (part.trim() === '') continue;
    const at = part.indexOf('=');
    const field = part.slice(0, Math.max(0, at)).trim();
    const value = part.slice(at + 1).trim();
    if (field === '' || value === '') return undefined;
    fields[field] = value;
  }
  return fields;
}

/** `2026-11-20T14:00` on this browser's clock, as its fields for days and times take it. */
function localText(ms: number): string {
  const date = new Date(ms);
  const pad = (value: number) => String(value).padStart(2, '0');
  const day = `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
  return `${day}T${pad(date.getHours())}:${pad(date.getMinutes())}`;
}
