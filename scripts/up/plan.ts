/** What `up` has to know before it starts its children: ports, addresses, accounts. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { loadIdentity } from '@apiary/bee/identity.ts';
import type { Settings } from '@apiary/common/config.ts';
import { pinDigits } from '@apiary/common/tls/pin.ts';
import type { CommandIo } from '../command.ts';
import { readOrMake } from '../data-folder.ts';
import { freePorts } from '../free-ports.ts';
import { choosePort } from '../ports.ts';
import { commonSettings } from '../settings.ts';
import { type ChildSpec, HONEYCOMB_FLAGS } from '../supervisor.ts';
import { beeListen, inUrl, mainAddress } from './addresses.ts';
import { type Encryption, encryptionOf } from './encryption.ts';

const { data, httpPort, amqpPort, listen, publicUrl, broker, store, logLevel } = commonSettings;
const { tlsCert, tlsKey, brokerCa, beeBroker, merge, sectionCache } = commonSettings;

/** AMQP's own port for TLS. */
const AMQPS_PORT = 5671;

/** What `up` takes. */
export const upSettings = {
  data,
  httpPort,
  amqpPort,
  listen,
  publicUrl,
  tlsCert,
  tlsKey,
  broker,
  brokerCa,
  beeBroker,
  store,
  merge,
  sectionCache,
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
  /** Where this machine's own processes connect to, with their accounts. */
  readonly brokerUrl: string;
  readonly ownBeeBrokerUrl: string;
  /** What other machines' Bees are given; without an account, which is the usual one. */
  readonly beeBrokerUrl: string;
  /** Where people reach the web UI. */
  readonly origin: string;
  /** Set when the embedded broker runs. */
  readonly amqpPort: number | undefined;
  /** Set when that speaks TLS: its port for this machine's own processes. */
  readonly localAmqpPort: number | undefined;
  readonly encryption: Encryption | undefined;
  readonly store: string;
  readonly ownAgent: string;
}

/**
 * Chooses ports and makes what is missing of keys, accounts and certificates; says where a default port was
 * busy.
 *
 * @throws AppError `port-busy`, `folder-unusable`, `setting-invalid`
 */
export async function makePlan(
  folder: string,
  settings: UpSettings,
  given: ReadonlySet<string>,
  io: CommandIo,
): Promise<Plan> {
  const encryption = await encryptionOf(folder, settings);
  const ports = await choosePorts(settings, given, encryption !== undefined, io);
  const secrets = readOrMake(join(folder, 'run/broker-accounts.json'), () => ({
    hivePassword: randomBytes(24).toString('base64url'),
  }));
  const { id: ownAgent } = await loadIdentity(join(folder, 'bee'));
  const inside =
    ports.localAmqpPort === undefined
      ? `${inUrl(settings.listen)}:${ports.amqpPort}`
      : `127.0.0.1:${ports.localAmqpPort}`;
  const scheme = encryption ? 'https' : 'http';
  const main = inUrl(mainAddress(settings));
  return {
    folder,
    settings,
    ...ports,
    encryption,
    brokerUrl: settings.broker ?? `amqp://hive:${secrets.hivePassword}@${inside}`,
    ownBeeBrokerUrl: settings.broker ?? `amqp://bee:bee@${inside}`,
    beeBrokerUrl: settings.beeBroker ?? settings.broker ?? embeddedUrl(main, ports, encryption),
    origin: settings.publicUrl?.replace(/\/+$/, '') ?? `${scheme}://${main}:${ports.httpPort}`,
    store: settings.store ?? `sqlite:${folder}`,
    ownAgent,
  };
}

type PlannedPorts = Pick<Plan, 'httpPort' | 'amqpPort' | 'localAmqpPort'>;

