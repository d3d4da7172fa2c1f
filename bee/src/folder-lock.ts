/**
 * One Bee to a data folder. The lock is a Unix socket in it: the system closes it with its process, however that
 * ends, and one that answers is held. (A file with a process id would mislead in containers.)
 */
import { closeSync, constants, openSync, unlinkSync } from 'node:fs';
import { createConnection, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { AppError } from '@apiary/common/errors.ts';
import { makeFolder } from '@apiary/common/make-folder.ts';
import { codeOf } from './system-error.ts';

const NAME = 'bee.lock';
const ATTEMPTS_MAX = 3;

/**
 * Takes the folder; the result gives it back.
 *
 * @throws AppError `store-in-use` if another Bee runs on it, `folder-unusable`
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  const fd = openFolder(folder);
  // A socket's path has 107 bytes at most, and folders may lie deep.
  const base = process.platform === 'linux' ? `/proc/self/fd/${fd}` : folder;
  const path = join(base, NAME);
  try {
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      const server = await listen(path);
      if (server) return () => release(server, fd);
      if (await answers(path)) break;
      // It was left behind by a Bee that was killed.
      unlinkIfThere(path);
    }
  } catch (error) {
    closeSync(fd);
    throw error;
  }
  closeSync(fd);
  throw new AppError(
    'store-in-use',
    `another Bee runs on ${folder}: end it, or give this one a folder of its own with --data`,
  );
}

/** Makes the folder where it is missing. */
function openFolder(folder: string): number {
  try {
    makeFolder(folder);
    return openSync(folder, constants.O_RDONLY | constants.O_DIRECTORY);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new AppError('folder-unusable', `${folder} cannot be used: ${reason}`, { cause: error });
  }
}

/** Undefined where the name is taken. */
function listen(path: string): Promise<Server | undefined> {
  const server = createServer((socket) => socket.destroy());
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      if (codeOf(error) === 'EADDRINUSE') resolve(undefined);
      else reject(error);
    });
    server.listen(path, () => {
      server.unref();
      resolve(server);
    });
  });
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

/** Closing removes the socket's name. */
async function release(server: Server, fd: number): Promise<void> {
  await new Promise<void>((resolve) => server.close(() => resolve()));
  closeSync(fd);
}

function unlinkIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
}
