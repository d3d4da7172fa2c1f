/** What `up` has to know before it starts its children: ports, addresses, accounts. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { loadIdentity } from '@apiary/bee/identity.ts';
import type { Settings } from '@apiary/common/config.ts';
import { AppError } from '@apiary/common/errors.ts';
import type { CommandIo } from '../command.ts';
import { readOrMake } from '../data-folder.ts';
import { choosePort } from '../ports.ts';
import { commonSettings, isLoopback } from '../settings.ts';
import type { ChildSpec } from '../supervisor.ts';

const { data, httpPort, amqpPort, listen, publicUrl, broker, store, logLevel } = commonSettings;

/** What `up` takes. */
export const upSettings = {
  data,
  httpPort,
  amqpPort,
  listen,
  publicUrl,
  broker,
  store,
  logLevel,
  statusPort: {
    ...commonSettings.statusPort,
    schema: commonSettings.statusPort.schema.unwrap().default({ port: 4290, orNext: true }),
    help: 'first of three loopback ports for /healthz, /readyz and /metrics: broker, honeycomb, hive',
    defaultText: '4290+',
  },
};

/** See {@link upSettings}. */
export type UpSettings = Settings<typeof upSettings>;

/** See the file's head. */
export interface Plan {
  readonly folder: string;
  readonly settings: UpSettings;
  readonly httpPort: number;
  readonly brokerUrl: string;
  readonly beeBrokerUrl: string;
  /** Set when the embedded broker runs. */
  readonly amqpPort: number | undefined;
  readonly store: string;
  readonly ownAgent: string;
}

/** @throws AppError `not-supported` */
export function refuseWhatIsNotThereYet(settings: UpSettings): void {
  if (!isLoopback(settings.listen)) {
    throw new AppError(
      'not-supported',
      `--listen ${settings.listen}: this version listens on loopback addresses only, because TLS comes later`,
    );
  }
}

/**
 * Chooses ports and makes what is missing of keys and accounts; says where a default port was busy.
 *
 * @throws AppError `port-busy`, `folder-unusable`
 */
export async function makePlan(
  folder: string,
  settings: UpSettings,
  given: ReadonlySet<string>,
  io: CommandIo,
): Promise<Plan> {
  const http = await choosePort(settings.httpPort, given.has('httpPort'), settings.listen);
  if (http !== settings.httpPort) {
    io.stderr.write(`apiary: port ${settings.httpPort} is in use, the web UI takes ${http}\n`);
  }
  const amqp = settings.broker
    ? undefined
    : await choosePort(settings.amqpPort, given.has('amqpPort'), settings.listen);
  if (amqp !== undefined && amqp !== settings.amqpPort) {
    io.stderr.write(`apiary: port ${settings.amqpPort} is in use, the broker takes ${amqp}\n`);
  }
  const secrets = readOrMake(join(folder, 'run/broker-accounts.json'), () => ({
    hivePassword: randomBytes(24).toString('base64url'),
  }));
  const address = settings.listen.includes(':') ? `[${settings.listen}]` : settings.listen;
  const embedded = `${address}:${amqp}`;
  const identity = await loadIdentity(join(folder, 'bee'));
  return {
    folder,
    settings,
    httpPort: http,
    amqpPort: amqp,
    brokerUrl: settings.broker ?? `amqp://hive:${secrets.hivePassword}@${embedded}`,
    beeBrokerUrl: settings.broker ?? `amqp://bee:bee@${embedded}`,
    store: settings.store ?? `sqlite:${folder}`,
    ownAgent: identity.id,
  };
}

/** The children in the order of their start; each group is ready before the next one begins. */
export function childGroups(plan: Plan): ChildSpec[][] {
  const { folder, settings } = plan;
  const status = (index: number) => ['--status-port', statusText(settings.statusPort, index)];
  const log = (name: string) => join(folder, 'logs', `${name}.log`);
  const level = ['--log-level', settings.logLevel];
  const hive = ['--broker', plan.brokerUrl, '--store', plan.store, '--data', folder, ...level];
  const publicUrl = settings.publicUrl ? ['--public-url', settings.publicUrl] : [];
  const web = ['--http-port', String(plan.httpPort), '--listen', settings.listen, ...publicUrl];
  const brokerGroup =
    plan.amqpPort === undefined
      ? []
      : [
          {
            name: 'broker',
            argv: ['broker', '--data', folder, '--amqp-port', String(plan.amqpPort)].concat(
              ['--listen', settings.listen, ...status(0)],
              level,
            ),
            logFile: log('broker'),
          },
        ];
  return [
    brokerGroup,
    [
      {
        name: 'honeycomb',
        argv: ['hive', 'honeycomb', ...hive, ...status(1)],
        logFile: log('honeycomb'),
      },
      {
        name: 'hive',
        argv: [
          'hive',
          'agentmanager',
          'agentmonitor',
          'pheromone',
          'sting',
          'queen',
          ...hive,
          ...web,
        ].concat(['--approve', plan.ownAgent, ...status(2)]),
        logFile: log('hive'),
      },
      {
        name: 'bee',
        argv: ['bee', plan.beeBrokerUrl, '--data', join(folder, 'bee'), '--allow', '/'].concat(
          ['--status-port', 'none'],
          level,
        ),
        logFile: join(folder, 'logs', 'bee', 'bee.log'),
      },
    ],
  ];
}

/** The port of one process of several, as its setting is written. */
function statusText(first: UpSettings['statusPort'], index: number): string {
  return first ? `${first.port + index}${first.orNext ? '+' : ''}` : 'none';
}
