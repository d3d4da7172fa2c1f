/**
 * The small glob language of file targets: `*` and `?` within a name, `[a-z]`, `{a,b}`, `**` for any
 * number of folders, `\` before a character that means itself. Names that begin with a dot need a dot.
 */
import { AppError } from '@apiary/common/errors.ts';

const ALTERNATIVES_MAX = 64;
const SEGMENTS_MAX = 64;

/** The only thing behind a path that is no part of it; `?` and `#` are characters of names otherwise. */
const OPTION = /\?multiline=(.*)$/s;

/**
 * What follows `?multiline=`, decoded.
 *
 * @throws AppError `target-invalid`
 */
export function multilineOptionOf(url: string): string | undefined {
  const option = OPTION.exec(url)?.[1];
  if (option === undefined) return undefined;
  try {
    return decodeURIComponent(option);
  } catch {
    throw invalid(url, 'a % that begins no encoded character; write %25 for the sign itself');
  }
}

/** One part of a path between slashes. */
export type GlobSegment =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'pattern'; readonly pattern: RegExp }
  | { readonly kind: 'any-folders' };

/** An absolute path with wild cards. */
export type Glob = readonly GlobSegment[];

/**
 * Reads `file:///var/log/nginx/*.log` (or `file:/var/…`). Percent-encoded characters mean themselves, also
 * where they would be wild cards.
 *
 * @throws AppError `target-invalid`
 */
export function globsOfUrl(url: string): Glob[] {
  const path = /^file:(?:\/\/(?:localhost)?(?=\/)|(?!\/\/))(\/.*)$/s.exec(
    url.replace(OPTION, ''),
  )?.[1];
  if (path === undefined) {
    throw invalid(url, 'write file:// and an absolute path, e.g. file:///var/log/nginx/*.log');
  }
  let decoded: string;
  try {
    decoded = decodeURIComponent(path.replace(/%(2A|3F|5B|5D|5C|7B|7D|2C)/gi, '\\%$1'));
  } catch {
    throw invalid(url, 'a % that begins no encoded character; write %25 for the sign itself');
  }
  if (decoded.includes('\0')) throw invalid(url, 'a path cannot hold a NUL');
  const paths = expandBraces(decoded);
  if (paths.length > ALTERNATIVES_MAX)
    throw invalid(url, `more than ${ALTERNATIVES_MAX} alternatives`);
  return paths.map((alternative) => parse(alternative, url));
}

function parse(path: string, url: string): Glob {
  const parts = splitSegments(path);
  if (parts.length === 0 || path.endsWith('/')) throw invalid(url, 'it names a folder, not a file');
  if (parts.length > SEGMENTS_MAX) throw invalid(url, `more than ${SEGMENTS_MAX} folders deep`);
  if (parts.includes('..')) throw invalid(url, '`..` is not allowed');
  const glob = parts.map((part) => segmentOf(part, url));
  const last = glob.at(-1);
  return last?.kind === 'any-folders' ? [...glob, segmentOf('*', url)] : glob;
}

function splitSegments(path: string): string[] {
  return path.split('/').filter((part) => part !== '' && part !== '.');
}

/** `a{b,c{d,e}}f` → `abf`, `acdf`, `acef`. Braces without a comma mean themselves. */
function expandBraces(text: string): string[] {
  const inner = /^(.*)(?<!\\)\{((?:\\.|[^\\{}])*)\}(.*)$/s.exec(text);
  if (!inner) return [text];
  const [, before = '', content = '', after = ''] = inner;
  const choices = content.split(/(?<!\\),/);
  if (choices.length === 1) {
    return expandBraces(`${before}\\{${content}\\}${after}`);
  }
  const results: string[] = [];
  for (const choice of choices) {
    results.push(...expandBraces(before + choice + after));
    if (results.length > ALTERNATIVES_MAX) break;
  }
  return results;
}

function segmentOf(part: string, url: string): GlobSegment {
  if (part === '**') return { kind: 'any-folders' };
  const name = part.replace(/\\(.)/g, '$1');
  if (!/(?<!\\)[*?[]/.test(part)) return { kind: 'name', name };
  const hidden = part.startsWith('.') || part.startsWith('\\.') ? '' : '(?!\\.)';
  try {
    return { kind: 'pattern', pattern: new RegExp(`^${hidden}${toRegExp(part)}$`, 'su') };
  } catch {
    throw invalid(url, `${part} is no pattern`);
  }
}

function toRegExp(part: string): string {
  return part.replace(
    /\\(.)|\*+|\?|\[([!^]?)((?:\\.|[^\]\\])+)\]|(.)/gsu,
    (all, escaped, negated, set, other) => {
      if (escaped !== undefined) return escapeRegExp(escaped);
      if (all.startsWith('*')) return '[^/]*';
      if (all === '?') return '[^/]';
      if (set !== undefined) return `[${negated ? '^/' : ''}${set.replace(/[\\[\]^]/g, '\\$&')}]`;
      return escapeRegExp(other);
    },
  );
}

function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}

function invalid(url: string, reason: string): AppError {
  return new AppError('target-invalid', `${url} cannot be watched: ${reason}.`);
}
