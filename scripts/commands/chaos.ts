import { parseSettings, settingsHelp, switchSchema } from '@apiary/common/config.ts';
import { AppError } from '@apiary/common/errors.ts';
import { startProxy, type TcpProxy } from '@apiary/common/testing/tcp-proxy.ts';
import { z } from 'zod';
import { type AlertChaosOptions, runAlertChaos } from '../../test/chaos/alerts/run.ts';
import { type LoneBroker, startLoneBroker } from '../../test/chaos/lone-broker.ts';
import { clusterFaults, networkFaults } from '../../test/chaos/network.ts';
import { rabbitQueues } from '../../test/chaos/queues.ts';
import { type ChaosOptions, type ChaosResult, isClean, runChaos } from '../../test/chaos/run.ts';
import { beeChaosSettings, chaosOfBee } from '../chaos-of-bee.ts';
import type { CommandIo } from '../command.ts';
import { type RabbitCluster, startRabbitCluster } from '../rabbit-cluster.ts';
import { type MongoService, provideMongo, provideRabbit, type RabbitService } from '../services.ts';

/** Of pushes, how many may come again: a process died between a push and the note that it was sent. */
const ALERT_REPEATS_SHARE_MAX = 0.01;

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
  cluster: {
    schema: switchSchema,
    help: 'RabbitMQ of three nodes, of which one at a time is killed, stopped or cut off (root, Linux)',
  },
  network: {
    schema: switchSchema,
    help: 'also cuts, stalls and swallows the connections to the broker',
  },
  alerts: {
    schema: switchSchema,
    help: 'alerts in place of lines: all between a line and a phone is killed at random',
  },
  count: {
    schema: z.coerce.number().int().min(1).max(100_000).default(500),
    value: 'N',
    help: 'alerts that are provoked, with --alerts',
  },
  ...beeChaosSettings,
  json: { schema: switchSchema, help: 'one JSON document on stdout' },
};

/** `./apiary chaos`: kill -9 and SIGSTOP under load, then the count of lost and doubled lines. */
export async function run(argv: readonly string[], io: CommandIo): Promise<number> {
  if (argv.includes('--help')) {
    io.stdout.write(`./apiary chaos\n${settingsHelp(shape)}\n`);
    return 0;
  }
  const { settings } = parseSettings(shape, argv, io.env);
  if (settings.bee) return await chaosOfBee(settings, io);
  let rabbit: RabbitService | undefined;
  let mongo: MongoService | undefined;
  let lone: LoneBroker | undefined;
  let network: TcpProxy | undefined;
  let cluster: RabbitCluster | undefined;
  try {
    if (settings.cluster) cluster = await startRabbitCluster(io.env);
    else if (settings.broker === 'rabbitmq') rabbit = await privateRabbit(io);
    if (settings.store === 'mongodb') mongo = await privateMongo(io);
    if (settings.network && !rabbit && !cluster) lone = await startLoneBroker();
    const broker = rabbit ?? lone;
    const queues = rabbit ? rabbitQueues(rabbit.control) : (lone?.queues ?? (async () => []));
    if (settings.alerts) {
      return await chaosOfAlerts(io, settings, {
        ...(broker ? { broker: { url: broker.url, service: broker } } : {}),
        ...(mongo ? { store: { url: mongo.url('chaos'), service: mongo } } : {}),
      });
    }
    if (settings.network && broker) {
      network = await startProxy({ port: Number(new URL(broker.url).port) });
    }
    const result = await runChaos({
      ...(settings.minutes === undefined
        ? { rounds: settings.rounds }
        : { minutes: settings.minutes }),
      report: (line) => io.stderr.write(`${line}\n`),
      ...(cluster ? ofCluster(cluster) : {}),
      ...(broker
        ? { broker: { url: throughPort(broker.url, network), service: broker, queues } }
        : {}),
      ...(network ? { faults: networkFaults(network) } : {}),
      ...(mongo ? { store: { url: mongo.url('chaos'), service: mongo } } : {}),
    });
    io.stdout.write(settings.json ? `${JSON.stringify(result)}\n` : resultText(result));
    return isClean(result) ? 0 : 1;
  } finally {
    await network?.stop();
    await cluster?.stop();
    await lone?.stop();
    await rabbit?.stop();
    await mongo?.stop();
  }
}

function ofCluster(cluster: RabbitCluster): Pick<ChaosOptions, 'broker' | 'faults'> {
  const { url, nodes } = cluster;
  const queues = rabbitQueues(async (words) => (await nodes[0]?.control(words)) ?? '');
  return { broker: { url, queues }, faults: clusterFaults(nodes) };
}

function resultText({ answers, stuck, unfinished, ...result }: ChaosResult): string {
  const { kills, stops, faults, lines, lost, doubled, broken, retried, notWhole } = result;
  const { asked, unanswered, wrong, tries, partial, failed, reasons } = answers;
  return [
    `${kills} kills, ${stops} stops, ${faults} further faults, ${lines} lines written: ` +
      `${lost} lost, ${doubled} stored twice, ${broken} broken` +
      (retried > 0 ? ` (${retried} pages were asked for again)` : ''),
    ...result.examples.map((line) => `  ${line}`),
    ...unfinished.map((line) => `  ${line}`),
    `${asked} questions, ${asked - unanswered} answered in full: ${wrong} wrong answers`,
    ...answers.examples.map((line) => `  ${line}`),
    `${tries} tries for that, ${partial} answered in part, ${failed} not:`,
    ...Object.entries(reasons).map(([reason, count]) => `  ${count} × ${reason}`),
    `${notWhole} times not whole again in two minutes`,
    `${stuck.length} stuck queues`,
    ...stuck.map((line) => `  ${line}`),
    '',
  ].join('\n');
}

async function chaosOfAlerts(
  io: CommandIo,
  { count, json }: { readonly count: number; readonly json: boolean },
  services: Pick<AlertChaosOptions, 'broker' | 'store'>,
): Promise<number> {
  const report = (line: string) => io.stderr.write(`${line}\n`);
  const result = await runAlertChaos({ count, report, ...services });
  const { alerts, lost, pushes, repeats, doubled } = result;
  const kills = Object.entries(result.kills).map(([name, times]) => `${name} ${times}`);
  const share = ((100 * repeats) / Math.max(1, pushes)).toFixed(2);
  io.stdout.write(
    json
      ? `${JSON.stringify(result)}\n`
      : `${alerts} alerts, kills: ${kills.join(', ')}\n` +
          `${lost.length} lost, ${pushes} pushes, ${repeats} repeated with the same key (${share} %), ` +
          `${doubled.length} told again with another key\n`,
  );
  const isRare = repeats <= pushes * ALERT_REPEATS_SHARE_MAX;
  return lost.length + doubled.length === 0 && isRare ? 0 : 1;
}

/** The address of a broker, or of the proxy that stands before it. */
function throughPort(url: string, proxy: TcpProxy | undefined): string {
  const address = new URL(url);
  if (proxy) address.port = String(proxy.port);
  return address.href;
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
