/** An agent's delivery ledger on a terminal. */
import type { AgentLedger, LedgerLine } from '@apiary/common/messages/ledger.ts';
import { dayAndTime, printable, table } from './terminal-text.ts';

/** Sums, one row for each generation, and what went wrong. Offsets are in bytes. */
export function ledgerText(ledger: AgentLedger): string {
  const { name, totals, entries, omitted, problems, complete } = ledger;
  const parts = [`${printable(name)}: ${totalsText(totals)}\n`];
  if (!complete) parts.push('The Bee has not told all of its ledger yet.\n');
  if (entries.length > 0) {
    const head = ['STATE', 'SEEN', 'READ', 'CONFIRMED', 'STORED', 'LAG', 'GENERATION', 'FILE'];
    parts.push(table([head, ...entries.map(row)]));
  }
  if (omitted > 0) parts.push(`… and ${omitted} more that lag less.\n`);
  for (const { kind, atMs, overMs, reason } of problems) {
    const over = overMs === undefined ? '' : ` (over since ${dayAndTime(overMs)})`;
    parts.push(`${dayAndTime(atMs)} ${kind}: ${printable(reason)}${over}\n`);
  }
  return parts.join('');
}

function row({ state, seen, read, confirmed, stored, lag, generation, file }: LedgerLine) {
  return [state, ...[seen, read, confirmed, stored, lag].map(String), generation, file];
}

function totalsText({ generations, seen, stored, lag, lost, missing }: AgentLedger['totals']) {
  const words = [
    `${generations} generations, ${seen} bytes seen, ${stored} stored, ${lag} behind`,
    ...(lost > 0 ? [`${lost} lost before they were read`] : []),
    ...(missing > 0 ? [`${missing} missing in the store`] : []),
  ];
  return words.join(', ');
}
