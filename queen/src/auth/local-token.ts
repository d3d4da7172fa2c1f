/**
 * The local token: whoever can read the data folder (mode 0700) is its owner, so `run/local.json`
 * tells the command line where Queen is and how to be let in. A new token at every start, gone at
 * the stop.
 */
import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Actor } from '@apiary/common/bus/bus.ts';
import { AppError } from '@apiary/common/errors.ts';
import { z } from 'zod';
import { newSecretToken, tokensEqual } from './secret-token.ts';

/** Who comes with the local token. */
export const LOCAL_ACTOR = {
  kind: 'local',
  id: 'local',
  name: 'local',
  role: 'admin',
} as const satisfies Actor;

const localJsonSchema = z
  .string()
  .transform((text, context) => {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      context.addIssue('not JSON');
      return z.NEVER;
    }
  })
  .pipe(z.object({ url: z.string(), token: z.string() }));

/** Where the file is. */
export function localTokenPath(dataFolder: string): string {
  return path.join(dataFolder, 'run', 'local.json');
}

/** The token of one run of Queen. */
export class LocalToken {
  readonly #token = newSecretToken();
  readonly #path: string;

  constructor(dataFolder: string) {
    this.#path = localTokenPath(dataFolder);
  }

  /** Writes the file in one step, readable by its owner only. @throws AppError `folder-unusable` */
  async write(url: string): Promise<void> {
    const folder = path.dirname(this.#path);
    const draft = `${this.#path}.${process.pid}.new`;
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await chmod(folder, 0o700);
      await writeFile(draft, `${JSON.stringify({ url, token: this.#token })}\n`, { mode: 0o600 });
      await rename(draft, this.#path);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new AppError('folder-unusable', `${folder} cannot be written: ${reason}`, {
        cause: error,
      });
    }
  }

  /** True if it is this run's token. */
  matches(token: string): boolean {
    return tokensEqual(token, this.#token);
  }

  /** Removes the file, unless a later run has replaced it. */
  async remove(): Promise<void> {
    const text = await readFile(this.#path, 'utf8').catch(() => undefined);
    if (text === undefined) return;
    const parsed = localJsonSchema.safeParse(text);
    if (parsed.success && this.matches(parsed.data.token)) await rm(this.#path, { force: true });
  }
}
