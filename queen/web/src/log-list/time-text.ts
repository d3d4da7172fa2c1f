/** Times as the list writes them, in the browser's zone. */

function pad(value: number, length: number): string {
  return String(value).padStart(length, '0');
}

/** `14:02:31.154` */
export function clockText(timeMs: number): string {
  const date = new Date(timeMs);
  const hours = pad(date.getHours(), 2);
  const minutes = pad(date.getMinutes(), 2);
  return `${hours}:${minutes}:${pad(date.getSeconds(), 2)}.${pad(date.getMilliseconds(), 3)}`;
}

/** `14:02:31` */
export function clockSecondsText(timeMs: number): string {
  return clockText(timeMs).slice(0, 8);
}

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');
const WEEKDAYS = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');

/** `20 Nov 2026` */
export function dateText(timeMs: number): string {
  const date = new Date(timeMs);
  return `${date.getDate()} ${MONTHS[date.getMonth()]} ${date.getFullYear()}`;
}

/** `Friday, 20 Nov 2026` */
export function dayText(timeMs: number): string {
  return `${WEEKDAYS[new Date(timeMs).getDay()]}, ${dateText(timeMs)}`;
}

/** `20 Nov 2026, 14:02:31.154` */
export function fullTimeText(timeMs: number): string {
  return `${dateText(timeMs)}, ${clockText(timeMs)}`;
}

/** `20 Nov 14:02`, or `14:02:31` of today. */
export function shortTimeText(timeMs: number, nowMs: number): string {
  if (sameDay(timeMs, nowMs)) return clockSecondsText(timeMs);
  const date = new Date(timeMs);
  const year = date.getFullYear() === new Date(nowMs).getFullYear() ? '' : ` ${date.getFullYear()}`;
  return `${date.getDate()} ${MONTHS[date.getMonth()]}${year} ${clockText(timeMs).slice(0, 5)}`;
}

let dayFrom = 0;
let dayTo = 0;

/** True if both moments are on one day. Quick for neighbours: the last day is remembered. */
export function sameDay(a: number, b: number): boolean {
  if (a < dayFrom || a >= dayTo) {
    const date = new Date(a);
    dayFrom = new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
    dayTo = new Date(date.getFullYear(), date.getMonth(), date.getDate() + 1).getTime();
  }
  return b >= dayFrom && b < dayTo;
}

/** The head of `text` that equals the text above it, cut at a separator: what is drawn faintly. */
export function sharedHead(text: string, above: string | undefined): number {
  if (above === undefined) return 0;
  let at = 0;
  while (at < text.length && text[at] === above[at]) at++;
  if (at === text.length) return at;
  while (at > 0 && text[at - 1] !== ':' && text[at - 1] !== '.') at--;
  return at;
}

/** `38 ms`, `2.1 s`, `4 min`, `3 h`, `9 days`: a length for people. */
export function lengthText(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`;
  if (ms < 60_000) return `${Math.round(ms / 1000)} s`;
  if (ms < 3_600_000) return `${Math.round(ms / 60_000)} min`;
  if (ms < 172_800_000) return `${Math.round(ms / 3_600_000)} h`;
  return `${Math.round(ms / 86_400_000)} days`;
}
