import { type Settings, switchSchema } from '@apiary/common/config.ts';
import { AppError } from '@apiary/common/errors.ts';
import { ROUTES } from '@apiary/queen/routes.ts';
import { ApiClient } from '../api-client.ts';
import type { CommandIo } from '../command.ts';
import { connectionSettings } from '../settings.ts';
import { dayAndTime, table } from '../terminal-text.ts';
import { verbCommand } from '../verbs.ts';

const shape = {
  ...connectionSettings,
  json: { schema: switchSchema, help: 'prints one JSON document: {"sessions"} or {"ended"}' },
} as const;

type SessionSettings = Settings<typeof shape>;

/** `./apiary sessions [list | end ID…]`: browsers that are signed in. */
export const run = verbCommand({
  name: 'sessions',
  usage: ['./apiary sessions [list | end ID…]'],
  shape,
  verbs: { list, end },
  initial: 'list',
});

async function end(settings: SessionSettings, words: readonly string[], io: CommandIo) {
  if (words.length === 0) {
    throw new AppError('setting-invalid', 'sessions end: give ids, as sessions list shows them');
  }
  const client = await ApiClient.connect(settings, io.signal);
  const { ended } = await client.call(ROUTES.endSessions, { ids: [...words] });
  const lines = ended.map((id) => `signed out ${id}\n`).join('');
  io.stdout.write(settings.json ? `${JSON.stringify({ ended })}\n` : lines);
  return ended.length === words.length ? 0 : 1;
}

async function list(settings: SessionSettings, words: readonly string[], io: CommandIo) {
  if (words.length > 0) throw new AppError('setting-invalid', 'sessions list takes no ids');
  const client = await ApiClient.connect(settings, io.signal);
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
