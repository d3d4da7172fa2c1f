import { parseSettings, settingsHelp, switchSchema } from '@apiary/common/config.ts';
import { PATTERNS_MAX } from '@apiary/common/limits/patterns.ts';
import { ROUTES } from '@apiary/queen/routes.ts';
import { z } from 'zod';
import { ApiClient } from '../api-client.ts';
import type { CommandIo } from '../command.ts';
import { askWithQuery, rangeOf, rangeSettings, tellMissing } from '../query-command.ts';
import { patternsText, progressText } from '../result-text.ts';
import { connectionSettings } from '../settings.ts';

const limitMessage = `expected a count from 1 to ${PATTERNS_MAX}`;

const shape = {
  ...connectionSettings,
  ...rangeSettings,
  limit: {
    schema: z.coerce
      .number({ error: limitMessage })
      .int(limitMessage)
      .min(1, limitMessage)
      .max(PATTERNS_MAX, limitMessage)
      .default(50),
    value: 'N',
    help: 'patterns wanted, the most frequent ones',
  },
  json: {
    schema: switchSchema,
    help: 'prints one JSON document, the most frequent first: {"patterns", "total", …}',
  },
} as const;

/** `./apiary patterns '<query>'`: which patterns the lines of a result follow. */
export async function run(argv: readonly string[], io: CommandIo): Promise<number> {
  if (argv.includes('--help')) {
    io.stdout.write(`./apiary patterns '<query>' …\n${settingsHelp(shape)}\n`);
    return 0;
  }
  const { settings, words } = parseSettings(shape, argv, io.env);
  const range = rangeOf(settings);
  return await askWithQuery('patterns', words, io, async (query) => {
    const client = await ApiClient.connect(settings, io.signal);
    const { limit } = settings;
    const answer = await client.call(ROUTES.patterns, { query, ...range, limit });
    tellMissing('patterns', answer.missing, io);
    if (settings.json) {
      io.stdout.write(`${JSON.stringify(answer)}\n`);
      return;
    }
    if (answer.patterns.length > 0) io.stdout.write(patternsText(answer.patterns));
    const { omitted, omittedLines } = answer;
    const more = omitted > 0 ? `; ${omitted} more patterns with ${omittedLines} lines` : '';
    io.stderr.write(`${progressText(answer)}${more}\n`);
  });
}
