/** Asking before something cannot be undone. */
import { createInterface } from 'node:readline/promises';
import { AppError } from '@apiary/common/errors.ts';
import type { CommandIo } from './command.ts';

/**
 * Asks a question that is answered with `y`; anything else is a no.
 *
 * @throws AppError `setting-invalid` where nobody can be asked: scripts give `--yes`
 */
export async function confirm(question: string, io: CommandIo): Promise<boolean> {
  const isTerminal = Reflect.get(io.stdin, 'isTTY') === true;
  if (!isTerminal) {
    throw new AppError('setting-invalid', `${question} Nobody can be asked here: give --yes.`);
  }
  const asking = createInterface({ input: io.stdin, output: io.stderr });
  try {
    const answer = await asking.question(`${question} [y/N] `, { signal: io.signal });
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    asking.close();
  }
}
