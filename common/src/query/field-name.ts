/**
 * Decides whether the text before a colon is a field. Log lines are full of colons (addresses,
 * times, URLs, `error: disk full`), and none of them may be an error.
 */
import { isBuiltInField } from './ast.ts';
import { isSpace, readEscape, readRegex } from './read-text.ts';

/** A field name found in a query: `to` is behind its colon, `valueAt` where its value begins. */
export interface FieldAt {
  readonly name: string;
  /** An escape in the name says that a field is meant, whatever it looks like. */
  readonly escaped: boolean;
  readonly to: number;
  readonly valueAt: number;
}

const NAME = /^[@_$\p{L}][\p{L}\p{N}_.$-]*$/u;
/** `fe80::1`, `de:ad:be:ef:00:01`. */
const HEX_GROUPS = /[0-9a-f]{1,4}(?::[0-9a-f]{0,4}){2,7}(?![0-9a-z_])/iy;
/** `ERROR:root:message`, as Python's logging writes it, and `localhost:8080`. */
const NEVER_FIELDS = new Set(
  'TRACE DEBUG INFO NOTICE WARN WARNING ERROR CRITICAL FATAL SEVERE localhost'.split(' '),
);
/**
 * Their value may stand apart: `level: error`. Not `time:` and not names of lines, as in `error:
 * disk full`.
 */
const SPACE_ALLOWED = new Set(['host', 'agent', 'target', 'file', 'tag', 'level']);

/** True if the name needs no escape before a colon, unless one letter stands before a path. */
export function isPlainFieldName(name: string): boolean {
  return NAME.test(name) && name !== '_exists_' && !NEVER_FIELDS.has(name);
}

/** The field at `from`, or undefined if what stands there is text. */
export function fieldAt(source: string, from: number): FieldAt | undefined {
  const found = readName(source, from);
  if (!found) return undefined;
  const { name, escaped, to } = found;
  const next = source[to];
  if (!escaped) {
    if (!NAME.test(name) || NEVER_FIELDS.has(name) || next === ':') return undefined;
    if (next === '/' && source[to + 1] === '/') return undefined;
    if (name.length === 1 && isDrive(source, to)) return undefined;
    HEX_GROUPS.lastIndex = from;
    if (HEX_GROUPS.test(source)) return undefined;
  }
  if (next === undefined || isSpace(next) || next === ')') {
    if (escaped || !SPACE_ALLOWED.has(name)) {
      return isBuiltInField(name) && next === undefined && !escaped
        ? { name, escaped, to, valueAt: to }
        : undefined;
    }
    let valueAt = to;
    while (isSpace(source[valueAt])) valueAt++;
    return { name, escaped, to, valueAt };
  }
  return { name, escaped, to, valueAt: to };
}

/** After `C:` comes a path, with backslashes or slashes. */
function isDrive(source: string, at: number): boolean {
  if (source[at] === '\\') return true;
  return source[at] === '/' && readRegex(source, at) === undefined;
}

function readName(
  source: string,
  from: number,
): { name: string; escaped: boolean; to: number } | undefined {
  let name = '';
  let escaped = false;
  let at = from;
  for (;;) {
    const character = source[at];
    if (character === undefined || isSpace(character) || '()"[]{}*?~^'.includes(character)) {
      return undefined;
    }
    if (character === ':') return name === '' ? undefined : { name, escaped, to: at + 1 };
    if (character === '\\') {
      const resolved = readEscape(source, at, false);
      if (resolved.error || resolved.text.startsWith('\\u') || resolved.to === at + 1)
        return undefined;
      escaped = true;
      name += resolved.text;
      at = resolved.to;
    } else {
      name += character;
      at++;
    }
  }
}
