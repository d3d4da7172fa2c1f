/** An alert as Jira's wiki text. Log text stands in a `noformat` block, and cannot end it. */
import type { Notification } from './channel.ts';
import { linesOf, oneLine, titleOf, withoutControls } from './text.ts';

/** A text field of Jira takes 32,767 characters. */
const LINES_CHARS_MAX = 20_000;
const SUMMARY_CHARS_MAX = 240;

/** By which the issue of an alert is found again. */
export function issueLabel({ thread }: Notification): string {
  return `apiary-${thread}`;
}

/** The alert's title; an issue is no message, so it does not begin with what happened. */
export function jiraSummary({ message }: Notification): string {
  return oneLine(message.title).slice(0, SUMMARY_CHARS_MAX) || 'Alert';
}

/** Of a new issue. */
export function jiraDescription(notification: Notification): string {
  return body(notification);
}

/** Of a repeat; its last line bears the delivery's key. */
export function jiraComment(notification: Notification): string {
  return body(notification);
}

function body({ message, url, key }: Notification): string {
  const group = Object.entries(message.group).map(([name, value]) => `${name}: ${value}`);
  return [
    titleOf(message, SUMMARY_CHARS_MAX),
    withoutControls(message.text),
    group.join('\n'),
    linesOf(message.lines, LINES_CHARS_MAX),
  ]
    .filter((part) => part.trim() !== '')
    .map(verbatim)
    .concat(`[Open the search|${url}]`, `apiary ${key}`)
    .join('\n\n');
}

function verbatim(text: string): string {
  const inert = text.replace(/\{(noformat)/gi, '{\u200b$1');
  return `{noformat}\n${inert}\n{noformat}`;
}
