import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** A new secret: 43 URL-safe characters, 256 random bits. */
export function newSecretToken(): string {
  return randomBytes(32).toString('base64url');
}

/**
 * What is stored of a secret: SHA-256, base64url. The secret's own entropy makes a salt needless.
 */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}

/** Compares in a time that tells nothing about where they differ. */
export function tokensEqual(a: string, b: string): boolean {
  return timingSafeEqual(Buffer.from(hashToken(a)), Buffer.from(hashToken(b)));
}
