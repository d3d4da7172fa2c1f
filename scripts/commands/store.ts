/** `./apiary store …`: what is stored, and how long it stays. */
import { parseSettings, settingsHelp } from '@apiary/common/config.ts';
import { AppError } from '@apiary/common/errors.ts';
import type { CommandIo } from '../command.ts';
import { check } from './store/check.ts';
import { retention } from './store/retention.ts';
import { shape } from './store/shape.ts';
import { stats } from './store/stats.ts';

const USAGE = [
  './apiary store stats',
  './apiary store check',
  './apiary store retention [list]',
  './apiary store retention set NAME [--tags a,b] [--days N|forever] [--size 50G|any]',
  './apiary store retention remove NAME',
].join('\n');

const VERBS = { stats, check, retention };

/** Runs one verb. */
export async function run(argv: readonly string[], io: CommandIo): Promise<number> {
  if (argv.includes('--help')) {
    io.stdout.write(`${USAGE}\n${settingsHelp(shape)}\n`);
    return 0;
  }
  const { settings, words } = parseSettings(shape, argv, io.env);
  const [verb = '', ...rest] = words;
  if (!Object.hasOwn(VERBS, verb)) {
    const known = Object.keys(VERBS).join(', ');
    throw new AppError('setting-invalid', `store has ${known}: see --help`);
  }
  // It is one of the object's own keys.
  return await VERBS[verb as keyof typeof VERBS](settings, rest, io);
}
