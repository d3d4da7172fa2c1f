/** Scans of a folder while its files may be renamed: a file that moves between listing and look is missed. */

/** Past it the last scan is taken as it is. */
const SCANS_MAX = 5;

/** Scans until two scans in a row find the same. */
export function scanSteadily<T>(scan: () => T, sameBy: (found: T) => string): T {
  let found = scan();
  for (let scans = 1, before = sameBy(found); scans < SCANS_MAX; scans++) {
    found = scan();
    const now = sameBy(found);
    if (now === before) break;
    before = now;
  }
  return found;
}
