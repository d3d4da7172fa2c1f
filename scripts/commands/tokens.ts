import { type Settings, switchSchema } from '@apiary/common/config.ts';
import { AppError } from '@apiary/common/errors.ts';
import { API_TOKEN_DAYS, API_TOKEN_DAYS_MAX } from '@apiary/common/limits/access.ts';
import { roleSchema } from '@apiary/common/messages/access.ts';
import { ROUTES } from '@apiary/queen/routes.ts';
import { z } from 'zod';
import { ApiClient } from '../api-client.ts';
import type { CommandIo } from '../command.ts';
import { connectionSettings } from '../settings.ts';
import { dayAndTime, table } from '../terminal-text.ts';
import { verbCommand } from '../verbs.ts';

const daysMessage = `expected 1 to ${API_TOKEN_DAYS_MAX} days`;

const shape = {
  ...connectionSettings,
  role: {
    schema: roleSchema.default('viewer'),
    value: 'ROLE',
    help: 'add: what it may do at most: admin, editor or viewer',
  },
  scopes: {
    schema: z.string().default('*'),
    value: 'SCOPE,…',
    help: 'add: what it is good for, e.g. search:read; *:read is all reading',
  },
  days: {
    schema: z.coerce
      .number({ error: daysMessage })
      .int(daysMessage)
      .min(1, daysMessage)
      .max(API_TOKEN_DAYS_MAX, daysMessage)
      .default(API_TOKEN_DAYS),
    value: 'N',
    help: 'add: it ends after so many',
  },
  user: { schema: z.string().min(1).optional(), value: 'NAME', help: 'add: whose it is' },
  json: { schema: switchSchema, help: 'prints one JSON document' },
} as const;

type TokenSettings = Settings<typeof shape>;

/** `./apiary tokens list | add | revoke`. The secret of a new one is all that `add` prints. */
export const run = verbCommand({
  name: 'tokens',
  usage: [
    './apiary tokens list',
    './apiary tokens add NAME [--role ROLE] [--scopes SCOPE,…] [--days N] [--user NAME]',
    './apiary tokens revoke ID…',
  ],
  shape,
  verbs: { list, add, revoke },
  initial: 'list',
});

async function list(settings: TokenSettings, rest: readonly string[], io: CommandIo) {
  if (rest.length > 0) throw new AppError('setting-invalid', 'tokens list takes no words');
  const answer = await (await ApiClient.connect(settings, io.signal)).call(ROUTES.listTokens);
  if (settings.json) {
    io.stdout.write(`${JSON.stringify(answer)}\n`);
    return 0;
  }
  const rows = answer.tokens.map((token) => [
    token.id,
    token.name,
    token.user ?? '',
    token.role,
    token.scopes.join(','),
    dayAndTime(token.expiresMs),
    token.usedMs === undefined ? 'never' : dayAndTime(token.usedMs),
  ]);
  const head = ['ID', 'NAME', 'USER', 'ROLE', 'SCOPES', 'ENDS', 'LAST USED'];
  io.stdout.write(
    rows.length > 0 ? table([head, ...rows]) : 'No tokens: ./apiary tokens add NAME\n',
  );
  return 0;
}

async function add(settings: TokenSettings, [name, ...more]: readonly string[], io: CommandIo) {
  if (name === undefined || more.length > 0) {
    throw new AppError('setting-invalid', 'tokens add: give one name, in quotes if it has blanks');
  }
  const { role, scopes, days, user } = settings;
  const client = await ApiClient.connect(settings, io.signal);
  const answer = await client.call(ROUTES.addToken, {
    name,
    role,
    days,
    scopes: scopes.split(',').map((scope) => scope.trim()),
    ...(user !== undefined && { user }),
  });
  io.stdout.write(settings.json ? `${JSON.stringify(answer)}\n` : `${answer.secret}\n`);
  if (!settings.json) {
    const ends = dayAndTime(answer.token.expiresMs);
    io.stderr.write(`It ends on ${ends}. It is not shown again: keep it like a password.\n`);
  }
  return 0;
}

async function revoke(settings: TokenSettings, ids: readonly string[], io: CommandIo) {
  if (ids.length === 0) {
    throw new AppError('setting-invalid', 'tokens revoke: give ids, as tokens list shows them');
  }
  const client = await ApiClient.connect(settings, io.signal);
  const { revoked } = await client.call(ROUTES.revokeTokens, { ids: [...ids] });
  const missing = ids.filter((id) => !revoked.includes(id));
  if (settings.json) io.stdout.write(`${JSON.stringify({ revoked, missing })}\n`);
  else {
    for (const id of revoked) io.stdout.write(`revoked ${id}\n`);
    for (const id of missing) io.stderr.write(`apiary tokens: there is no token ${id}\n`);
  }
  return missing.length === 0 ? 0 : 1;
}
