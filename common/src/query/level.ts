/**
 * Finds the severity that a line states about itself. Read in this order:
 *
 * | what stands in the line | example | gives |
 * |---|---|---|
 * | syslog's priority at the head | `<11>` | its remainder by 8: see syslog's 0–7 |
 * | a key named like a level | `"level":50`, `lvl=warn` | the word, pino's 10–60, or syslog's 0–7 |
 * | glog's head | `E1120 14:02:31.1` | I info, W warn, E error, F fatal |
 * | a level in capitals as a word | `ERROR`, `[WARN]`, `SEVERE:` | the word |
 * | other spellings, bracketed or with a colon | `[error]`, `[core:warn]`, `fatal: x` | the word |
 *
 * Syslog's severities 0–2 are fatal, 3 error, 4 warn, 5–6 info, 7 debug. Of the words the first from
 * the left wins; only the first {@link LEVEL_SEARCH_MAX} characters are read.
 */
import { LEVEL_SEARCH_MAX } from '../limits.ts';
import type { Level } from '../record.ts';
import { isWordCode } from './words.ts';

/** Severities by rank, least first. */
export const LEVEL_RANK: Readonly<Record<Level, number>> = {
  trace: 0,
  debug: 1,
  info: 2,
  warn: 3,
  error: 4,
  fatal: 5,
};

const NAMES: Readonly<Record<Level, string>> = {
  trace: 'trace trc verbose finest finer',
  debug: 'debug dbg fine',
  info: 'info inf information informational notice config',
  warn: 'warn wrn warning',
  error: 'error err severe failure',
  fatal: 'fatal ftl critical crit alert emerg emergency panic dpanic',
};
const LEVEL_BY_NAME = new Map<string, Level>();
for (const [level, names] of Object.entries(NAMES)) {
  // The keys of NAMES are levels by its type.
  for (const name of names.split(' ')) LEVEL_BY_NAME.set(name, level as Level);
}
/** Words that are levels only where a key says so: in capitals they also name other things. */
const ONLY_WITH_KEY = new Set(['config', 'fine', 'failure', 'information', 'informational', 'inf']);
const NAME_LENGTH_MAX = 13;
const SYSLOG: readonly Level[] = 'fatal fatal fatal error warn info info debug'
  .split(' ')
  // Every word of the list above is a level.
  .map((word) => word as Level);
const KEY_NAME = '(?:log[._]?)?(?:level|lvl|severity|levelname|severitytext|priority)';
const KEY_VALUE = '([a-z]{3,13}|\\d{1,2})(?![\\w.])';
const KEY = new RegExp(`(?:^|[\\s,{[(|"'.])${KEY_NAME}["']?\\s*[=:]\\s*["']?${KEY_VALUE}`, 'i');
const KEY_HINT = /l(?:e)?v(?:e)?l|severity|priority/i;
const PRIORITY = /^<(\d{1,3})>/;

/** The level that a word names, any case, aliases included (`warning`, `crit`); else undefined. */
export function levelOf(word: string): Level | undefined {
  return LEVEL_BY_NAME.get(word.toLowerCase());
}

/** False where no key named like a level is in a text, whatever stands around its words. */
export function mayHaveLevelKey(text: string): boolean {
  return KEY_HINT.test(text);
}

/** The level that a line states, or undefined; see the table at the head of this file. */
export function recogniseLevel(line: string): Level | undefined {
  const head = line.length > LEVEL_SEARCH_MAX ? line.slice(0, LEVEL_SEARCH_MAX) : line;
  if (head.charCodeAt(0) === 0x3c) {
    const priority = Number(PRIORITY.exec(head)?.[1] ?? 999);
    if (priority < 192) return SYSLOG[priority % 8];
  }
  const keyed = mayHaveLevelKey(head) ? KEY.exec(head) : null;
  const named = keyed?.[1] === undefined ? undefined : levelOfValue(keyed[1]);
  return named ?? glogLevel(head) ?? wordLevel(head);
}

/** A level as the value of a key: a name, pino's 10–60, or syslog's 0–7. */
function levelOfValue(value: string): Level | undefined {
  if (!/^\d/.test(value)) return levelOf(value);
  const number = Number(value);
  if (number < SYSLOG.length) return SYSLOG[number];
  if (number < 10 || number > 69) return undefined;
  const rank = Math.floor(number / 10) - 1;
  for (const [level, of] of Object.entries(LEVEL_RANK)) {
    // The keys of LEVEL_RANK are levels by its type.
    if (of === rank) return level as Level;
  }
  return undefined;
}

function glogLevel(head: string): Level | undefined {
  if (!/^[IWEF]\d{4} /.test(head)) return undefined;
  const letter = head[0];
  if (letter === 'I') return 'info';
  if (letter === 'W') return 'warn';
  return letter === 'E' ? 'error' : 'fatal';
}

function wordLevel(head: string): Level | undefined {
  let at = 0;
  while (at < head.length) {
    const code = head.charCodeAt(at);
    if (!isWordCode(code)) {
      at++;
      continue;
    }
    const from = at;
    while (at < head.length && isWordCode(head.charCodeAt(at))) at++;
    if (at - from < 3 || at - from > NAME_LENGTH_MAX) continue;
    const capital = code >= 0x41 && code <= 0x5a;
    if (!capital && !(code >= 0x61 && code <= 0x7a)) continue;
    const word = head.slice(from, at);
    const level = LEVEL_BY_NAME.get(word.toLowerCase());
    if (level !== undefined && standsAsLevel(head, word, from, at)) return level;
  }
  return undefined;
}

/** Capitals anywhere; other spellings only as `[error]`, `[core:error]` or `error:`. */
function standsAsLevel(head: string, word: string, from: number, to: number): boolean {
  if (ONLY_WITH_KEY.has(word.toLowerCase())) return false;
  if (word === word.toUpperCase()) return head[from - 1] !== '-' && head[to] !== '-';
  const before = head[from - 1];
  const after = head[to];
  if (after === ']') return before === '[' || before === ':';
  return after === ':' && (before === undefined || before === ' ' || before === ']');
}
