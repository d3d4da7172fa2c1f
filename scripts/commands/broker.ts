import { join } from 'node:path';
import { BEE_PERMISSIONS, HIVE_PERMISSIONS } from '@apiary/common/bus/topology.ts';
import { parseSettings, settingsHelp } from '@apiary/common/config.ts';
import { AppError } from '@apiary/common/errors.ts';
import { type StatusPort, StatusServer } from '@apiary/common/health/status-server.ts';
import { BEE_CONNECTIONS_MAX } from '@apiary/common/limits/broker.ts';
import { createLogger, type Logger } from '@apiary/common/log.ts';
import { CertificateFile } from '@apiary/common/tls/certificate-file.ts';
import { Broker } from '@apiary/hive/broker/broker.ts';
import { z } from 'zod';
import { aborted, type CommandIo } from '../command.ts';
import { readOrMake } from '../data-folder.ts';
import { certificatePaths, commonSettings } from '../settings.ts';

const { data, amqpPort, listen, localPort, tlsCert, tlsKey, logLevel, statusPort } = commonSettings;

/** `./apiary broker`: the embedded broker, with the accounts that `up` wrote; `broker setup`, `broker check`: see there. */
export async function run(argv: readonly string[], io: CommandIo): Promise<number> {
  if (argv[0] === 'setup') return await (await import('./broker-setup.ts')).run(argv.slice(1), io);
  if (argv[0] === 'check') return await (await import('./broker-check.ts')).run(argv.slice(1), io);
  const shape = { data, amqpPort, listen, localPort, tlsCert, tlsKey, logLevel, statusPort };
  if (argv.includes('--help')) {
    io.stdout.write(
      `./apiary broker\n./apiary broker setup --help\n./apiary broker check --help\n${settingsHelp(shape)}\n`,
    );
    return 0;
  }
  const { settings } = parseSettings(shape, argv, io.env);
  const accounts = z
    .object({ hivePassword: z.string() })
    .parse(readOrMake(join(settings.data, 'run/broker-accounts.json'), () => ({})));
  const log = createLogger('broker', settings.logLevel);
  const paths = certificatePaths(settings);
  const certificate = paths && new CertificateFile(paths);
  const broker = new Broker({
    dataFolder: join(settings.data, 'broker'),
    host: settings.listen,
    port: settings.amqpPort,
    users: [
      {
        name: 'hive',
        password: accounts.hivePassword,
        permissions: HIVE_PERMISSIONS,
        usesDiskReserve: true,
      },
      {
        name: 'bee',
        password: 'bee',
        permissions: BEE_PERMISSIONS,
        connectionsMax: BEE_CONNECTIONS_MAX,
      },
    ],
    log,
    ...(certificate && { tls: certificate.pair }),
    ...(settings.localPort !== undefined && { localPort: settings.localPort }),
  });
  const { port } = await broker.start();
  certificate?.watch(
    (pair) => {
      broker.renew(pair);
      log.info({}, 'tls.renewed');
    },
    (error) => log.error({ reason: error.message }, 'tls.not-renewed'),
  );
  const status = settings.statusPort && (await tellStatus(broker, settings.statusPort, log));
  io.ready({ port });
  await aborted(io.signal);
  await status?.stop();
  certificate?.close();
  await broker.stop();
  return 0;
}

/** What Prometheus needs is loaded only where it is asked for. */
async function tellStatus(broker: Broker, listen: StatusPort, log: Logger) {
  const { Metrics } = await import('@apiary/common/metrics.ts');
  const { registerBrokerMetrics } = await import('@apiary/hive/broker/broker-metrics.ts');
  const metrics = new Metrics();
  metrics.addProcessFigures();
  registerBrokerMetrics(metrics, () => broker.stats());
  const ready = async () => {
    const { alarm } = broker.stats();
    if (alarm) throw new AppError('store-full', `Publishers are blocked: ${alarm}.`);
  };
  const status = new StatusServer({ listen, metrics, log, ready });
  await status.start();
  return status;
}
