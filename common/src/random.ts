import { randomBytes, randomFillSync } from 'node:crypto';

const ID_BYTES = 16;
/** Random bytes for the next ids: to ask for 16 of them takes as long as to ask for thousands. */
const pool = Buffer.alloc(256 * ID_BYTES);
let used = pool.length;

/** Six bits of 0 to 61 are a letter or a digit in base64url; 62 and 63 are `-` and `_`. */
const FIRST_BYTE_BEHIND = 62 << 2;

/** A new id for a document, a session, an instance: 22 URL-safe characters, just under 128 random bits. */
export function newId(): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += ID_BYTES;
  return idText(pool.subarray(used - ID_BYTES, used));
}

/**
 * Bytes as an id that people can type behind a command: base64url that begins with a letter or a
 * digit, because a word that begins with `-` is taken for a flag. 16 bytes are 22 characters.
 */
export function idText(bytes: Uint8Array): string {
  const copy = Buffer.from(bytes);
  const first = copy[0] ?? 0;
  if (first >= FIRST_BYTE_BEHIND) copy[0] = first & 0x7f;
  return copy.toString('base64url');
}

/** A generation's id: 64 random bits as 16 hex digits. */
export function newGeneration(): string {
  return randomBytes(8).toString('hex');
}
