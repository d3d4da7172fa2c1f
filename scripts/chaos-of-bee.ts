/** `./apiary chaos --bee`: random lives of one log, each against a Bee and a honeycomb in this process. */
import { type Settings, switchSchema } from '@apiary/common/config.ts';
import { z } from 'zod';
import { playMany } from '../test/tailing/model.ts';
import type { CommandIo } from './command.ts';

/** Things that happen in one scenario, at most. */
const STEPS_MAX = 20;

/** What can be said of it. */
export const beeChaosSettings = {
  bee: {
    schema: switchSchema,
    help: 'the Bee alone: random lives of one log (rotations, gzip, kills, a broker that is away)',
  },
  scenarios: {
    schema: z.coerce.number().int().min(1).max(1_000_000).default(500),
    value: 'N',
    help: 'with --bee: so many',
  },
  seed: {
    schema: z.coerce.number().int().optional(),
    value: 'N',
    help: 'with --bee: plays the same ones again',
    defaultText: 'another each time',
  },
};

type BeeChaosSettings = Settings<typeof beeChaosSettings> & { readonly json: boolean };

/** Runs it; the exit code. */
export async function chaosOfBee(
  { scenarios, seed = newSeed(), json }: BeeChaosSettings,
  io: CommandIo,
): Promise<number> {
  const report = (line: string) => io.stderr.write(`${line}\n`);
  report(`seed ${seed}`);
  const options = { seed, scenarios, stepsMax: STEPS_MAX, signal: io.signal, report };
  const { played, failures } = await playMany(options);
  const words = `${played} scenarios of seed ${seed}: ${failures.length} failed\n`;
  io.stdout.write(json ? `${JSON.stringify({ seed, played, failures })}\n` : words);
  return failures.length === 0 ? 0 : 1;
}

function newSeed(): number {
  return Math.floor(Math.random() * 2 ** 31);
}
