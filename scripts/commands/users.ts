import { type Settings, switchSchema } from '@apiary/common/config.ts';
import { AppError } from '@apiary/common/errors.ts';
import { roleSchema } from '@apiary/common/messages/access.ts';
import { ROUTES } from '@apiary/queen/routes.ts';
import { ApiClient } from '../api-client.ts';
import type { CommandIo } from '../command.ts';
import { readNewPassword } from '../password-input.ts';
import { connectionSettings } from '../settings.ts';
import { dayAndTime, printable, table } from '../terminal-text.ts';
import { verbCommand } from '../verbs.ts';

const roleSetting = {
  schema: roleSchema.default('viewer'),
  value: 'ROLE',
  help: 'add: admin, editor or viewer',
} as const;

const shape = {
  ...connectionSettings,
  role: roleSetting,
  noPassword: { schema: switchSchema, help: 'add: they will come by API tokens only' },
  json: { schema: switchSchema, help: 'prints one JSON document: {"users"} or {"user"}' },
} as const;

type UserSettings = Settings<typeof shape>;

/** `./apiary users …`: people. Passwords are typed, or the first line of stdin. */
export const run = verbCommand({
  name: 'users',
  usage: [
    './apiary users list',
    './apiary users add NAME [--role admin|editor|viewer] [--no-password]',
    './apiary users role NAME ROLE',
    './apiary users password NAME',
    './apiary users remove NAME',
  ],
  shape,
  verbs: { list, add, role, password, remove },
  initial: 'list',
});

async function list(settings: UserSettings, rest: readonly string[], io: CommandIo) {
  named(rest, 0, 'users list takes no names');
  const { users } = await (await ApiClient.connect(settings, io.signal)).call(ROUTES.listUsers);
  if (settings.json) io.stdout.write(`${JSON.stringify({ users })}\n`);
  else if (users.length === 0)
    io.stdout.write('Nobody yet: ./apiary users add NAME --role admin\n');
  else {
    const rows = users.map((user) => [
      user.name,
      user.role,
      user.hasPassword ? 'password' : 'tokens only',
      user.lockedUntilMs === undefined ? '' : `locked until ${dayAndTime(user.lockedUntilMs)}`,
      dayAndTime(user.createdMs),
    ]);
    io.stdout.write(table([['NAME', 'ROLE', 'COMES BY', 'STATE', 'SINCE'], ...rows]));
  }
  return 0;
}

async function add(settings: UserSettings, rest: readonly string[], io: CommandIo) {
  const [name] = named(rest, 1, 'users add: give one name');
  const client = await ApiClient.connect(settings, io.signal);
  const given = settings.noPassword ? {} : { password: await readNewPassword(io, name) };
  const { user } = await client.call(ROUTES.addUser, { name, role: settings.role, ...given });
  return told(settings, user, `added ${printable(user.name)}, ${user.role}`, io);
}

async function role(settings: UserSettings, rest: readonly string[], io: CommandIo) {
  const [name, wanted] = named(rest, 2, 'users role: give a name and a role');
  const parsed = roleSchema.safeParse(wanted);
  if (!parsed.success) {
    throw new AppError('setting-invalid', 'users role: the roles are admin, editor and viewer');
  }
  const client = await ApiClient.connect(settings, io.signal);
  const { user } = await client.call(ROUTES.setRole, { name, role: parsed.data });
  return told(settings, user, `${printable(user.name)} is ${user.role} now`, io);
}

async function password(settings: UserSettings, rest: readonly string[], io: CommandIo) {
  const [name] = named(rest, 1, 'users password: give one name');
  const client = await ApiClient.connect(settings, io.signal);
  const secret = await readNewPassword(io, name);
  const { user } = await client.call(ROUTES.setPassword, { name, password: secret });
  const words = `${printable(user.name)} has a new password; their browsers are signed out`;
  return told(settings, user, words, io);
}

async function remove(settings: UserSettings, rest: readonly string[], io: CommandIo) {
  const [name] = named(rest, 1, 'users remove: give one name');
  const client = await ApiClient.connect(settings, io.signal);
  await client.call(ROUTES.removeUser, { name });
  return told(settings, { name }, `removed ${printable(name)}`, io);
}

function told(settings: UserSettings, user: object, words: string, io: CommandIo): number {
  io.stdout.write(settings.json ? `${JSON.stringify({ user })}\n` : `${words}\n`);
  return 0;
}

/** The words, of which there must be so many. */
function named(rest: readonly string[], count: number, mistake: string): [string, string] {
  if (rest.length !== count) throw new AppError('setting-invalid', mistake);
  return [rest[0] ?? '', rest[1] ?? ''];
}
