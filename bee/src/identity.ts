/**
 * Who this Bee is: an Ed25519 key in a file that only its user may read, made at the first start. The
 * agent id follows from the key, so whoever holds the file is the agent.
 */
import { chmodSync, mkdirSync, readFileSync } from 'node:fs';
import { link, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '@apiary/common/errors.ts';
import {
  generateSigningKeys,
  KEY_BYTES,
  rawPrivateKey,
  type SigningKeys,
  signingKeysFromRaw,
} from '@apiary/common/messages/signature.ts';
import { newGeneration } from '@apiary/common/random.ts';
import { codeOf, wordsOf } from './system-error.ts';

const FILE = 'identity.key';

/** A Bee's keys and the agent id that follows from them. */
export interface Identity {
  readonly id: string;
  readonly keys: SigningKeys;
}

/**
 * Reads the key from `folder/identity.key` (64 hex digits and a line feed), or makes one. Of several
 * processes that make one at the same time, one wins and all get the same.
 *
 * @throws AppError `folder-unusable` when the folder or the file cannot be used
 */
export async function loadIdentity(folder: string): Promise<Identity> {
  const path = join(folder, FILE);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return readKey(path) ?? (await makeKey(path));
  } catch (error) {
    if (error instanceof AppError) throw error;
    const reason = wordsOf(error);
    throw new AppError('folder-unusable', `The key ${path} cannot be read or made: ${reason}`, {
      cause: error,
    });
  }
}

function readKey(path: string): Identity | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'latin1');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
  if (!new RegExp(`^[0-9a-f]{${KEY_BYTES * 2}}\\s*$`).test(text)) {
    throw new AppError(
      'folder-unusable',
      `${path} holds no key. Restore it from a backup, or remove it: this Bee then is a new agent.`,
    );
  }
  chmodSync(path, 0o600);
  const keys = signingKeysFromRaw(Buffer.from(text.trim(), 'hex'));
  return { id: keys.agent, keys };
}

async function makeKey(path: string): Promise<Identity> {
  const temporary = `${path}.${process.pid}.${newGeneration()}`;
  const file = await open(temporary, 'wx', 0o600);
  try {
    await file.writeFile(`${rawPrivateKey(generateSigningKeys().privateKey).toString('hex')}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  try {
    // A link, other than a rename, never takes the place of a key that was made meanwhile.
    await link(temporary, path);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  } finally {
    await rm(temporary, { force: true });
  }
  const folder = await open(join(path, '..'), 'r');
  await folder.sync().finally(() => folder.close());
  const made = readKey(path);
  if (!made) throw new AppError('folder-unusable', `${path} vanished while it was made.`);
  return made;
}
