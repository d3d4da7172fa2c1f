/** The broker as a process of its own. */
import {
  parseSettings,
  portSchema,
  type SettingsShape,
  settingsHelp,
} from '@apiary/common/config.ts';
import { toAppError } from '@apiary/common/errors.ts';
import { createLogger } from '@apiary/common/log.ts';
import { z } from 'zod';
import { Broker } from './broker.ts';

const shape = {
  data: { schema: z.string().min(1).default('data/broker'), value: 'DIR', help: 'Data folder.' },
  listen: {
    schema: z.string().min(1).default('127.0.0.1'),
    value: 'ADDRESS',
    help: 'Address to listen on.',
  },
  amqpPort: {
    schema: z.union([z.literal('0').transform(() => 0), portSchema]).default(5672),
    value: 'PORT',
    help: 'Port to listen on; 0 takes any free one.',
  },
  brokerUsers: {
    schema: z
      .string()
      .default(
        '[{"name":"guest","password":"guest","permissions":{"configure":".*","write":".*","read":".*"}}]',
      )
      .transform((text, context) => {
        const result = usersSchema.safeParse(parseJson(text));
        if (result.success) return result.data;
        context.addIssue('expected a JSON array of {name, password, permissions}');
        return z.NEVER;
      }),
    value: 'JSON',
    help: 'Accounts with permissions as regular expressions.',
    defaultText: 'guest with every permission',
  },
  memoryMegabytes: {
    schema: z.coerce.number().int().min(16).default(256),
    value: 'N',
    help: 'Memory for messages, past which publishers are blocked.',
  },
} satisfies SettingsShape;

const usersSchema = z.array(
  z.object({
    name: z.string().min(1),
    password: z.string(),
    permissions: z.object({ configure: z.string(), write: z.string(), read: z.string() }),
    connectionsMax: z.int().min(1).optional(),
  }),
);

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function readSettings() {
  return parseSettings(shape, process.argv.slice(2), process.env).settings;
}

async function main(): Promise<void> {
  if (process.argv.includes('--help')) {
    process.stdout.write(`${settingsHelp(shape)}\n`);
    return;
  }
  const settings = readSettings();
  const broker = new Broker({
    dataFolder: settings.data,
    host: settings.listen,
    port: settings.amqpPort,
    users: settings.brokerUsers.map(({ connectionsMax, ...user }) =>
      connectionsMax === undefined ? user : { ...user, connectionsMax },
    ),
    memoryBytesMax: settings.memoryMegabytes * 1024 * 1024,
    log: createLogger('broker'),
  });
  const { port } = await broker.start();
  // Whoever started this process with an IPC channel learns the port.
  process.send?.({ kind: 'listening', port });
  process.on('message', (message) => {
    if (message === 'stats') process.send?.({ kind: 'stats', stats: broker.stats() });
  });
  const stop = () => void broker.stop().then(() => process.exit(0));
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

main().catch((thrown: unknown) => {
  const error = toAppError(thrown);
  process.stderr.write(`${error.message}\n`);
  process.exit(error.code === 'internal' ? 1 : 2);
});
