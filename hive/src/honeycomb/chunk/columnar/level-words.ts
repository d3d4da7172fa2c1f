/**
 * Tells where all rows of a template have one level. `recogniseLevel` looks at words and at keys with their
 * values; where none of these is in a variable, the template's literal text decides.
 */
import { LEVEL_SEARCH_MAX } from '@apiary/common/limits.ts';
import { levelOf, mayHaveLevelKey, recogniseLevel } from '@apiary/common/query/level.ts';
import { isWordCode } from '@apiary/common/query/words.ts';
import { LONG } from './value-columns.ts';
import { hashWord, SLOT_MARK, STAMP_MARK } from './words.ts';

const KEYS = ['level', 'lvl', 'severity', 'levelname', 'severitytext', 'priority'];
const NAMES =
  'trace trc verbose finest finer debug dbg fine info inf information informational notice config ' +
  'warn wrn warning error err severe failure fatal ftl critical crit alert emerg emergency panic dpanic';
const SLOT = String.fromCharCode(SLOT_MARK);
const STAMP = String.fromCharCode(STAMP_MARK);
const KEY_BEFORE_SLOT = new RegExp(
  `(?:level|lvl|severity|text|name|priority)["']?\\s*[=:]\\s*["']?${SLOT}`,
  'i',
);
const TABLE_BITS = 0xfff;

const words = new Set<number>();
/** By the low twelve bits of a hash: 1 where {@link isLevelWord} may be true. */
export const LEVEL_WORD_TABLE = new Uint8Array(TABLE_BITS + 1);
const table = LEVEL_WORD_TABLE;
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

/** What is known of a template's rows. */
export interface LevelFacts {
  readonly hasLevelWord: boolean;
  /** Bytes of the stamp. */
  readonly stampBytes: number;
  /** By variable: the longest value's bytes; LONG for any more. */
  readonly longest: Uint8Array;
}

/** Texts whose levels are remembered; past it all are forgotten. */
const TEXTS_MAX = 20_000;

/** The levels of templates. Most texts come again in the next chunk: what they alone say about a level is remembered. */
export class TemplateLevels {
  readonly #known = new Map<string, { readonly mayVary: boolean; level: number | undefined }>();

  /**
   * The level of all rows of a template; undefined where the values of its variables can decide about it.
   *
   * @param levelOfRow tells the level of any one of the rows
   */
  of(text: string, rows: LevelFacts, levelOfRow: () => number): number | undefined {
    if (rows.hasLevelWord) return undefined;
    let known = this.#known.get(text);
    if (!known) {
      if (this.#known.size >= TEXTS_MAX) this.#known.clear();
      known = { mayVary: textMayVary(text), level: undefined };
      this.#known.set(text, known);
    }
    if (known.mayVary || (isLong(text, rows) && !isEarly(text, rows))) return undefined;
    known.level ??= levelOfRow();
    return known.level;
  }
}

function textMayVary(text: string): boolean {
  const first = text[0];
  // Syslog's priority, and glog's head.
  if (first === '<' || (first === SLOT && text[1] === ' ')) return true;
  return text.includes(SLOT) && KEY_BEFORE_SLOT.test(text);
}

function isLong(text: string, { longest, stampBytes }: LevelFacts): boolean {
  let bytes = text.length + stampBytes;
  for (let slot = 0; slot < longest.length; slot++) bytes += longest[slot] ?? 0;
  return bytes >= LEVEL_SEARCH_MAX;
}

/** How much of a row is searched varies with its values: true if a word says the level that is searched in all rows. */
function isEarly(text: string, rows: LevelFacts): boolean {
  const row = longestRow(text, rows);
  if (row.length < LEVEL_SEARCH_MAX) return true;
  let end = LEVEL_SEARCH_MAX;
  while (end > 0 && isWordCode(row.charCodeAt(end - 1))) end--;
  return !mayHaveLevelKey(text) && recogniseLevel(row.slice(0, end)) !== undefined;
}

/** A row with the longest values, as far as levels are searched. */
function longestRow(text: string, { longest, stampBytes }: LevelFacts): string {
  let row = '';
  let slot = 0;
  for (let at = 0; at < text.length && row.length < LEVEL_SEARCH_MAX; at++) {
    const character = text[at] ?? '';
    if (character === SLOT) {
      const width = longest[slot++] ?? 0;
      row += '0'.repeat(width < LONG ? width : LEVEL_SEARCH_MAX);
    } else row += character === STAMP ? '0'.repeat(stampBytes) : character;
  }
  return row;
}
