import { parseSettings, settingsHelp } from '@apiary/common/config.ts';
import { AppError } from '@apiary/common/errors.ts';
import { aborted, type CommandIo } from '../command.ts';
import { HOST_COMPONENTS, startHost } from '../host.ts';
import { commonSettings } from '../settings.ts';
import { webFolder } from '../web-build.ts';

const { data, broker, store, logLevel, approve, httpPort, listen, publicUrl, statusPort } =
  commonSettings;

/** `./apiary hive [component …]`: runs components until it is told to end. */
export async function run(argv: readonly string[], io: CommandIo): Promise<number> {
  const shape = {
    ...{ data, broker, store, logLevel, approve, httpPort, listen, publicUrl, statusPort },
  };
  if (argv.includes('--help')) {
    io.stdout.write(`./apiary hive [${HOST_COMPONENTS.join(' | ')}] …\n${settingsHelp(shape)}\n`);
    return 0;
  }
  const { settings, words } = parseSettings(shape, argv, io.env);
  if (settings.broker === undefined) {
    throw new AppError('setting-invalid', '--broker: give the address of the broker, amqp://…');
  }
  const host = await startHost({
    components: words.length > 0 ? words : HOST_COMPONENTS.filter((name) => name !== 'queen'),
    broker: settings.broker,
    store: settings.store ?? `sqlite:${settings.data}`,
    logLevel: settings.logLevel,
    approve: settings.approve,
    statusPort: settings.statusPort,
    queen: {
      host: settings.listen,
      port: settings.httpPort,
      dataFolder: settings.data,
      webFolder,
      publicUrl: settings.publicUrl,
    },
  });
  io.ready({});
  await aborted(io.signal);
  await host.stop();
  return 0;
}
