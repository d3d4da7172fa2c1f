/**
 * Tells where all rows of a template have one level. `recogniseLevel` looks at words and at keys with their
 * values; where none of these is in a variable, the template's literal text decides.
 */
import { LEVEL_SEARCH_MAX } from '@apiary/common/limits.ts';
import { levelOf } from '@apiary/common/query/level.ts';
import { hashWord, SLOT_MARK } from './words.ts';

const KEYS = ['level', 'lvl', 'severity', 'levelname', 'severitytext', 'priority'];
const NAMES =
  'trace trc verbose finest finer debug dbg fine info inf information informational notice config ' +
  'warn wrn warning error err severe failure fatal ftl critical crit alert emerg emergency panic dpanic';
const SLOT = String.fromCharCode(SLOT_MARK);
const KEY_BEFORE_SLOT = new RegExp(
  `(?:level|lvl|severity|text|name|priority)["']?\\s*[=:]\\s*["']?${SLOT}`,
  'i',
);
const TABLE_BITS = 0xfff;

const words = new Set<number>();
const table = new Uint8Array(TABLE_BITS + 1);
const all = [
  ...NAMES.split(' ').filter((name) => levelOf(name) !== undefined),
  ...KEYS.flatMap((key) => [key, `log${key}`, `log_${key}`]),
];
for (const word of all) {
  const hash = hashWord(word);
  words.add(hash);
  table[hash & TABLE_BITS] = 1;
}

/** True if a variable with this word, by its hash, may decide about a line's level. */
export function isLevelWord(hash: number): boolean {
  return table[hash & TABLE_BITS] === 1 && words.has(hash);
}

/** True if the values of the template's variables can decide about the level. */
export function levelMayVary(
  text: string,
  rows: { readonly longest: number; readonly hasLevelWord: boolean },
): boolean {
  if (rows.hasLevelWord || rows.longest > LEVEL_SEARCH_MAX) return true;
  const first = text[0];
  // Syslog's priority, and glog's head.
  if (first === '<' || (first === SLOT && text[1] === ' ')) return true;
  return text.includes(SLOT) && KEY_BEFORE_SLOT.test(text);
}
