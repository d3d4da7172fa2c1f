import { join } from 'node:path';
import { BEE_PERMISSIONS } from '@apiary/common/bus/topology.ts';
import { parseSettings, settingsHelp } from '@apiary/common/config.ts';
import { createLogger } from '@apiary/common/log.ts';
import { Broker } from '@apiary/hive/broker/broker.ts';
import { z } from 'zod';
import { aborted, type CommandIo } from '../command.ts';
import { readOrMake } from '../data-folder.ts';
import { commonSettings } from '../settings.ts';

const { data, amqpPort, listen, logLevel } = commonSettings;

/** `./apiary broker`: the embedded broker, with the accounts that `up` wrote. */
export async function run(argv: readonly string[], io: CommandIo): Promise<number> {
  const shape = { data, amqpPort, listen, logLevel };
  if (argv.includes('--help')) {
    io.stdout.write(`./apiary broker\n${settingsHelp(shape)}\n`);
    return 0;
  }
  const { settings } = parseSettings(shape, argv, io.env);
  const accounts = z
    .object({ hivePassword: z.string() })
    .parse(readOrMake(join(settings.data, 'run/broker-accounts.json'), () => ({})));
  const everything = { configure: '.*', write: '.*', read: '.*' };
  const broker = new Broker({
    dataFolder: join(settings.data, 'broker'),
    host: settings.listen,
    port: settings.amqpPort,
    users: [
      { name: 'hive', password: accounts.hivePassword, permissions: everything },
      { name: 'bee', password: 'bee', permissions: BEE_PERMISSIONS },
    ],
    log: createLogger('broker', settings.logLevel),
  });
  const { port } = await broker.start();
  io.ready({ port });
  await aborted(io.signal);
  await broker.stop();
  return 0;
}
