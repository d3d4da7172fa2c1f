/** What a slot of a pattern is called: `Failed password for <user> from <ip> port <port>`. */
import { isIP } from 'node:net';
import { SLOT } from '@apiary/common/query/line-pattern.ts';

/** A word that names what comes behind it: `port <*>`. */
const NAME = /^[a-z_][\w.-]{0,30}[:=]?$/i;
/** A name and its value in one word: `uid=<*>`, `"pid":<*>`. */
const NAMED_BEFORE = /(?:^|[^\w.-])([a-z_][\w.-]{0,30})["']?[:=]+["'([{]*$/i;
/** Words that stand before values of every kind. */
const NO_NAMES = new Set(
  'a after an and are as at before between by for from has have in into is of off on or over than the to took was were with within'.split(
    ' ',
  ),
);
const KINDS: readonly (readonly [name: string, fits: (value: string) => boolean])[] = [
  ['ip', isAddress],
  ['url', (value) => /^[a-z][a-z0-9+.-]*:\/\/\S/i.test(value)],
  ['path', (value) => /^\.{0,2}\/\S/.test(value)],
  ['uuid', (value) => /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value)],
  ['email', (value) => /^[^\s@]+@[^\s@]+\.[a-z]{2,}$/i.test(value)],
  ['time', (value) => /^\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?$|^\d{4}-\d{2}-\d{2}T/.test(value)],
];
const NUMBER = /^[+-]?\d+(?:[.,]\d+)*$/;

/**
 * The name of a slot: what stands attached before it, else what its values all are, else the word before it.
 * @param words the pattern's
 * @param place of the slot's word
 * @param index of the slot in its word
 * @param values the most frequent ones
 */
export function slotName(
  words: readonly string[],
  place: number,
  index: number,
  values: readonly string[],
): string | undefined {
  const before = (words[place] ?? '')
    .split(SLOT)
    .slice(0, index + 1)
    .join(SLOT);
  const attached = NAMED_BEFORE.exec(before)?.[1];
  if (attached !== undefined) return attached;
  const are = (fits: (value: string) => boolean) => values.length > 0 && values.every(fits);
  const kind = KINDS.find(([, fits]) => are(fits))?.[0];
  if (kind !== undefined) return kind;
  const previous = words[place - 1];
  const isAlone = before.replace(/[("'[{]/g, '') === '';
  if (isAlone && previous !== undefined && NAME.test(previous)) {
    const name = previous.replace(/[:=]$/, '');
    if (!NO_NAMES.has(name.toLowerCase())) return name;
  }
  return are((value) => NUMBER.test(value)) ? 'number' : undefined;
}

function isAddress(value: string): boolean {
  return isIP(value.replace(/^\[(.+)\](?::\d+)?$/, '$1').replace(/^([\d.]+):\d+$/, '$1')) > 0;
}
