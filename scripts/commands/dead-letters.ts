import { type Settings, switchSchema } from '@apiary/common/config.ts';
import { AppError } from '@apiary/common/errors.ts';
import type { Letter } from '@apiary/common/messages/letters.ts';
import { ROUTES } from '@apiary/queen/routes.ts';
import { z } from 'zod';
import { ApiClient } from '../api-client.ts';
import type { CommandIo } from '../command.ts';
import { connectionSettings } from '../settings.ts';
import { printable, table } from '../terminal-text.ts';
import { verbCommand } from '../verbs.ts';

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

type LetterSettings = Settings<typeof shape>;

/** `./apiary dead-letters [list | show | requeue | discard]`; an ID may be its first digits. */
export const run = verbCommand({
  name: 'dead-letters',
  usage: [
    './apiary dead-letters [list]',
    './apiary dead-letters show ID',
    './apiary dead-letters requeue ID…|all [--text TEXT]',
    './apiary dead-letters discard ID…|all',
  ],
  shape,
  verbs: { list, show, requeue, discard },
  initial: 'list',
});

async function list(settings: LetterSettings, words: readonly string[], io: CommandIo) {
  if (words.length > 0) throw new AppError('setting-invalid', 'dead-letters list takes no ids');
  const { letters, waiting } = await look(settings, io);
  const text = letterTable(letters, waiting);
  io.stdout.write(settings.json ? `${JSON.stringify({ letters, waiting })}\n` : text);
  return 0;
}

async function show(settings: LetterSettings, ids: readonly string[], io: CommandIo) {
  const { letters } = await look(settings, io);
  const chosen = choose(letters, ids, 'show');
  const text = chosen.map(letterText).join('\n');
  io.stdout.write(settings.json ? `${JSON.stringify({ letters: chosen })}\n` : text);
  return 0;
}

function requeue(settings: LetterSettings, ids: readonly string[], io: CommandIo) {
  return decide('requeue', settings, ids, io);
}

function discard(settings: LetterSettings, ids: readonly string[], io: CommandIo) {
  return decide('discard', settings, ids, io);
}

async function look(settings: LetterSettings, io: CommandIo) {
  const client = await ApiClient.connect(settings, io.signal);
  const queue = settings.quarantine ? 'quarantine' : 'dead';
  return { client, ...(await client.call(ROUTES.listLetters, undefined, { queue })) };
}

/** Exit code 1 when one of them was not done. */
async function decide(
  action: 'requeue' | 'discard',
  settings: LetterSettings,
  ids: readonly string[],
  io: CommandIo,
): Promise<number> {
  const { client, letters: all } = await look(settings, io);
  const letters = choose(all, ids, action);
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
