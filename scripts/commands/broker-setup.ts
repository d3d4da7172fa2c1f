import { randomBytes } from 'node:crypto';
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
  RABBIT_ACCOUNTS,
} from '../rabbit-accounts.ts';
import { commonSettings } from '../settings.ts';

const passwordSchema = z.string().min(1).optional();

const shape = {
  broker: { ...commonSettings.broker, help: 'RabbitMQ with an administrator, if no URL is given' },
  management: {
    schema: z.url({ protocol: /^https?$/, error: 'expected http://… or https://…' }).optional(),
    value: 'URL',
    help: "RabbitMQ's management API",
    defaultText: 'http://HOST:15672, of amqps:// https://HOST:15671',
  },
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
  const url = commonSettings.broker.schema.safeParse(words[0] ?? settings.broker).data;
  if (url === undefined || words.length > 1) {
    throw new AppError('setting-invalid', 'broker setup: give one amqp://ADMIN:PASSWORD@HOST');
  }
  const address = new URL(url);
  const virtualHost = decodeURIComponent(address.pathname.slice(1)) || '/';
  const management = {
    url: settings.management ?? managementUrl(address),
    user: decodeURIComponent(address.username || 'guest'),
    password: decodeURIComponent(address.password || 'guest'),
  };
  const given = { bee: settings.beePassword, hive: settings.hivePassword };
  const answers = await managementAnswers(management);
  await declare(url);
  io.stdout.write(`Exchanges and queues are there, on the virtual host ${virtualHost}.\n`);
  if (!answers) {
    io.stdout.write(`No management API at ${management.url}. Run these on the broker's machine:\n`);
  }
  for (const role of ['hive', 'bee'] as const) {
    const account = RABBIT_ACCOUNTS[role];
    const password = { given: given[role], generated: randomBytes(24).toString('base64url') };
    if (answers) {
      const secret = await makeAccount(management, virtualHost, account, password);
      const shown = given[role] !== undefined ? 'as given' : (secret ?? 'as it was');
      io.stdout.write(`${account.name}  password ${shown}\n`);
      continue;
    }
    const commands = accountCommands(virtualHost, account).map((line) => `  ${line}`);
    const secret = given[role] === undefined ? password.generated : 'that was given';
    io.stdout.write(`\n${commands.join('\n')}\n${account.name}  password ${secret}\n`);
  }
  return 0;
}

function managementUrl({ protocol, hostname }: URL): string {
  return protocol === 'amqps:' ? `https://${hostname}:15671` : `http://${hostname}:15672`;
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