async function choosePorts(
  settings: UpSettings,
  given: ReadonlySet<string>,
  encrypted: boolean,
  io: CommandIo,
): Promise<PlannedPorts> {
  const httpPort = await choosePort(settings.httpPort, given.has('httpPort'), settings.listen);
  if (httpPort !== settings.httpPort) {
    io.stderr.write(`apiary: port ${settings.httpPort} is in use, the web UI takes ${httpPort}\n`);
  }
  if (settings.broker) return { httpPort, amqpPort: undefined, localAmqpPort: undefined };
  const asked = given.has('amqpPort');
  const wanted = encrypted && !asked ? AMQPS_PORT : settings.amqpPort;
  const amqpPort = await choosePort(wanted, asked, settings.listen);
  if (amqpPort !== wanted) {
    io.stderr.write(`apiary: port ${wanted} is in use, the broker takes ${amqpPort}\n`);
  }
  const [localAmqpPort] = encrypted ? await freePorts(1) : [];
  return { httpPort, amqpPort, localAmqpPort };
}

function embeddedUrl(
  main: string,
  { amqpPort }: PlannedPorts,
  encryption: Encryption | undefined,
): string {
  if (!encryption) return `amqp://${main}:${amqpPort}`;
  return `amqps://${main}:${amqpPort}?pin=${pinDigits(encryption.pin)}`;
}

/** The children in the order of their start; each group is ready before the next one begins. */
export function childGroups(plan: Plan): ChildSpec[][] {
  const { folder, settings, encryption } = plan;
  const status = (index: number) => ['--status-port', statusText(settings.statusPort, index)];
  const log = (name: string) => join(folder, 'logs', `${name}.log`);
  const level = ['--log-level', settings.logLevel];
  const authority = settings.brokerCa === undefined ? [] : ['--broker-ca', settings.brokerCa];
  const cached =
    settings.sectionCache === undefined ? [] : ['--section-cache', String(settings.sectionCache)];
  const hive = ['--data', folder, ...authority, ...level];
  // Passwords stand in the environment: every user of the machine sees arguments.
  const hiveEnv = { APIARY_BROKER: plan.brokerUrl, APIARY_STORE: plan.store };
  const tls = encryption
    ? ['--tls-cert', encryption.paths.cert, '--tls-key', encryption.paths.key]
    : [];
  const listen = ['--listen', settings.listen, ...tls];
  const web = ['--http-port', String(plan.httpPort), ...listen, '--bee-broker', plan.beeBrokerUrl];
  const origin = encryption || settings.publicUrl ? ['--public-url', plan.origin] : [];
  return [
    plan.amqpPort === undefined
      ? []
      : [
          {
            name: 'broker',
            argv: brokerArgv(plan, [...listen, ...status(0), ...level]),
            logFile: log('broker'),
          },
        ],
    [
      {
        name: 'honeycomb',
        argv: ['hive', 'honeycomb', ...hive, '--merge', settings.merge, ...cached, ...status(1)],
        nodeFlags: HONEYCOMB_FLAGS,
        env: hiveEnv,
        logFile: log('honeycomb'),
      },
      {
        name: 'hive',
        argv: ['hive', 'agentmanager', 'agentmonitor', 'pheromone', 'sting', 'queen'].concat(
          [...hive, ...web, ...origin],
          ['--approve', plan.ownAgent, ...status(2)],
        ),
        env: hiveEnv,
        logFile: log('hive'),
      },
      {
        name: 'bee',
        argv: ['bee', '--data', join(folder, 'bee'), '--allow', '/', ...authority].concat(
          ['--status-port', 'none', '--listen', beeListen(settings)],
          level,
        ),
        env: { APIARY_BROKER: plan.ownBeeBrokerUrl },
        logFile: join(folder, 'logs', 'bee', 'bee.log'),
      },
    ],
  ];
}

/** The port of one process of several, as its setting is written. */
function statusText(first: UpSettings['statusPort'], index: number): string {
  return first ? `${first.port + index}${first.orNext ? '+' : ''}` : 'none';
}

function brokerArgv({ folder, amqpPort, localAmqpPort }: Plan, rest: readonly string[]): string[] {
  const local = localAmqpPort === undefined ? [] : ['--local-port', String(localAmqpPort)];
  return ['broker', '--data', folder, '--amqp-port', String(amqpPort), ...local, ...rest];
}
