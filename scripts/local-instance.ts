/** Finds the instance that runs on a data folder: Queen writes its address and a token there. */
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

/** The error for an instance that does not answer. */
export function notRunning(folder: string, cause: unknown): AppError {
  return new AppError(
    'component-missing',
    `nothing runs on ${resolve(folder)}: start it with ./apiary up, or name its folder with --data`,
    { cause },
  );
}
