/** Folders that take long to make, and are taken as they are where they were made before. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * What `make` gave for `folder/name`, in this run or an earlier one. What was not finished is made anew.
 *
 * @param make fills the empty folder that it is given; what it gives survives JSON
 */
export async function keptOrMade<T extends object>(
  folder: string,
  name: string,
  make: (place: string) => Promise<T>,
): Promise<T> {
  const place = join(folder, name);
  const note = join(folder, `${name}.json`);
  // Written here, by the same `make`.
  if (existsSync(note)) return JSON.parse(readFileSync(note, 'utf8')) as T;
  rmSync(place, { recursive: true, force: true });
  mkdirSync(place, { recursive: true });
  const made = await make(place);
  writeFileSync(note, JSON.stringify(made));
  return made;
}
