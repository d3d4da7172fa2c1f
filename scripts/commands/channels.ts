import { readFileSync } from 'node:fs';
import { type Settings, switchSchema } from '@apiary/common/config.ts';
import { AppError } from '@apiary/common/errors.ts';
import {
  type ChannelField,
  type ChannelKindView,
  type ChannelView,
  channelKindSchema,
} from '@apiary/common/messages/channel.ts';
import { NOTIFICATION_ROUTES as ROUTES } from '@apiary/queen/notification-routes.ts';
import { ApiClient } from '../api-client.ts';
import type { CommandIo } from '../command.ts';
import { connectionSettings } from '../settings.ts';
import { printable, table } from '../terminal-text.ts';
import { verbCommand } from '../verbs.ts';
import { lastText } from './devices.ts';

const shape = {
  ...connectionSettings,
  off: { schema: switchSchema, help: 'add: switched off for now' },
  json: { schema: switchSchema, help: 'prints one JSON document' },
} as const;

type ChannelSettings = Settings<typeof shape>;

/** `./apiary channels …`: where alerts go. `test` exits with 1 when the message did not arrive. */
export const run = verbCommand({
  name: 'channels',
  usage: [
    './apiary channels list',
    './apiary channels kinds [KIND]                 what a channel of that kind asks for',
    './apiary channels add NAME KIND FIELD=VALUE…   also changes; FIELD=@FILE reads a file (secrets)',
    './apiary channels test NAME',
    './apiary channels remove NAME…',
  ],
  shape,
  verbs: { list, kinds, add, test, remove },
  initial: 'list',
});

async function list(settings: ChannelSettings, rest: readonly string[], io: CommandIo) {
  if (rest.length > 0) throw new AppError('setting-invalid', 'channels list takes no names');
  const client = await ApiClient.connect(settings, io.signal);
  const { channels } = await client.call(ROUTES.listChannels);
  const empty =
    'No channel yet. A phone within a minute: install the ntfy app, subscribe to a topic that nobody\n' +
    'guesses, then: ./apiary channels add phone ntfy topic=THAT-TOPIC && ./apiary channels test phone\n';
  if (settings.json) io.stdout.write(`${JSON.stringify({ channels })}\n`);
  else if (channels.length === 0) io.stdout.write(empty);
  else {
    const rows = channels.map((channel) => [
      channel.name,
      channel.kind,
      channel.enabled ? 'on' : 'off',
      settingsText(channel),
      lastText(channel.last),
    ]);
    io.stdout.write(table([['NAME', 'KIND', 'STATE', 'SETTINGS', 'LAST DELIVERY'], ...rows]));
  }
  return 0;
}

async function kinds(settings: ChannelSettings, rest: readonly string[], io: CommandIo) {
  const client = await ApiClient.connect(settings, io.signal);
  const { kinds: all } = await client.call(ROUTES.listChannelKinds);
  const [wanted] = rest;
  const shown = wanted === undefined ? all : [kindOf(all, wanted)];
  if (settings.json) io.stdout.write(`${JSON.stringify({ kinds: shown })}\n`);
  else if (wanted === undefined) {
    io.stdout.write(table([['KIND', 'DOES'], ...all.map(({ kind, summary }) => [kind, summary])]));
  } else {
    const rows = shown.flatMap(({ fields }) => fields.map(fieldRow));
    io.stdout.write(table([['FIELD', 'TYPE', 'DEFAULT', 'MEANING'], ...rows]));
  }
  return 0;
}

async function add(settings: ChannelSettings, rest: readonly string[], io: CommandIo) {
  const [name, kind, ...pairs] = rest;
  if (name === undefined || kind === undefined) {
    throw new AppError('setting-invalid', 'channels add: give a name, a kind, and FIELD=VALUE…');
  }
  const client = await ApiClient.connect(settings, io.signal);
  const { kinds: all } = await client.call(ROUTES.listChannelKinds);
  const { fields } = kindOf(all, kind);
  const values: Record<string, unknown> = {};
  const secrets: Record<string, string> = {};
  for (const pair of pairs) {
    const { field, text } = readPair(pair, fields);
    if (field.secret) secrets[field.name] = text;
    else values[field.name] = parsed(field, text);
  }
  const { channel } = await client.call(ROUTES.putChannel, {
    name,
    kind: channelKindSchema.parse(kind),
    settings: values,
    secrets,
    enabled: !settings.off,
  });
  if (settings.json) io.stdout.write(`${JSON.stringify({ channel })}\n`);
  else
    io.stdout.write(`${channel.name} is set up; try it: ./apiary channels test ${channel.name}\n`);
  return 0;
}

