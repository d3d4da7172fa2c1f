import { parseSettings, settingsHelp, switchSchema } from '@apiary/common/config.ts';
import { AppError } from '@apiary/common/errors.ts';
import { z } from 'zod';
import { ATTACKS } from '../../test/fuzz/index.ts';
import { runFuzz } from '../../test/fuzz/run.ts';
import type { CommandIo } from '../command.ts';
import { table } from '../terminal-text.ts';

const shape = {
  seconds: {
    schema: z.coerce.number().int().min(1).max(86_400).default(300),
    value: 'N',
    help: 'how long each kind goes on',
  },
  seed: {
    schema: z.coerce.number().int().min(0).default(1),
    value: 'N',
    help: 'where the random numbers begin',
  },
  json: { schema: switchSchema, help: 'prints one JSON document' },
} as const;

/** `./apiary fuzz [kind …]`: all kinds without a name. */
export async function run(argv: readonly string[], io: CommandIo): Promise<number> {
  if (argv.includes('--help')) {
    const kinds = ATTACKS.map(({ name, summary }) => `  ${name.padEnd(10)} ${summary}`).join('\n');
    io.stdout.write(`./apiary fuzz [kind …]\n${kinds}\n${settingsHelp(shape)}\n`);
    return 0;
  }
  const { settings, words } = parseSettings(shape, argv, io.env);
  const unknown = words.find((word) => !ATTACKS.some(({ name }) => name === word));
  if (unknown !== undefined) {
    const known = ATTACKS.map(({ name }) => name).join(', ');
    throw new AppError('setting-invalid', `fuzz knows ${known}, but no ${unknown}`);
  }
  const kinds = words.length === 0 ? ATTACKS : ATTACKS.filter(({ name }) => words.includes(name));
  const outcomes = await runFuzz({
    ...{ kinds, seconds: settings.seconds, seed: settings.seed, signal: io.signal },
    report: (line) => io.stderr.write(`${line}\n`),
  });
  if (settings.json) io.stdout.write(`${JSON.stringify(outcomes)}\n`);
  else {
    const rows = outcomes.map(({ name, cases, faults, residentMb, grownMb }) => [
      ...[name, String(cases), String(faults.length)],
      ...residentMb.map((size) => `${size} MB`),
      Object.entries(grownMb)
        .map(([process, size]) => `${process} ${size < 0 ? size : `+${size}`}`)
        .join(', '),
    ]);
    const head = ['KIND', 'CASES', 'FAULTS', 'RESIDENT AT HALF', 'AT THE END', 'GROWN BY, MB'];
    io.stdout.write(table([head, ...rows]));
    for (const { faults } of outcomes) for (const fault of faults) io.stdout.write(`  ${fault}\n`);
  }
  return outcomes.every(({ faults }) => faults.length === 0) ? 0 : 1;
}
