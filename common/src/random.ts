import { randomBytes } from 'node:crypto';

/** A new id for a document, a session, an instance: 22 URL-safe characters, 128 random bits. */
export function newId(): string {
  return randomBytes(16).toString('base64url');
}

/** A generation's id: 64 random bits as 16 hex digits. */
export function newGeneration(): string {
  return randomBytes(8).toString('hex');
}
