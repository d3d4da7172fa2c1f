/** Reading of what the system throws; by its shape, since errors may come from another realm. */

/** `ENOENT`, `EACCES`, …; an empty string for anything else. */
export function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return '';
  return typeof error.code === 'string' ? error.code : '';
}

/** The words of an error. */
export function wordsOf(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'message' in error) return `${error.message}`;
  return String(error);
}
