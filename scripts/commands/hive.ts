import { dirname, join } from 'node:path';
import type { Component } from '@apiary/common/component.ts';
import { parseSettings, settingsHelp } from '@apiary/common/config.ts';
import { AppError, toAppError } from '@apiary/common/errors.ts';
import { aborted, type CommandIo } from '../command.ts';
import { projectRoot } from '../data-folder.ts';
import { HOST_COMPONENTS, type HostOptions, startHost } from '../host.ts';
import { certificatePaths, commonSettings } from '../settings.ts';
import { webFolder } from '../web-build.ts';

const { data, broker, brokerCa, beeBroker, store, merge, logLevel, approve } = commonSettings;
const { sectionCache, httpPort, listen, publicUrl, tlsCert, tlsKey, statusPort } = commonSettings;

/** `./apiary hive [component …]`: runs components until it is told to end. */
export async function run(argv: readonly string[], io: CommandIo): Promise<number> {
  const hive = { data, broker, brokerCa, beeBroker, store, merge, logLevel, approve };
  const shape = { ...hive, sectionCache, httpPort, listen, publicUrl, tlsCert, tlsKey, statusPort };
  if (argv.includes('--help')) {
    io.stdout.write(`./apiary hive [${HOST_COMPONENTS.join(' | ')}] …\n${settingsHelp(shape)}\n`);
    return 0;
  }
  const { settings, words } = parseSettings(shape, argv, io.env);
  if (settings.broker === undefined) {
    throw new AppError('setting-invalid', '--broker: give the address of the broker, amqp://…');
  }
  const options: HostOptions = {
    components: words.length > 0 ? words : HOST_COMPONENTS.filter((name) => name !== 'queen'),
    broker: settings.broker,
    brokerCa: settings.brokerCa,
    beeBroker: settings.beeBroker,
    store: settings.store ?? `sqlite:${settings.data}`,
    merge: settings.merge,
    sectionCache: settings.sectionCache,
    logLevel: settings.logLevel,
    approve: settings.approve,
    statusPort: settings.statusPort,
    queen: {
      host: settings.listen,
      port: settings.httpPort,
      dataFolder: settings.data,
      webFolder,
      publicUrl: settings.publicUrl,
      tls: certificatePaths(settings),
      installer: {
        script: join(projectRoot, 'scripts/install-bee.sh'),
        // Beside the bundle that runs.
        bee: join(dirname(io.program), 'bee.mjs'),
        node: process.execPath,
      },
    },
  };
  let host: Component;
  try {
    host = await startHost(options, {
      signal: io.signal,
      onUnreached: (broker, reason) => io.parent?.tell({ type: 'unreached', broker, reason }),
    });
  } catch (error) {
    // Told to end while it waited for its broker.
    if (io.signal.aborted && toAppError(error).code === 'bus-closed') return 0;
    throw error;
  }
  io.ready({});
  await aborted(io.signal);
  await host.stop();
  return 0;
}
