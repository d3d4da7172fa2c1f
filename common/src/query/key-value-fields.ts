/** Reads logfmt and other `key=value` pairs, quoted values too, anywhere in a line. */
import type { VisitField } from './json-fields.ts';

/** A name is preceded by the line's start, white space, or an opening or separating character. */
const PAIR = /(?<![\w.@/$-])([A-Za-z_@][\w.@/$-]*)=/g;
const NEXT_PAIR = /[,;&|][A-Za-z_@][\w.@$-]*=/;

/** Visits every pair from the left until told to stop. */
export function walkKeyValues(line: string, visit: VisitField): void {
  PAIR.lastIndex = 0;
  for (;;) {
    const match = PAIR.exec(line);
    if (!match) return;
    const at = PAIR.lastIndex;
    // `a==b` and `a=>b` are no pairs.
    if (line[at] === '=' || line[at] === '>') continue;
    const { value, to } = readValue(line, at);
    const resumeAt = Math.max(at, to);
    if (!visit(match[1] ?? '', value)) return;
    PAIR.lastIndex = resumeAt;
  }
}

/** The value of one key: that of its first pair. */
export function findKeyValue(line: string, key: string): string | undefined {
  const wanted = `${key}=`;
  for (let at = line.indexOf(wanted); at >= 0; at = line.indexOf(wanted, at + 1)) {
    const before = line[at - 1];
    const after = line[at + wanted.length];
    if (before !== undefined && /[\w.@/$-]/.test(before)) continue;
    if (after === '=' || after === '>') continue;
    return readValue(line, at + wanted.length).value;
  }
  return undefined;
}

function readValue(line: string, from: number): { value: string; to: number } {
  const quote = line[from];
  if (quote === '"' || quote === "'") {
    const quoted = readQuoted(line, from, quote);
    if (quoted) return quoted;
  }
  let to = from;
  while (to < line.length && line.charCodeAt(to) > 0x20) to++;
  const run = line.slice(from, to);
  const next = NEXT_PAIR.exec(run);
  if (next) return { value: run.slice(0, next.index), to: from + next.index + 1 };
  return { value: trimClosers(run), to };
}

function readQuoted(
  line: string,
  from: number,
  quote: string,
): { value: string; to: number } | undefined {
  let value = '';
  for (let at = from + 1; at < line.length; at++) {
    const character = line[at] ?? '';
    if (character === quote) return { value, to: at + 1 };
    const next = line[at + 1];
    if (character === '\\' && (next === quote || next === '\\')) {
      value += next;
      at++;
    } else if (character === '\\' && (next === 'n' || next === 't')) {
      value += next === 'n' ? '\n' : '\t';
      at++;
    } else value += character;
  }
  return undefined;
}

/** Takes off the comma behind a value and the brackets that were opened before it. */
function trimClosers(run: string): string {
  let value = run;
  for (;;) {
    const last = value.at(-1);
    const opener = last === ')' ? '(' : last === ']' ? '[' : last === '}' ? '{' : undefined;
    const dangling = opener !== undefined && !value.includes(opener);
    if (last !== ',' && last !== ';' && last !== '"' && !dangling) return value;
    value = value.slice(0, -1);
  }
}
