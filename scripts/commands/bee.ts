import { runBee } from '@apiary/bee/run.ts';
import { beeHelp, readBeeSettings } from '@apiary/bee/settings.ts';
import type { CommandIo } from '../command.ts';

/** `./apiary bee <broker>`: an agent, until it is told to end. */
export async function run(argv: readonly string[], io: CommandIo): Promise<number> {
  if (argv.includes('--help')) {
    io.stdout.write(`${beeHelp()}\n`);
    return 0;
  }
  const settings = readBeeSettings(argv, io.env, process.getuid?.() === 0);
  await runBee(settings, io.signal, () => io.ready({}));
  return 0;
}
