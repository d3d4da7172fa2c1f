/**
 * Finds the instance that a command talks to: the one that `--url` names, or the one that runs on the
 * data folder, where Queen writes its address and a token.
 */
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { AppError } from '@apiary/common/errors.ts';
import { z } from 'zod';

const instanceSchema = z.object({ url: z.url(), token: z.string().min(1) });

/** Where Queen is and how to be let in. */
export type LocalInstance = z.output<typeof instanceSchema>;

/**
 * @throws AppError `component-missing` when nothing runs there, `folder-unusable` when it is
 * another's
 */
export async function findLocalInstance(dataFolder: string): Promise<LocalInstance> {
  const folder = resolve(dataFolder);
  let text: string;
  try {
    text = await readFile(join(folder, 'run', 'local.json'), 'utf8');
  } catch (error) {
    const isDenied = error instanceof Error && 'code' in error && error.code === 'EACCES';
    if (isDenied) {
      throw new AppError('folder-unusable', `${folder} belongs to another user`, { cause: error });
    }
    throw notRunning(folder, error);
  }
  try {
    return instanceSchema.parse(JSON.parse(text));
  } catch (error) {
    throw notRunning(folder, error);
  }
}

function notRunning(folder: string, cause: unknown): AppError {
  return new AppError(
    'component-missing',
    `nothing runs on ${resolve(folder)}: start it with ./apiary up, or name its folder with --data`,
    { cause },
  );
}

/** Which instance a command talks to, as its settings say. */
export interface InstanceChoice {
  readonly data: string;
  /** A remote instance's address; then the data folder plays no part. */
  readonly url?: string | undefined;
  /** An API token; alone it stands in for the local one. */
  readonly token?: string | undefined;
}

/**
 * Where the chosen instance is and how to be let in.
 *
 * @throws AppError `setting-invalid` for an address without a token, or as {@link findLocalInstance}
 */
export async function findInstance({ data, url, token }: InstanceChoice): Promise<LocalInstance> {
  if (url === undefined) {
    const local = await findLocalInstance(data);
    return token === undefined ? local : { url: local.url, token };
  }
  if (token === undefined) {
    throw new AppError(
      'setting-invalid',
      '--token: another instance needs an API token; ./apiary tokens add makes one where it runs',
    );
  }
  return { url: url.replace(/\/+$/, ''), token };
}

/** The error for a chosen instance that does not answer. */
export function notAnswering({ data, url }: InstanceChoice, cause: unknown): AppError {
  if (url === undefined) return notRunning(data, cause);
  return new AppError('component-missing', `nothing answers at ${url}`, { cause });
}
