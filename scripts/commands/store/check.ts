/** `./apiary store check`: reads every sealed chunk; exit code 1 when one is damaged. */
import { STORE_ROUTES } from '@apiary/queen/store-routes.ts';
import { ApiClient } from '../../api-client.ts';
import { byteSize } from '../../byte-size.ts';
import type { CommandIo } from '../../command.ts';
import type { StoreSettings } from './shape.ts';

/** See the file's head. */
export async function check(
  settings: StoreSettings,
  _words: readonly string[],
  io: CommandIo,
): Promise<number> {
  const client = await ApiClient.connect(settings, io.signal);
  const { of: chunks, isDone: _, ...rest } = await client.call(STORE_ROUTES.checkStore);
  const { records, storedBytes, problems, problemsTotal } = rest;
  if (settings.json) io.stdout.write(`${JSON.stringify(rest)}\n`);
  else {
    for (const { chunk, day, records: lines, reason } of problems) {
      io.stdout.write(`damaged: chunk ${chunk} of ${day}, ${lines} lines: ${reason}\n`);
    }
    const verdict = problemsTotal === 0 ? 'all whole' : `${problemsTotal} damaged`;
    io.stdout.write(`${chunks} chunks, ${records} lines, ${byteSize(storedBytes)}: ${verdict}\n`);
  }
  return problemsTotal === 0 ? 0 : 1;
}
