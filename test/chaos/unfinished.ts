/** What honeycombs say of lines that they have and have not stored, for a report of lines that are missing. */
import type { Health } from '@apiary/common/messages/vitals.ts';

/** One line for each honeycomb. */
export function unfinishedCommits({ processes, atMs }: Health): string[] {
  const honeycombs = processes.filter(({ components }) => components.includes('honeycomb'));
  if (honeycombs.length === 0) return ['no honeycomb speaks'];
  return honeycombs.map(({ instance, ingest }, index) => {
    const name = `honeycomb ${index + 1} of ${honeycombs.length} (${instance})`;
    if (ingest?.stopped) return `${name}: takes nothing in: ${ingest.stopped.reason}`;
    if (!ingest?.uncommitted) return `${name}: has nothing that is not stored`;
    const { step, messages, sinceMs } = ingest.uncommitted;
    const ageS = Math.round((atMs - sinceMs) / 1_000);
    return `${name}: ${messages} messages are not stored, the oldest for ${ageS} s: ${step}`;
  });
}