async function test(settings: ChannelSettings, rest: readonly string[], io: CommandIo) {
  const [name, ...more] = rest;
  if (name === undefined || more.length > 0) {
    throw new AppError('setting-invalid', 'channels test: give the name of one channel');
  }
  const client = await ApiClient.connect(settings, io.signal);
  const { results } = await client.call(ROUTES.testChannel, { name });
  if (settings.json) io.stdout.write(`${JSON.stringify({ results })}\n`);
  else if (results.length === 0) io.stdout.write(`No device is registered for ${name} yet.\n`);
  for (const { device, outcome, note, tookMs } of settings.json ? [] : results) {
    const to = device === undefined ? '' : ` to ${device}`;
    io.stdout.write(printable(`${outcome}${to} in ${tookMs} ms: ${note}`).concat('\n'));
  }
  return results.length > 0 && results.every(({ outcome }) => outcome === 'sent') ? 0 : 1;
}

async function remove(settings: ChannelSettings, names: readonly string[], io: CommandIo) {
  if (names.length === 0) throw new AppError('setting-invalid', 'channels remove: give names');
  const client = await ApiClient.connect(settings, io.signal);
  const answer = await client.call(ROUTES.removeChannels, { names: [...names] });
  if (settings.json) io.stdout.write(`${JSON.stringify(answer)}\n`);
  else for (const name of answer.removed) io.stdout.write(`removed ${printable(name)}\n`);
  return 0;
}

function kindOf(all: readonly ChannelKindView[], wanted: string): ChannelKindView {
  const found = all.find(({ kind }) => kind === wanted);
  if (found) return found;
  const known = all.map(({ kind }) => kind).join(', ');
  throw new AppError('setting-invalid', `there is no kind ${wanted}; there are ${known}`);
}

function readPair(pair: string, fields: readonly ChannelField[]) {
  const at = pair.indexOf('=');
  const name = at < 0 ? pair : pair.slice(0, at);
  const field = fields.find((known) => known.name === name);
  if (at < 0 || !field) {
    const known = fields.map((each) => each.name).join(', ');
    throw new AppError('setting-invalid', `${pair}: expected FIELD=VALUE; fields are ${known}`);
  }
  const text = pair.slice(at + 1);
  return { field, text: text.startsWith('@') ? readFile(text.slice(1)) : text };
}

function readFile(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    throw new AppError('setting-invalid', `${path} cannot be read`, { cause: error });
  }
}

function parsed({ type, name }: ChannelField, text: string): unknown {
  if (type === 'list') return text.split(',').map((part) => part.trim());
  if (type === 'number') return Number(text);
  if (type !== 'switch') return text;
  if (text === 'true' || text === 'false') return text === 'true';
  throw new AppError('setting-invalid', `${name}: expected true or false`);
}

function fieldRow(field: ChannelField): string[] {
  const type = field.type === 'choice' ? field.choices.join('|') : field.type;
  const notes = [...(field.secret ? ['secret'] : []), ...(field.required ? ['needed'] : [])];
  const note = notes.length > 0 ? ` (${notes.join(', ')})` : '';
  const initial = field.default === undefined ? '' : String(field.default);
  return [field.name, type, initial, `${field.title}: ${field.help}${note}`];
}

function settingsText({ settings, secretsSet }: ChannelView): string {
  const shown = Object.entries(settings)
    .filter(([, value]) => value !== false)
    .map(([name, value]) => `${name}=${String(value).replace(/\s+/g, ' ').slice(0, 60)}`);
  return [...shown, ...secretsSet.map((name) => `${name}=•••`)].join(' ');
}
