/** `./apiary store delete QUERY`: deletes lines for good, after telling how many and asking. */
import type { CountedLines, deleteLinesSchema } from '@apiary/common/messages/actions/store.ts';
import { STORE_ROUTES } from '@apiary/queen/store-routes.ts';
import type { z } from 'zod';
import { ApiClient } from '../../api-client.ts';
import type { CommandIo } from '../../command.ts';
import { confirm } from '../../confirm.ts';
import { askWithQuery, rangeOf } from '../../query-command.ts';
import type { StoreSettings } from './shape.ts';

/** See the file's head. */
export async function deleteLines(
  settings: StoreSettings,
  words: readonly string[],
  io: CommandIo,
): Promise<number> {
  const range = rangeOf(settings);
  let code = 0;
  const asked = await askWithQuery('store delete', words, io, async (query) => {
    const client = await ApiClient.connect(settings, io.signal);
    const lines = { query, ...range };
    const counted = await client.call(STORE_ROUTES.countLines, lines);
    const { records: expected, upTo } = counted;
    if (settings.dryRun || expected === 0) {
      if (settings.json) io.stdout.write(`${JSON.stringify(counted)}\n`);
      else io.stdout.write(`${described(counted)}${expected > 0 ? ' Nothing was deleted.' : ''}\n`);
      return;
    }
    const question = `${described(counted)} Delete them for good?`;
    if (!settings.yes && !(await confirm(question, io))) {
      io.stderr.write('Nothing was deleted.\n');
      code = 1;
      return;
    }
    const { reason } = settings;
    code = await run(client, { lines, upTo, expected, ...(reason && { reason }) }, settings, io);
  });
  return asked === 0 ? code : asked;
}

async function run(
  client: ApiClient,
  request: z.input<typeof deleteLinesSchema>,
  { json }: StoreSettings,
  io: CommandIo,
): Promise<number> {
  const isShown = !json && io.stderr.isTTY === true;
  let deleted = 0;
  let unreadable = 0;
  for await (const part of client.parts(STORE_ROUTES.deleteLines, request)) {
    ({ deleted, unreadable } = part);
    if (isShown && !part.isDone) io.stderr.write(`\r${part.chunks} of ${part.of} chunks`);
  }
  if (isShown) io.stderr.write('\r\x1b[K');
  if (json) io.stdout.write(`${JSON.stringify({ deleted, unreadable })}\n`);
  else {
    io.stdout.write(`${linesText(deleted)} deleted. Lines that match and come later stay.\n`);
    if (unreadable > 0) {
      const what = `${unreadable} damaged ${unreadable === 1 ? 'chunk' : 'chunks'}`;
      io.stderr.write(`apiary store delete: ${what} could not be read: see ./apiary store check\n`);
    }
  }
  return unreadable > 0 ? 1 : 0;
}

function described({ records, firstTime, lastTime }: CountedLines): string {
  if (firstTime === undefined || lastTime === undefined) return 'No line matches.';
  const [first, last] = [firstTime, lastTime].map((time) => new Date(time).toISOString());
  const verb = records === 1 ? 'matches' : 'match';
  return `${linesText(records)} ${verb}, from ${first} to ${last}.`;
}

function linesText(count: number): string {
  return count === 1 ? '1 line' : `${count} lines`;
}
