import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Returns once the file system gives a later time than before: its clock has ticks of some milliseconds. */
export function fileClockTicks(folder: string): void {
  const probe = join(folder, '.tick');
  const touch = () => {
    writeFileSync(probe, '');
    return statSync(probe).mtimeMs;
  };
  for (const before = touch(); touch() === before; );
}
