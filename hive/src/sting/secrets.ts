/**
 * Secrets of channels at rest: AES-256-GCM under a key that lives in a file of its own (0600), so that a
 * copy of the documents alone opens nothing. The same file signs acknowledge and silence links.
 */
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';
import { link, mkdir, open, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AppError } from '@apiary/common/errors.ts';
import { z } from 'zod';

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const secretsSchema = z.record(z.string(), z.string());

/** Seals secrets and signs links; two keys are derived (HKDF-SHA-256) from the one of the file. */
export class Secrets {
  readonly #sealing: Buffer;
  readonly #signing: Buffer;

  private constructor(key: Buffer) {
    this.#sealing = derive(key, 'apiary channel secrets');
    this.#signing = derive(key, 'apiary alert links');
  }

  /** Reads the key file, or makes it. @throws AppError `folder-unusable`, `store-corrupt` */
  static async open(file: string): Promise<Secrets> {
    const key = (await readKey(file)) ?? (await makeKey(file));
    if (key.length !== KEY_BYTES) {
      throw new AppError('store-corrupt', `${file} is no key: restore it from a backup`);
    }
    return new Secrets(key);
  }

  /** Secrets → text; `owner` must be the same when they are opened. */
  seal(secrets: Readonly<Record<string, string>>, owner: string): string {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#sealing, nonce);
    cipher.setAAD(Buffer.from(owner));
    const body = Buffer.concat([cipher.update(JSON.stringify(secrets), 'utf8'), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64url');
  }

  /** @throws AppError `store-corrupt` when the key or the text is another one */
  unseal(sealed: string, owner: string): Record<string, string> {
    const bytes = Buffer.from(sealed, 'base64url');
    try {
      const nonce = bytes.subarray(0, NONCE_BYTES);
      const decipher = createDecipheriv('aes-256-gcm', this.#sealing, nonce, {
        authTagLength: TAG_BYTES,
      });
      decipher.setAAD(Buffer.from(owner));
      decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
      const body = decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES));
      const text = Buffer.concat([body, decipher.final()]).toString('utf8');
      return secretsSchema.parse(JSON.parse(text));
    } catch (error) {
      const message = 'the secrets of a channel do not open with this key file: enter them again';
      throw new AppError('store-corrupt', message, { cause: error });
    }
  }

  /** HMAC-SHA-256, base64url. */
  sign(text: string): string {
    return createHmac('sha256', this.#signing).update(text).digest('base64url');
  }

  /** True for what {@link Secrets.sign} made; takes the same time for any other. */
  verify(text: string, signature: string): boolean {
    const wanted = Buffer.from(this.sign(text));
    const given = Buffer.from(signature);
    return wanted.length === given.length && timingSafeEqual(wanted, given);
  }
}

function derive(key: Buffer, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', key, '', purpose, KEY_BYTES));
}

async function readKey(file: string): Promise<Buffer | undefined> {
  try {
    return Buffer.from((await readFile(file, 'utf8')).trim(), 'base64url');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw new AppError('folder-unusable', `${file} cannot be read`, { cause: error });
  }
}

/** Written aside and linked into place, so that of two processes at once the second takes the first one's. */
async function makeKey(file: string): Promise<Buffer> {
  const key = randomBytes(KEY_BYTES);
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    const handle = await open(draft, 'wx', 0o600);
    await handle.writeFile(`${key.toString('base64url')}\n`);
    await handle.sync();
    await handle.close();
    await link(draft, file);
    return key;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return (await readKey(file)) ?? key;
    throw new AppError('folder-unusable', `${file} cannot be written`, { cause: error });
  } finally {
    await rm(draft, { force: true });
  }
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error && 'code' in error ? error.code : undefined;
}
