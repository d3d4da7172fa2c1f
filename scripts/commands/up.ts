/** `./apiary up`: everything on this machine, on embedded defaults. */
import { randomBytes } from 'node:crypto';
import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { loadIdentity } from '@apiary/bee/identity.ts';
import { parseSettings, type Settings, settingsHelp } from '@apiary/common/config.ts';
import { AppError, toAppError } from '@apiary/common/errors.ts';
import { ApiClient } from '../api-client.ts';
import { aborted, type CommandIo } from '../command.ts';
import { type FolderLock, lockFolder, prepareFolder, readOrMake } from '../data-folder.ts';
import { findLocalInstance } from '../local-instance.ts';
import { choosePort } from '../ports.ts';
import { commonSettings, isLoopback } from '../settings.ts';
import { Child, type ChildEvents, ChildFailed, type ChildSpec } from '../supervisor.ts';
import { buildWeb, webIsBuilt } from '../web-build.ts';

const { data, httpPort, amqpPort, listen, publicUrl, broker, store, logLevel } = commonSettings;
const shape = { data, httpPort, amqpPort, listen, publicUrl, broker, store, logLevel };

const OWN_BEE_TRY_MS = 50;
const OWN_BEE_TRIES = 300;

type UpSettings = Settings<typeof shape>;

/** What `up` has to know before it starts its children. */
interface Plan {
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

/** See the file's head. */
export async function run(argv: readonly string[], io: CommandIo): Promise<number> {
  if (argv.includes('--help')) {
    io.stdout.write(`./apiary up\n${settingsHelp(shape)}\n`);
    return 0;
  }
  const parsed = parseSettings(shape, argv, io.env);
  if (parsed.words.length > 0) {
    throw new AppError('setting-invalid', `up takes no words, but was given ${parsed.words[0]}`);
  }
  refuseWhatIsNotThereYet(parsed.settings);
  const startedMs = performance.now();
  const folder = resolve(parsed.settings.data);
  prepareFolder(folder);
  const lock = lockFolder(folder);
  try {
    const plan = await makePlan(folder, parsed.settings, parsed.given, io);
    return await runPlan(plan, io, startedMs);
  } finally {
    release(lock);
  }
}

function release(lock: FolderLock): void {
  lock.release();
}

function refuseWhatIsNotThereYet(settings: UpSettings): void {
  if (!isLoopback(settings.listen)) {
    throw new AppError(
      'not-supported',
      `--listen ${settings.listen}: this version listens on loopback addresses only, because TLS comes later`,
    );
  }
  if (settings.store?.startsWith('mongodb')) {
    throw new AppError('not-supported', '--store mongodb://…: this version stores in SQLite only');
  }
}

async function makePlan(
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
function childGroups(plan: Plan): ChildSpec[][] {
  const { folder, settings } = plan;
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
              ['--listen', settings.listen],
              level,
            ),
            logFile: log('broker'),
          },
        ];
  return [
    brokerGroup,
    [
      { name: 'honeycomb', argv: ['hive', 'honeycomb', ...hive], logFile: log('honeycomb') },
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
        ].concat(['--approve', plan.ownAgent]),
        logFile: log('hive'),
      },
      {
        name: 'bee',
        argv: ['bee', plan.beeBrokerUrl, '--data', join(folder, 'bee'), '--allow', '/', ...level],
        logFile: join(folder, 'logs', 'bee', 'bee.log'),
      },
    ],
  ];
}

async function runPlan(plan: Plan, io: CommandIo, startedMs: number): Promise<number> {
  const children: Child[] = [];
  const events = childEvents(plan, io);
  const building = buildIfNeeded(io);
  // Looked at below; until then a failed build must not count as unhandled.
  building.catch(() => {});
  try {
    for (const group of childGroups(plan)) {
      const started = group.map((spec) => new Child(spec, events));
      children.push(...started);
      await Promise.race([
        Promise.all(started.map((child) => child.start())),
        aborted(io.signal).then(() => undefined),
      ]);
      if (io.signal.aborted) return 0;
    }
    await building;
    await welcome(plan, io, startedMs);
    await aborted(io.signal);
    io.stderr.write('\napiary: ending…\n');
    return 0;
  } catch (error) {
    if (!(error instanceof ChildFailed)) throw error;
    io.stderr.write(`apiary: ${error.message}\n`);
    return error.code === 2 ? 2 : 1;
  } finally {
    // Producers first, the broker last, so that what is under way arrives.
    for (const child of children.reverse()) await child.stop();
  }
}

