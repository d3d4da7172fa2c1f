import { parseSettings, settingsHelp, switchSchema } from '@apiary/common/config.ts';
import { AppError } from '@apiary/common/errors.ts';
import { z } from 'zod';
import { runChaos } from '../../test/chaos/run.ts';
import type { CommandIo } from '../command.ts';
import { type MongoService, provideMongo, provideRabbit, type RabbitService } from '../services.ts';

const shape = {
  rounds: {
    schema: z.coerce.number().int().min(1).max(10_000).default(20),
    value: 'N',
    help: 'rounds; each kills every process once',
  },
  minutes: {
    schema: z.coerce.number().positive().max(10_000).optional(),
    value: 'N',
    help: 'in place of rounds: kill -9 and SIGSTOP at random for so long',
    defaultText: '',
  },
  broker: {
    schema: z.enum(['embedded', 'rabbitmq']).default('embedded'),
    value: 'KIND',
    help: 'embedded or rabbitmq (a private one, killed as well)',
  },
  store: {
    schema: z.enum(['sqlite', 'mongodb']).default('sqlite'),
    value: 'KIND',
    help: 'sqlite or mongodb (a private server with that protocol, killed as well)',
  },
  json: { schema: switchSchema, help: 'one JSON document on stdout' },
};

/** `./apiary chaos`: kill -9 and SIGSTOP under load, then the count of lost and doubled lines. */
export async function run(argv: readonly string[], io: CommandIo): Promise<number> {
  if (argv.includes('--help')) {
    io.stdout.write(`./apiary chaos\n${settingsHelp(shape)}\n`);
    return 0;
  }
  const { settings } = parseSettings(shape, argv, io.env);
  let rabbit: RabbitService | undefined;
  let mongo: MongoService | undefined;
  try {
    if (settings.broker === 'rabbitmq') rabbit = await privateRabbit(io);
    if (settings.store === 'mongodb') mongo = await privateMongo(io);
    const result = await runChaos({
      ...(settings.minutes === undefined
        ? { rounds: settings.rounds }
        : { minutes: settings.minutes }),
      report: (line) => io.stderr.write(`${line}\n`),
      ...(rabbit ? { broker: { url: rabbit.url, service: rabbit } } : {}),
      ...(mongo ? { store: { url: mongo.url('chaos'), service: mongo } } : {}),
    });
    io.stdout.write(
      settings.json
        ? `${JSON.stringify(result)}\n`
        : `${result.kills} kills, ${result.stops} stops, ${result.lines} lines written: ` +
            `${result.lost} lost, ${result.doubled} stored twice, ${result.broken} broken\n` +
            result.examples.map((line) => `  ${line}\n`).join(''),
    );
    return result.lost + result.doubled + result.broken === 0 ? 0 : 1;
  } finally {
    await rabbit?.stop();
    await mongo?.stop();
  }
}

async function privateRabbit(io: CommandIo): Promise<RabbitService> {
  const provided = await provideRabbit({ environment: { ...io.env, RABBITMQ_URL: undefined } });
  if (!provided)
    throw new AppError('not-supported', 'no RabbitMQ: apt-get install rabbitmq-server');
  return provided;
}

async function privateMongo(io: CommandIo): Promise<MongoService> {
  const environment = { ...io.env, MONGODB_URL: undefined };
  return await provideMongo({
    environment,
    tell: (line) => io.stderr.write(`apiary: ${line}\n`),
  });
}
