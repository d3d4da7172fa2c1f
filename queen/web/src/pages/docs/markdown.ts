/**
 * The part of Markdown that Apiary's own documentation uses, as data to draw: nothing of it ever becomes
 * HTML by itself.
 */

/** A piece of a paragraph. */
export type Inline =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'strong'; readonly text: string }
  | { readonly kind: 'link'; readonly text: string; readonly href: string };

/** A block of a page. */
export type Block =
  | { readonly kind: 'heading'; readonly level: number; readonly text: string; readonly id: string }
  | { readonly kind: 'paragraph'; readonly inlines: readonly Inline[] }
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'list'; readonly ordered: boolean; readonly items: readonly Inline[][] }
  | { readonly kind: 'table'; readonly head: Inline[][]; readonly rows: Inline[][][] };

/** The id of a heading, as links name it. */
export function slugOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s-]/gu, '')
    .trim()
    .replace(/\s+/g, '-');
}

/** Cuts a page into blocks. */
export function parseMarkdown(text: string): Block[] {
  const lines = text.split('\n');
  const blocks: Block[] = [];
  let at = 0;
  while (at < lines.length) {
    const line = lines[at] ?? '';
    const [block, next] = blockAt(lines, at, line);
    if (block) blocks.push(block);
    at = next;
  }
  return blocks;
}

const LIST = /^\s*(?:[-*]|\d+\.) +/;

function blockAt(lines: readonly string[], at: number, line: string): [Block | undefined, number] {
  if (line.trim() === '') return [undefined, at + 1];
  const heading = /^(#{1,4}) (.+)$/.exec(line);
  if (heading) {
    const title = plainOf(heading[2] ?? '');
    const level = heading[1]?.length ?? 1;
    return [{ kind: 'heading', level, text: title, id: slugOf(title) }, at + 1];
  }
  if (line.startsWith('```')) {
    const end = lines.findIndex((other, i) => i > at && other.startsWith('```'));
    const stop = end < 0 ? lines.length : end;
    return [{ kind: 'code', text: lines.slice(at + 1, stop).join('\n') }, stop + 1];
  }
  if (line.startsWith('|')) {
    const stop = endOf(lines, at, (other) => !other.startsWith('|'));
    const [head = [], , ...rows] = lines.slice(at, stop).map(cellsOf);
    return [{ kind: 'table', head, rows }, stop];
  }
  if (LIST.test(line)) {
    const stop = endOf(lines, at, (other) => other.trim() === '');
    const ordered = /^\s*\d/.test(line);
    return [{ kind: 'list', ordered, items: itemsOf(lines.slice(at, stop)) }, stop];
  }
  const stop = endOf(lines, at + 1, (other) => /^\s*$|^#{1,4} |^```|^\|/.test(other));
  return [{ kind: 'paragraph', inlines: inlinesOf(lines.slice(at, stop).join(' ')) }, stop];
}

function endOf(lines: readonly string[], at: number, ends: (line: string) => boolean): number {
  let stop = at;
  while (stop < lines.length && !ends(lines[stop] ?? '')) stop++;
  return stop;
}

function itemsOf(lines: readonly string[]): Inline[][] {
  const items: string[] = [];
  for (const line of lines) {
    if (LIST.test(line)) items.push(line.replace(LIST, ''));
    else items[items.length - 1] += ` ${line.trim()}`;
  }
  return items.map(inlinesOf);
}

/** A `|` behind a backslash is no border. */
function cellsOf(line: string): Inline[][] {
  const cells = line
    .trim()
    .slice(1)
    .replace(/\|$/, '')
    .split(/(?<!\\)\|/);
  return cells.map((cell) => inlinesOf(cell.trim().replaceAll('\\|', '|')));
}

const INLINE = /(`+)(.+?)\1|\*\*([^*]+)\*\*|\[([^\]]+)\]\(([^)\s]+)\)/g;

function inlinesOf(text: string): Inline[] {
  const inlines: Inline[] = [];
  let at = 0;
  for (const match of text.matchAll(INLINE)) {
    if (match.index > at) inlines.push({ kind: 'text', text: text.slice(at, match.index) });
    at = match.index + match[0].length;
    const [, , code, strong, link, href] = match;
    if (code !== undefined) inlines.push({ kind: 'code', text: code.trim() });
    else if (strong !== undefined) inlines.push({ kind: 'strong', text: plainOf(strong) });
    else inlines.push({ kind: 'link', text: plainOf(link ?? ''), href: href ?? '' });
  }
  if (at < text.length) inlines.push({ kind: 'text', text: text.slice(at) });
  return inlines;
}

function plainOf(text: string): string {
  return text.replace(/[`*]/g, '');
}
