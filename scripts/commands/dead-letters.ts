import { parseSettings, type Settings, settingsHelp, switchSchema } from '@apiary/common/config.ts';
import { AppError } from '@apiary/common/errors.ts';
import type { Letter } from '@apiary/common/messages/letters.ts';
import { ROUTES } from '@apiary/queen/routes.ts';
import { z } from 'zod';
import { ApiClient } from '../api-client.ts';
import type { CommandIo } from '../command.ts';
import { connectionSettings } from '../settings.ts';
import { printable, table } from '../terminal-text.ts';

const shape = {
  ...connectionSettings,
  quarantine: {
    schema: switchSchema,
    help: 'data of Bees that are not approved, in place of what was refused',
  },
  text: {
    schema: z.string().optional(),
    value: 'TEXT',
    help: 'requeue: sent in place of the message, where nobody signed it',
  },
  json: { schema: switchSchema, help: 'prints one JSON document: {"letters"} or {"results"}' },
} as const;

const USAGE = [
  './apiary dead-letters [list]',
  './apiary dead-letters show ID',
  './apiary dead-letters requeue ID…|all [--text TEXT]',
  './apiary dead-letters discard ID…|all',
].join('\n');

type LetterSettings = Settings<typeof shape>;

/** `./apiary dead-letters [list | show | requeue | discard]`; an ID may be its first digits. */
export async function run(argv: readonly string[], io: CommandIo): Promise<number> {
  if (argv.includes('--help')) {
    io.stdout.write(`${USAGE}\n${settingsHelp(shape)}\n`);
    return 0;
  }
  const { settings, words } = parseSettings(shape, argv, io.env);
  const [verb = 'list', ...ids] = words;
  if (!['list', 'show', 'requeue', 'discard'].includes(verb)) {
    throw new AppError('setting-invalid', `dead-letters has no ${verb}: see --help`);
  }
  const client = await ApiClient.connect(settings, io.signal);
  const queue = settings.quarantine ? 'quarantine' : 'dead';
  const { letters, waiting } = await client.call(ROUTES.listLetters, undefined, { queue });
  if (verb === 'list') {
    const text = letterTable(letters, waiting);
    io.stdout.write(settings.json ? `${JSON.stringify({ letters, waiting })}\n` : text);
    return 0;
  }
  const chosen = choose(letters, ids, verb);
  if (verb === 'show') {
    const text = chosen.map(letterText).join('\n');
    io.stdout.write(settings.json ? `${JSON.stringify({ letters: chosen })}\n` : text);
    return 0;
  }
  // It is one of the words above, and those that only look have gone.
  return await decide(client, verb as 'requeue' | 'discard', chosen, settings, io);
}

/** Exit code 1 when one of them was not done. */
async function decide(
  client: ApiClient,
  action: 'requeue' | 'discard',
  letters: readonly Letter[],
  settings: LetterSettings,
  io: CommandIo,
): Promise<number> {
  if (letters.length === 0) {
    io.stdout.write('Nothing lies there.\n');
    return 0;
  }
  const { text, json, quarantine } = settings;
  const { results, waiting } = await client.call(ROUTES.decideLetters, {
    queue: quarantine ? 'quarantine' : 'dead',
    ids: letters.map(({ id }) => id),
    action,
    ...(text !== undefined && { text }),
  });
  if (json) io.stdout.write(`${JSON.stringify({ results, waiting })}\n`);
  else {
    const word = action === 'requeue' ? 'queued again' : 'discarded';
    for (const { id, done, reason } of results) {
      io.stdout.write(`${id.slice(0, 12)} ${reason ? printable(reason) : `${word} (${done})`}\n`);
    }
    if (waiting > 0) io.stdout.write(`${waiting} left\n`);
  }
  return results.every(({ done }) => done > 0) ? 0 : 1;
}

function choose(letters: readonly Letter[], ids: readonly string[], verb: string): Letter[] {
  if (ids.length === 0) {
    throw new AppError('setting-invalid', `dead-letters ${verb}: give ids as the list shows them`);
  }
  if (ids.length === 1 && ids[0] === 'all') return [...letters];
  return ids.map((id) => {
    const [letter, other] = letters.filter((each) => each.id.startsWith(id));
    if (!letter) throw new AppError('not-found', `No message ${id} lies there.`);
    if (other)
      throw new AppError('setting-invalid', `${id} is more than one message: give more of it`);
    return letter;
  });
}

function letterTable(letters: readonly Letter[], waiting: number): string {
  if (letters.length === 0) return 'Nothing lies there.\n';
  const rows = letters.map((letter) => [
    letter.id.slice(0, 12),
    letter.copies > 1 ? `${letter.type} ×${letter.copies}` : letter.type,
    letter.host ?? letter.agent?.slice(0, 8) ?? '',
    `${letter.bytes}`,
    letter.reason,
  ]);
  const shown = letters.reduce((sum, { copies }) => sum + copies, 0);
  const rest = waiting > shown ? `${waiting - shown} more follow these.\n` : '';
  return `${table([['ID', 'KIND', 'FROM', 'BYTES', 'WHY'], ...rows])}${rest}`;
}

function letterText(letter: Letter): string {
  const { id, type, source, agent, reason, explanation, text, isCut, fixed } = letter;
  const facts = [
    `${id} ${type} from ${source}${agent ? ` by ${agent}` : ''}, ${letter.bytes} bytes`,
    ...(letter.atMs === undefined ? [] : [`put aside ${new Date(letter.atMs).toISOString()}`]),
    `why: ${reason}`,
    explanation,
    ...(fixed ? [fixed] : []),
  ].map(printable);
  const lines = (text ?? '').split('\n').map((line) => `  ${printable(line)}`);
  return `${[...facts, ...(text ? lines : []), ...(isCut ? ['  …'] : [])].join('\n')}\n`;
}
