import { parseSettings, settingsHelp, switchSchema } from '@apiary/common/config.ts';
import { AppError } from '@apiary/common/errors.ts';
import { ApiClient } from '../api-client.ts';
import type { CommandIo } from '../command.ts';
import { connectionSettings } from '../settings.ts';

const shape = {
  ...connectionSettings,
  json: { schema: switchSchema, help: 'prints {"url", "expires"}' },
} as const;

/** `./apiary link`: a new one-time sign-in link. */
export async function run(argv: readonly string[], io: CommandIo): Promise<number> {
  if (argv.includes('--help')) {
    io.stdout.write(`./apiary link\n${settingsHelp(shape)}\n`);
    return 0;
  }
  const { settings, words } = parseSettings(shape, argv, io.env);
  if (words.length > 0) throw new AppError('setting-invalid', `link takes no words: ${words[0]}`);
  const client = await ApiClient.connect(settings, io.signal);
  const { url, expiresMs } = await client.createSignInLink();
  const expires = new Date(expiresMs).toISOString();
  io.stdout.write(settings.json ? `${JSON.stringify({ url, expires })}\n` : `${url}\n`);
  if (!settings.json) io.stderr.write('It signs in once, within 15 minutes.\n');
  return 0;
}
