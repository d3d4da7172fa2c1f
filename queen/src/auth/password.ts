/**
 * Passwords: argon2id with a salt of its own for each, in the parameters that are stored beside the
 * hash, so that stronger ones can come later. Hashing is bounded: it takes memory and a thread.
 */
import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { AppError } from '@apiary/common/errors.ts';
import {
  PASSWORD_CHARS_MAX,
  PASSWORD_CHARS_MIN,
  PASSWORD_HASHES_MAX,
  PASSWORD_HASHES_WAITING_MAX,
  PASSWORD_MEMORY_KIB,
  PASSWORD_PASSES,
} from '@apiary/common/limits/access.ts';
import { z } from 'zod';

const derive = promisify(argon2);
const TAG_BYTES = 32;

/** A password as stored; salt and hash in base64url. */
export const passwordHashSchema = z.object({
  algorithm: z.literal('argon2id'),
  memoryKib: z.number().int(),
  passes: z.number().int(),
  salt: z.string(),
  hash: z.string(),
});

/** See {@link passwordHashSchema}. */
export type PasswordHash = z.output<typeof passwordHashSchema>;

/** @throws AppError `request-invalid` for a password that is too short, too long, or the name itself */
export function checkNewPassword(password: string, user: string): void {
  const { length } = [...password];
  if (length < PASSWORD_CHARS_MIN || length > PASSWORD_CHARS_MAX) {
    throw new AppError(
      'request-invalid',
      `A password has ${PASSWORD_CHARS_MIN} to ${PASSWORD_CHARS_MAX} characters.`,
    );
  }
  const isGuessable =
    new Set(password).size < 4 || password.toLowerCase().replaceAll(user, '').length < 6;
  if (isGuessable) {
    throw new AppError(
      'request-invalid',
      'This password is too easy to guess: take several words.',
    );
  }
}

/** Hashes and verifies, a few at a time. */
export class PasswordHasher {
  #running = 0;
  readonly #waiting: (() => void)[] = [];
  #dummy: Promise<PasswordHash> | undefined;

  /** @throws AppError `too-many` when too many wait already */
  async hash(password: string): Promise<PasswordHash> {
    const salt = randomBytes(16);
    const parameters = { memoryKib: PASSWORD_MEMORY_KIB, passes: PASSWORD_PASSES };
    const tag = await this.#derive(password, salt, parameters);
    return {
      algorithm: 'argon2id',
      ...parameters,
      salt: salt.toString('base64url'),
      hash: tag.toString('base64url'),
    };
  }

  /**
   * True if it is the password. Without a stored one it takes the same time and is false, so that
   * nobody learns by the clock which accounts there are.
   *
   * @throws AppError `too-many`
   */
  async verify(password: string, stored: PasswordHash | undefined): Promise<boolean> {
    this.#dummy ??= this.hash('nobody has this password');
    const against = stored ?? (await this.#dummy);
    const tag = await this.#derive(password, Buffer.from(against.salt, 'base64url'), against);
    const isEqual = timingSafeEqual(tag, Buffer.from(against.hash, 'base64url'));
    return isEqual && stored !== undefined;
  }

  async #derive(
    password: string,
    nonce: Buffer,
    { memoryKib, passes }: Pick<PasswordHash, 'memoryKib' | 'passes'>,
  ): Promise<Buffer> {
    await this.#enter();
    try {
      return await derive('argon2id', {
        message: password.normalize('NFKC'),
        nonce,
        parallelism: 1,
        tagLength: TAG_BYTES,
        memory: memoryKib,
        passes,
      });
    } finally {
      this.#running -= 1;
      this.#waiting.shift()?.();
    }
  }

  async #enter(): Promise<void> {
    while (this.#running >= PASSWORD_HASHES_MAX) {
      if (this.#waiting.length >= PASSWORD_HASHES_WAITING_MAX) {
        throw new AppError('too-many', 'Too many people sign in at once; try again in a moment.');
      }
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    this.#running += 1;
  }
}
