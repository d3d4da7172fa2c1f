/** Open chunks that have lines which are to go are sealed first, so that all are where they can be rewritten. */
import { AppError } from '@apiary/common/errors.ts';
import type { Holdings } from '../holdings/holdings.ts';
import type { Matching } from './matching.ts';

/** The chunks that are not sealed and have such lines. */
export async function openWith(holdings: Holdings, matching: Matching): Promise<Set<string>> {
  const found = new Set<string>();
  for (const { chunk, set } of holdings.parts().flatMap(({ open }) => open)) {
    if ((await matching.rowsOf(set)).rows.length > 0) found.add(chunk);
  }
  return found;
}

/** Makes sure that none is left. @throws AppError `conflict` */
export async function refuseOpen(holdings: Holdings, matching: Matching): Promise<void> {
  if ((await openWith(holdings, matching)).size === 0) return;
  throw new AppError('conflict', 'Some of the lines could not be sealed yet.');
}