/** Keeps `run/processes.json` true, for whoever looks after the instance. */
function childEvents(plan: Plan, io: CommandIo): ChildEvents {
  const pids: Record<string, number> = {};
  return {
    onSpawn(child, pid) {
      pids[child.spec.name] = pid;
      const file = join(plan.folder, 'run/processes.json');
      writeFileSync(`${file}.new`, `${JSON.stringify({ children: pids })}\n`, { mode: 0o600 });
      renameSync(`${file}.new`, file);
    },
    onEnd(child, how) {
      io.stderr.write(`apiary: ${child.spec.name} ended (${how}), starting it again\n`);
    },
  };
}

async function buildIfNeeded(io: CommandIo): Promise<void> {
  if (webIsBuilt()) return;
  io.stderr.write('apiary: building the web UI…\n');
  const startedMs = performance.now();
  await buildWeb();
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  io.stderr.write(`apiary: built in ${seconds} s\n`);
}

async function welcome(plan: Plan, io: CommandIo, startedMs: number): Promise<void> {
  const client = await ApiClient.local(plan.folder);
  await ownBeeApproved(plan, client, io);
  await watchThisMachine(plan, client, io);
  const { url, hint } = await wayIn(plan, client);
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  io.stdout.write(
    `\nApiary is ready (${seconds} s).\n\n` +
      `  Open   ${url}\n` +
      `         ${hint}\n` +
      `  Broker ${plan.beeBrokerUrl}\n` +
      `  Data   ${plan.folder}\n\n` +
      'Ctrl-C ends it.\n',
  );
  io.ready({ url, httpPort: plan.httpPort, amqpPort: plan.amqpPort });
}

/** A one-time link, or once there are passwords the plain address. */
async function wayIn(plan: Plan, client: ApiClient): Promise<{ url: string; hint: string }> {
  try {
    const { url } = await client.createSignInLink();
    const hint = 'The link signs you in once, within 15 minutes; ./apiary link makes another.';
    return { url, hint };
  } catch (thrown) {
    if (toAppError(thrown).code !== 'password-needed') throw thrown;
    const { url } = await findLocalInstance(plan.folder);
    return { url, hint: 'Sign in with your name and password.' };
  }
}

/** On the very first start this machine's logs and Apiary's own are watched, so that the screen is not empty. */
async function watchThisMachine(plan: Plan, client: ApiClient, io: CommandIo): Promise<void> {
  const mark = join(plan.folder, 'run/first-targets-set');
  if (existsSync(mark)) return;
  const add = async (urls: readonly string[], tags: readonly string[]) => {
    const agents = [plan.ownAgent];
    const { results } = await client.addTargets({ agents, urls, tags, history: true });
    const failed = results.find((result) => result.state === 'failed');
    if (failed) io.stderr.write(`apiary: ${failed.url}: ${failed.reason ?? 'failed'}\n`);
  };
  const system = ['*.log', 'syslog', 'messages'].map((name) => `file:///var/log/${name}`);
  try {
    await add(system, ['system']);
    await add([`file://${join(plan.folder, 'logs')}/*.log`], ['apiary']);
    writeFileSync(mark, '');
  } catch (thrown) {
    io.stderr.write(`apiary: first targets were not set: ${toAppError(thrown).message}\n`);
  }
}

/** Resolves when this machine's own Bee has greeted and is approved; says so when that takes too long. */
async function ownBeeApproved(plan: Plan, client: ApiClient, io: CommandIo): Promise<void> {
  for (let triesLeft = OWN_BEE_TRIES; triesLeft > 0 && !io.signal.aborted; triesLeft -= 1) {
    const { agents } = await client.listAgents();
    if (agents.some(({ id, approval }) => id === plan.ownAgent && approval === 'approved')) return;
    await setTimeout(OWN_BEE_TRY_MS);
  }
  if (!io.signal.aborted) io.stderr.write("apiary: this machine's own Bee has not greeted yet\n");
}
