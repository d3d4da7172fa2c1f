/** What is on an agent's host, on a terminal. */
import type {
  FileEnd,
  Folder,
  FolderEntry,
  Suggestion,
  Suggestions,
} from '@apiary/common/messages/host-view.ts';
import { dayAndTime, printable, table } from './terminal-text.ts';

/** A folder's names, one a line; `/` behind folders, `@` behind links. */
export function folderText({ path, open, reason, entries, omitted, roots }: Folder): string {
  const parts: string[] = [];
  if (!open) parts.push(`${printable(reason ?? `${path} is closed`)}\n`);
  if (!open && entries.length > 0) parts.push(`Open are: ${printable(roots.join(', '))}\n`);
  if (open && entries.length === 0) parts.push('Nothing is there.\n');
  if (entries.length > 0) {
    parts.push(table([['STATE', 'BYTES', 'CHANGED', 'NAME', 'REASON'], ...entries.map(entryRow)]));
  }
  if (omitted > 0) parts.push(`… and ${omitted} more: narrow them with --match\n`);
  return parts.join('');
}

/** The end of a file, control characters shown as symbols. */
export function fileEndText({ text }: FileEnd): string {
  const lines = text.replace(/\n$/, '').split('\n');
  return lines.map((line) => `${printable(line)}\n`).join('');
}

/** Suggestions, one a line, and how to follow one. */
export function suggestionsText({ suggestions, containers }: Suggestions, agent: string): string {
  if (suggestions.length === 0) return 'Nothing was found that is worth watching.\n';
  const rows = table([
    ['STATE', 'FILES', 'WHAT', 'URL', 'REASON'],
    ...suggestions.map(suggestionRow),
  ]);
  const running = containers.map(({ name, image, labels }) => {
    const words = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
    return `container ${printable([name, image, ...words].join('  '))}\n`;
  });
  const hint = `To watch one: ./apiary targets add --agents ${printable(agent)} URL\n`;
  return [rows, ...running, hint].join('');
}

function entryRow({ name, kind, link, bytes, modifiedMs, open, reason, watched }: FolderEntry) {
  const mark = link ? '@' : kind === 'folder' ? '/' : '';
  return [
    watched ? 'watched' : open ? 'open' : 'closed',
    bytes === undefined ? '-' : String(bytes),
    modifiedMs === undefined ? '-' : dayAndTime(modifiedMs),
    name + mark,
    reason ?? '',
  ];
}

function suggestionRow({ url, title, files, open, reason, watched }: Suggestion) {
  const state = watched ? 'watched' : open ? 'open' : 'closed';
  return [state, files === undefined ? '-' : String(files), title, url, reason ?? ''];
}
