/** With which certificate `up` serves, if it has to: one that was brought, or one of its own authority. */
import { join } from 'node:path';
import { CertificateFile, type CertificatePaths } from '@apiary/common/tls/certificate-file.ts';
import { certificatePaths } from '../settings.ts';
import { certifiedNames, isOpenToOthers, type Listening } from './addresses.ts';

/** See each field. */
export interface Encryption {
  readonly paths: CertificatePaths;
  /** `sha256//…` */
  readonly pin: string;
  /** True for the instance's own authority, which renews in time. */
  readonly isOwn: boolean;
}

/** Where an instance keeps its authority. */
export function tlsFolder(dataFolder: string): string {
  return join(dataFolder, 'tls');
}

/**
 * Undefined on loopback, where everything is plain unless a certificate was brought.
 *
 * @throws AppError `setting-invalid` for a certificate that cannot be used
 */
export async function encryptionOf(
  dataFolder: string,
  settings: Listening & {
    readonly tlsCert?: string | undefined;
    readonly tlsKey?: string | undefined;
  },
): Promise<Encryption | undefined> {
  const brought = certificatePaths(settings);
  if (brought) return { paths: brought, pin: new CertificateFile(brought).pin, isOwn: false };
  if (!isOpenToOthers(settings)) return undefined;
  // Certificates are made by a library that a start on loopback need not load.
  const { authorityPaths, certify } = await import('@apiary/queen/tls/authority.ts');
  const folder = tlsFolder(dataFolder);
  await certify({ folder, names: certifiedNames(settings), nowMs: Date.now() });
  const { cert, key } = authorityPaths(folder);
  return { paths: { cert, key }, pin: new CertificateFile({ cert, key }).pin, isOwn: true };
}
