import { parseSettings, settingsHelp, switchSchema } from '@apiary/common/config.ts';
import { AppError } from '@apiary/common/errors.ts';
import { z } from 'zod';
import { type ExternalBroker, runChaos } from '../../test/chaos/run.ts';
import type { CommandIo } from '../command.ts';
import { provideRabbit } from '../services.ts';

const shape = {
  rounds: {
    schema: z.coerce.number().int().min(1).max(10_000).default(20),
    value: 'N',
    help: 'rounds; each kills every process once',
  },
  broker: {
    schema: z.enum(['embedded', 'rabbitmq']).default('embedded'),
    value: 'KIND',
    help: 'embedded or rabbitmq (a private one, killed as well)',
  },
  json: { schema: switchSchema, help: 'one JSON document on stdout' },
};

/** `./apiary chaos`: kill -9 under load, then the count of lost and doubled lines. */
export async function run(argv: readonly string[], io: CommandIo): Promise<number> {
  if (argv.includes('--help')) {
    io.stdout.write(`./apiary chaos\n${settingsHelp(shape)}\n`);
    return 0;
  }
  const { settings } = parseSettings(shape, argv, io.env);
  const rabbit = settings.broker === 'rabbitmq' ? await privateRabbit(io) : undefined;
  try {
    const result = await runChaos({
      rounds: settings.rounds,
      report: (line) => io.stderr.write(`${line}\n`),
      ...(rabbit ? { broker: rabbit } : {}),
    });
    io.stdout.write(
      settings.json
        ? `${JSON.stringify(result)}\n`
        : `${result.kills} kills, ${result.lines} lines written: ${result.lost} lost, ` +
            `${result.doubled} stored twice, ${result.broken} broken\n` +
            result.examples.map((line) => `  ${line}\n`).join(''),
    );
    return result.lost + result.doubled + result.broken === 0 ? 0 : 1;
  } finally {
    await rabbit?.stop();
  }
}

async function privateRabbit(
  io: CommandIo,
): Promise<ExternalBroker & { readonly stop: () => Promise<void> }> {
  const provided = await provideRabbit({ environment: { ...io.env, RABBITMQ_URL: undefined } });
  if (!provided)
    throw new AppError('not-supported', 'no RabbitMQ: apt-get install rabbitmq-server');
  return provided;
}
