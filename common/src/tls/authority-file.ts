import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { AppError } from '../errors.ts';

/**
 * The PEM text of an authority that somebody named.
 *
 * @param flag the setting that names it
 * @throws AppError `setting-invalid` when it cannot be read or is no certificate
 */
export function readAuthority(flag: string, file: string): string {
  try {
    const text = readFileSync(file, 'utf8');
    new X509Certificate(text);
    return text;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new AppError('setting-invalid', `${flag}: ${file} cannot be used: ${reason}`, {
      cause: error,
    });
  }
}
