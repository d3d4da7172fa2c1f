/** A server's certificate and key in two PEM files, taken up again when somebody renews them. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { type FSWatcher, readFileSync, watch } from 'node:fs';
import { dirname } from 'node:path';
import { AppError } from '../errors.ts';
import { keyPin } from './pin.ts';

/** Where they are. */
export interface CertificatePaths {
  readonly cert: string;
  readonly key: string;
}

/** What `tls.createServer` takes, PEM. */
export interface CertificatePair {
  readonly cert: string;
  readonly key: string;
}

/** A renewal writes two files; they are read when both have had the time to come. */
const SETTLE_MS = 500;

/** See the file's head. */
export class CertificateFile {
  readonly #paths: CertificatePaths;
  readonly #watchers: FSWatcher[] = [];
  #pair: CertificatePair;
  #settling: NodeJS.Timeout | undefined;

  /** @throws AppError `setting-invalid` for what cannot be read or does not belong together */
  constructor(paths: CertificatePaths) {
    this.#paths = paths;
    this.#pair = readPair(paths);
  }

  get pair(): CertificatePair {
    return this.#pair;
  }

  /** The key as `sha256//…`. */
  get pin(): string {
    return keyPin(this.#pair.cert);
  }

  /** Tells of each renewal, and of files that cannot be used; then the pair before stays. */
  watch(onChange: (pair: CertificatePair) => void, onTrouble: (error: AppError) => void): void {
    const read = () => {
      try {
        const pair = readPair(this.#paths);
        if (pair.cert === this.#pair.cert && pair.key === this.#pair.key) return;
        this.#pair = pair;
        onChange(pair);
      } catch (thrown) {
        if (!(thrown instanceof AppError)) throw thrown;
        onTrouble(thrown);
      }
    };
    const soon = () => {
      clearTimeout(this.#settling);
      this.#settling = setTimeout(read, SETTLE_MS);
    };
    // The folders, because a file that is replaced takes its watch with it.
    for (const folder of new Set(Object.values(this.#paths).map((path) => dirname(path)))) {
      this.#watchers.push(watch(folder, { persistent: false }, soon));
    }
  }

  /** Tells nothing more. */
  close(): void {
    clearTimeout(this.#settling);
    for (const watcher of this.#watchers.splice(0)) watcher.close();
  }
}

function readPair({ cert, key }: CertificatePaths): CertificatePair {
  try {
    const pair = { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') };
    if (new X509Certificate(pair.cert).checkPrivateKey(createPrivateKey(pair.key))) return pair;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const text = `--tls-cert, --tls-key: ${cert} and ${key} cannot be used: ${reason}`;
    throw new AppError('setting-invalid', text, { cause: error });
  }
  throw new AppError('setting-invalid', `--tls-key: ${key} is not the key of ${cert}`);
}
