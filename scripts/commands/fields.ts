import { parseSettings, settingsHelp, switchSchema } from '@apiary/common/config.ts';
import { ROUTES } from '@apiary/queen/routes.ts';
import { z } from 'zod';
import { ApiClient } from '../api-client.ts';
import type { CommandIo } from '../command.ts';
import { askWithQuery, rangeOf, rangeSettings, tellMissing } from '../query-command.ts';
import { fieldsText, fieldText, progressText } from '../result-text.ts';
import { connectionSettings } from '../settings.ts';

/** Values listed of the one field that was asked for. */
const VALUES_OF_ONE = 50;

const shape = {
  ...connectionSettings,
  ...rangeSettings,
  field: {
    schema: z.string().min(1).optional(),
    value: 'NAME',
    help: 'only this one, with all that is known of its values',
  },
  json: { schema: switchSchema, help: 'prints one JSON document: {"fields", "total", …}' },
} as const;

/** `./apiary fields '<query>'`: which fields a result has. */
export async function run(argv: readonly string[], io: CommandIo): Promise<number> {
  if (argv.includes('--help')) {
    io.stdout.write(`./apiary fields '<query>' …\n${settingsHelp(shape)}\n`);
    return 0;
  }
  const { settings, words } = parseSettings(shape, argv, io.env);
  const { field } = settings;
  const range = rangeOf(settings);
  return await askWithQuery('fields', words, io, async (query) => {
    const client = await ApiClient.connect(settings, io.signal);
    const one = field !== undefined && { field, values: VALUES_OF_ONE };
    const answer = await client.call(ROUTES.fields, { query, ...range, ...one });
    tellMissing('fields', answer.missing, io);
    if (settings.json) {
      io.stdout.write(`${JSON.stringify(answer)}\n`);
      return;
    }
    const [first] = answer.fields;
    if (!first) io.stdout.write(field === undefined ? 'No fields.\n' : 'No line has it.\n');
    else io.stdout.write(field === undefined ? fieldsText(answer.fields) : fieldText(first));
    const omitted = answer.omitted > 0 ? `, ${answer.omitted} more fields` : '';
    io.stderr.write(`${progressText(answer)}${omitted}\n`);
  });
}
