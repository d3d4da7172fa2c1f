import { parseSettings, settingsHelp, switchSchema } from '@apiary/common/config.ts';
import { AppError } from '@apiary/common/errors.ts';
import { ROUTES } from '@apiary/queen/routes.ts';
import { ApiClient } from '../api-client.ts';
import type { CommandIo } from '../command.ts';
import { connectionSettings } from '../settings.ts';
import { dayAndTime, table } from '../terminal-text.ts';

const shape = {
  ...connectionSettings,
  json: { schema: switchSchema, help: 'prints one JSON document: {"sessions"} or {"ended"}' },
} as const;

/** `./apiary sessions [list | end ID…]`: browsers that are signed in. */
export async function run(argv: readonly string[], io: CommandIo): Promise<number> {
  if (argv.includes('--help')) {
    io.stdout.write(`./apiary sessions [list | end ID…]\n${settingsHelp(shape)}\n`);
    return 0;
  }
  const { settings, words } = parseSettings(shape, argv, io.env);
  const [verb = 'list', ...ids] = words;
  if (verb !== 'list' && verb !== 'end') {
    throw new AppError('setting-invalid', `sessions has list and end, but no ${verb}`);
  }
  if ((verb === 'end') === (ids.length === 0)) {
    throw new AppError('setting-invalid', 'sessions end: give ids, as sessions list shows them');
  }
  const client = await ApiClient.connect(settings, io.signal);
  if (verb === 'end') {
    const { ended } = await client.call(ROUTES.endSessions, { ids });
    const lines = ended.map((id) => `signed out ${id}\n`).join('');
    io.stdout.write(settings.json ? `${JSON.stringify({ ended })}\n` : lines);
    return ended.length === ids.length ? 0 : 1;
  }
  const { sessions } = await client.call(ROUTES.listSessions);
  if (settings.json) io.stdout.write(`${JSON.stringify({ sessions })}\n`);
  else {
    const rows = sessions.map((session) => [
      session.id,
      session.user,
      session.role,
      session.via,
      session.address,
      dayAndTime(session.createdMs),
      session.seenMs === undefined ? '' : dayAndTime(session.seenMs),
      session.browser,
    ]);
    const head = ['ID', 'USER', 'ROLE', 'BY', 'FROM', 'SINCE', 'SEEN', 'BROWSER'];
    io.stdout.write(rows.length > 0 ? table([head, ...rows]) : 'Nobody is signed in.\n');
  }
  return 0;
}
