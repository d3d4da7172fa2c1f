/** What channels say, as plain text. Log text is data: each channel escapes it for its own format. */
import type { AlertLine, DeliveryMessage } from '@apiary/common/messages/delivery.ts';
import type { Notification } from './channel.ts';

const WORDS = {
  fired: 'Firing',
  repeated: 'Still firing',
  escalated: 'Not acknowledged',
  resolved: 'Resolved',
  acknowledged: 'Acknowledged',
} as const;

/** `Firing: …`, on one line without control characters, at most `charsMax` long. */
export function titleOf(message: DeliveryMessage, charsMax: number): string {
  return cut(oneLine(`${WORDS[message.kind]}: ${message.title}`), charsMax);
}

/** The lines that fit into `charsMax`, each with its time and host; how many are left out at the end. */
export function linesOf(lines: readonly AlertLine[], charsMax: number): string {
  const kept: string[] = [];
  let size = 0;
  for (const line of lines) {
    const text = `${line.matching ? '' : '  '}${stamp(line.time)} ${line.host} ${line.text}`;
    const shown = cut(withoutControls(text), Math.max(charsMax >> 1, 200));
    if (size + shown.length + 1 > charsMax) break;
    size += shown.length + 1;
    kept.push(shown);
  }
  const rest = lines.length - kept.length;
  if (rest > 0) kept.push(`… and ${rest} more ${rest === 1 ? 'line' : 'lines'}`);
  return kept.join('\n');
}

/** Title, text, lines and links as one plain text of about `charsMax` characters. */
export function plainText(notification: Notification, charsMax: number): string {
  const { message, url, acknowledgeUrl, silenceUrl } = notification;
  const text = withoutControls(cut(message.text, charsMax >> 1));
  const lines = linesOf(message.lines, Math.max(charsMax - text.length, 500));
  const links = [
    `Open: ${url}`,
    ...(acknowledgeUrl ? [`Acknowledge: ${acknowledgeUrl}`] : []),
    ...(silenceUrl ? [`Silence: ${silenceUrl}`] : []),
  ];
  return [text, lines, links.join('\n')].filter((part) => part !== '').join('\n\n');
}

/** Cuts by code points, so that no half of a pair is left, and says so by an ellipsis. */
export function cut(text: string, charsMax: number): string {
  if (text.length <= charsMax) return text;
  const head = text.slice(0, charsMax - 1);
  return `${/[\ud800-\udbff]$/.test(head) ? head.slice(0, -1) : head}…`;
}

/** Control characters other than tabs and line feeds become spaces. */
export function withoutControls(text: string): string {
  return text.replace(/[^\P{Cc}\t\n]/gu, ' ');
}

/** One line without any control character; what a mail header and a push title must be. */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim();
}

function stamp(timeMs: number): string {
  return Number.isFinite(timeMs) && Math.abs(timeMs) < 8.64e15
    ? new Date(timeMs).toISOString().slice(0, 23)
    : '';
}
