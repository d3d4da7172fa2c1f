import { randomBytes } from 'node:crypto';
import { parseBrokers } from '@apiary/common/bus/address.ts';
import { declareTopology } from '@apiary/common/bus/declare.ts';
import { parseSettings, settingsHelp } from '@apiary/common/config.ts';
import { AppError } from '@apiary/common/errors.ts';
import { connect } from 'amqplib';
import { z } from 'zod';
import type { CommandIo } from '../command.ts';
import {
  accountCommands,
  makeAccount,
  managementAnswers,
  managementOf,
  managementSetting,
  RABBIT_ACCOUNTS,
} from '../rabbit-accounts.ts';
import { commonSettings } from '../settings.ts';

const passwordSchema = z.string().min(1).optional();

const shape = {
  broker: { ...commonSettings.broker, help: 'RabbitMQ with an administrator, if no URL is given' },
  management: managementSetting,
  beePassword: {
    schema: passwordSchema,
    value: 'TEXT',
    help: "password of the Bees' account; the environment hides it from other users",
    defaultText: 'made, and shown once',
  },
  hivePassword: {
    schema: passwordSchema,
    value: 'TEXT',
    help: "password of the Hive's account; the environment hides it from other users",
    defaultText: 'made, and shown once',
  },
} as const;

/** `./apiary broker setup URL`: everything that Apiary needs on a RabbitMQ, and nothing more. */
export async function run(argv: readonly string[], io: CommandIo): Promise<number> {
  if (argv.includes('--help')) {
    io.stdout.write(`./apiary broker setup URL\n${settingsHelp(shape)}\n`);
    return 0;
  }
  const { settings, words } = parseSettings(shape, argv, io.env);
  const given = words[0] ?? settings.broker;
  if (given === undefined || words.length > 1) {
    throw new AppError('setting-invalid', 'broker setup: give one amqp://ADMIN:PASSWORD@HOST');
  }
  // What is made on one node of a cluster is on all of them.
  const [url] = parseBrokers(given);
  const { management, virtualHost } = managementOf(url, settings.management);
  const passwords = { bee: settings.beePassword, hive: settings.hivePassword };
  const answers = await managementAnswers(management);
  await declare(url);
  io.stdout.write(`Exchanges and queues are there, on the virtual host ${virtualHost}.\n`);
  if (!answers) {
    io.stdout.write(`No management API at ${management.url}. Run these on the broker's machine:\n`);
  }
  for (const role of ['hive', 'bee'] as const) {
    const account = RABBIT_ACCOUNTS[role];
    const password = { given: passwords[role], generated: randomBytes(24).toString('base64url') };
    if (answers) {
      const secret = await makeAccount(management, virtualHost, account, password);
      const shown = passwords[role] !== undefined ? 'as given' : (secret ?? 'as it was');
      io.stdout.write(`${account.name}  password ${shown}\n`);
      continue;
    }
    const commands = accountCommands(virtualHost, account).map((line) => `  ${line}`);
    const secret = passwords[role] === undefined ? password.generated : 'that was given';
    io.stdout.write(`\n${commands.join('\n')}\n${account.name}  password ${secret}\n`);
  }
  return 0;
}

async function declare(url: string): Promise<void> {
  const model = await connect(url).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    throw new AppError('bus-lost', `RabbitMQ cannot be reached: ${reason}`, { cause: error });
  });
  model.on('error', () => undefined);
  await declareTopology(model);
  await model.close();
}
