/** `./apiary chaos --bee`: a Bee that dies while logs rotate, or random lives of one log. */
import { type Settings, switchSchema } from '@apiary/common/config.ts';
import { z } from 'zod';
import { runBeeLong } from '../test/chaos/bee-long-run.ts';
import { playMany } from '../test/tailing/model.ts';
import type { CommandIo } from './command.ts';

/** Things that happen in one scenario, at most. */
const STEPS_MAX = 20;

/** What can be said of it. */
export const beeChaosSettings = {
  bee: {
    schema: switchSchema,
    help: 'the Bee alone: killed while logs rotate; with --scenarios: random lives of one log',
  },
  rotations: {
    schema: z.coerce.number().int().min(1).max(1_000_000).default(10_000),
    value: 'N',
    help: 'with --bee: rotations',
  },
  kills: {
    schema: z.coerce.number().int().min(0).max(100_000).default(200),
    value: 'N',
    help: 'with --bee: kill -9s, spread evenly over the rotations',
  },
  scenarios: {
    schema: z.coerce.number().int().min(1).max(1_000_000).optional(),
    value: 'N',
    help: 'with --bee: so many random scenarios in place of rotations and kills',
    defaultText: '',
  },
  seed: {
    schema: z.coerce.number().int().optional(),
    value: 'N',
    help: 'with --scenarios: plays the same ones again',
    defaultText: 'another each time',
  },
};

type BeeChaosSettings = Settings<typeof beeChaosSettings> & { readonly json: boolean };

/** Runs it; the exit code. */
export function chaosOfBee(settings: BeeChaosSettings, io: CommandIo): Promise<number> {
  return settings.scenarios === undefined
    ? rotationsAndKills(settings, io)
    : randomLives(settings, settings.scenarios, io);
}

async function rotationsAndKills(settings: BeeChaosSettings, io: CommandIo): Promise<number> {
  const { rotations, kills, json } = settings;
  const report = (line: string) => io.stderr.write(`${line}\n`);
  const result = await runBeeLong({ rotations, kills, report });
  const { lines, lost, doubled, broken, examples } = result;
  io.stdout.write(
    json
      ? `${JSON.stringify(result)}\n`
      : `${result.rotations} rotations, ${result.kills} kills, ${lines} lines written: ` +
          `${lost} lost, ${doubled} stored twice, ${broken} broken\n` +
          examples.map((line) => `  ${line}\n`).join(''),
  );
  return lost + doubled + broken === 0 ? 0 : 1;
}

/** Each against a Bee and a honeycomb in this process. */
async function randomLives(
  { seed = newSeed(), json }: BeeChaosSettings,
  scenarios: number,
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
