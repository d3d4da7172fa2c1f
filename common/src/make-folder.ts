import { existsSync, mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * Makes a folder for its owner alone (0700), and those above it that are missing. In place of Node's own
 * `recursive`, which never comes back where a folder can never be made below one that exists, as in /proc.
 *
 * @throws the system's error
 */
export function makeFolder(folder: string): void {
  if (existsSync(folder)) {
    // Fails where it is no folder.
    mkdirSync(folder, { recursive: true });
    return;
  }
  const above = dirname(resolve(folder));
  if (!existsSync(above)) makeFolder(above);
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    // Another process may have been quicker.
    if (!existsSync(folder)) throw error;
  }
}
