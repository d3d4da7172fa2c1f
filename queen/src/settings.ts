import type { CertificatePaths } from '@apiary/common/tls/certificate-file.ts';

/** What Queen is told by the process that runs it. */
export interface QueenSettings {
  /** The address to listen on. */
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Where `run/local.json` is written; readable by its owner only. */
  readonly dataFolder: string;
  /** The built web UI; may be missing, then only the API answers. */
  readonly webFolder: string;
  /** Where Bees reach the broker, without an account. */
  readonly broker?: {
    readonly host: string;
    readonly port: number;
    readonly secure: boolean;
    /** The key that it must show. */
    readonly pin?: string;
  };
  /** What the installer gives away: its script, the single-file Bee and Node. */
  readonly installer?: { readonly script: string; readonly bee: string; readonly node: string };
  /** With it she speaks https, and http on a port of 127.0.0.1 for this machine's own commands. */
  readonly tls?: CertificatePaths;
  /** The origin by which browsers reach it, where that is not `http://HOST:PORT`. */
  readonly publicUrl?: string;
}

/** True for an address that only this machine can reach. */
export function isLoopback(address: string): boolean {
  const bare = address.replace(/^\[|\]$/g, '').replace(/^::ffff:/, '');
  return bare === 'localhost' || bare === '::1' || /^127(\.\d{1,3}){3}$/.test(bare);
}
