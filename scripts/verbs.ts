/** Commands that have verbs: `./apiary users add NAME` is the verb `add` of the command `users`. */
import {
  parseSettings,
  type Settings,
  type SettingsShape,
  settingsHelp,
} from '@apiary/common/config.ts';
import { AppError } from '@apiary/common/errors.ts';
import type { CommandIo, CommandModule } from './command.ts';

/** What follows the verb's word, and the settings of the whole command. Gives the exit code. */
export type Verb<S extends SettingsShape> = (
  settings: Settings<S>,
  words: readonly string[],
  io: CommandIo,
) => Promise<number>;

interface VerbCommand<S extends SettingsShape, V extends string> {
  readonly name: string;
  /** A line for each way to call it, as `--help` shows them. */
  readonly usage: readonly string[];
  readonly shape: S;
  readonly verbs: Readonly<Record<V, Verb<S>>>;
  /** The verb where none is given; without it a verb is needed. */
  readonly initial?: NoInfer<V>;
  /** Runs where the first word is no verb; without it that is a mistake. */
  readonly other?: Verb<S>;
}

/** Makes the `run` of such a command: help, settings, and the verb that its first word names. */
export function verbCommand<S extends SettingsShape, V extends string>(
  command: VerbCommand<S, V>,
): CommandModule['run'] {
  const { name, usage, shape, verbs, initial, other } = command;
  return async (argv, io) => {
    if (argv.includes('--help')) {
      io.stdout.write(`${usage.join('\n')}\n${settingsHelp(shape)}\n`);
      return 0;
    }
    const { settings, words } = parseSettings(shape, argv, io.env);
    const [first = initial, ...rest] = words;
    const isVerb = (word: string): word is V => Object.hasOwn(verbs, word);
    if (first !== undefined && isVerb(first)) return await verbs[first](settings, rest, io);
    if (first !== undefined && other) return await other(settings, words, io);
    const known = new Intl.ListFormat('en-GB').format(Object.keys(verbs));
    const wrong = first === undefined ? 'say which' : `but no ${first}`;
    throw new AppError('setting-invalid', `${name} has ${known}, ${wrong}: see --help`);
  };
}
