/**
 * Looks at a RabbitMQ as Apiary needs it: each node by AMQP, and what only the management API tells. Nothing
 * is changed, and nobody is sent anything: what is published has no queue and comes back.
 */
import type { TLSSocket } from 'node:tls';
import { optionsOf, placeOf } from '@apiary/common/bus/address.ts';
import { openChannel, REPLY_CODE, replyCode } from '@apiary/common/bus/declare.ts';
import { EXCHANGE, EXCHANGES, QUEUES } from '@apiary/common/bus/topology.ts';
import { BROKER_CHECK_MS_MAX } from '@apiary/common/limits/bus.ts';
import { type Channel, type ChannelModel, connect } from 'amqplib';

/** One thing that was looked at. `bad` needs doing, `unknown` could not be looked at. */
export interface Finding {
  readonly state: 'ok' | 'warning' | 'bad' | 'unknown';
  readonly what: string;
  readonly text: string;
  /** What to do about it. */
  readonly todo?: string;
}

const SETUP = 'run ./apiary broker setup with an administrator';
const DAY_MS = 24 * 3_600_000;
/** Certificates that end within this are worth a word. */
const CERTIFICATE_DAYS_MIN = 14;
/** The first release whose quorum queues know the life of a message. */
const VERSION_MIN = [3, 10] as const;

/** Looks at one node. Never rejects. */
export async function checkNode(url: string, tls: object): Promise<Finding[]> {
  const { host, port } = placeOf(url);
  const what = `${host}:${port}`;
  let model: ChannelModel;
  try {
    model = await connect(optionsOf(url), { ...tls, timeout: BROKER_CHECK_MS_MAX });
  } catch (error) {
    return [{ state: 'bad', what, ...unreachable(error, url) }];
  }
  let blocked = '';
  let lost = '';
  model.on('error', (error) => {
    lost = error.message;
  });
  model.on('blocked', (reason) => {
    blocked = String(reason);
  });
  const findings = [versionOf(model, what), ...tlsOf(model, what)];
  try {
    findings.push(...(await rightsOf(model, what)));
    findings.push(...(await topologyOf(model, what)));
    if (blocked === '') findings.push({ state: 'ok', what, text: 'takes messages: no alarm' });
    else findings.push({ state: 'bad', what, ...alarm(blocked) });
    await model.close();
  } catch (error) {
    const reason = lost || messageOf(error);
    findings.push({ state: 'bad', what, text: `the connection was lost meanwhile: ${reason}` });
  }
  return findings;
}

/** True if all that was found lets Apiary run. */
export function isUsable(findings: readonly Finding[]): boolean {
  return findings.every(({ state }) => state !== 'bad');
}

function unreachable(error: unknown, url: string): Pick<Finding, 'text' | 'todo'> {
  const reason = messageOf(error);
  const isPlain = url.startsWith('amqp:');
  const { username, pathname } = new URL(url);
  const known: readonly (readonly [RegExp, string])[] = [
    [/ECONNREFUSED/, 'nothing listens there: start RabbitMQ, or correct the port'],
    [/ENOTFOUND|EAI_AGAIN/, 'the name is not known here: correct it, or ask the name server'],
    [
      /ETIMEDOUT|EHOSTUNREACH|ENETUNREACH/,
      'no answer: look for a firewall, or a node that is down',
    ],
    [
      /ACCESS.REFUSED/,
      `correct user and password of ${username || 'guest'}; guest is let in from loopback alone`,
    ],
    [
      /ConnectionOpenOk|NOT_ALLOWED|access to vhost/,
      `make the virtual host ${pathname || '/'}, or give ${username || 'guest'} rights on it`,
    ],
    [
      /ConnectionClose|ECONNRESET|socket hang up|Socket closed/i,
      isPlain ? 'if that is a port for TLS, use amqps://' : 'look into the log of RabbitMQ',
    ],
    [
      /wrong version number|packet length/i,
      'that port speaks no TLS: use amqp://, or the port for TLS, 5671',
    ],
    [/self.signed|unable to (verify|get)|issuer/i, 'give its authority: --broker-ca FILE'],
    [
      /altnames|Hostname\/IP/i,
      'its certificate is for another name: use that one, or have it made anew',
    ],
    [/CERT_HAS_EXPIRED|has expired/i, 'its certificate has ended: have it renewed'],
  ];
  const todo = known.find(([pattern]) => pattern.test(reason))?.[1];
  return { text: `not reached: ${reason}`, ...(todo !== undefined && { todo }) };
}

function versionOf(model: ChannelModel, what: string): Finding {
  const { product, version } = model.connection.serverProperties;
  const text = `${product} ${version}`;
  if (product !== 'RabbitMQ') return { state: 'ok', what, text };
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isOld = major < VERSION_MIN[0] || (major === VERSION_MIN[0] && minor < VERSION_MIN[1]);
  if (!isOld) return { state: 'ok', what, text };
  return { state: 'bad', what, text, todo: `take ${VERSION_MIN.join('.')} or later` };
}

function tlsOf(model: ChannelModel, what: string): Finding[] {
  // amqplib's types leave out the connection's stream.
  const { stream } = model.connection as { readonly stream?: Partial<TLSSocket> };
  if (!stream?.encrypted || !stream.getPeerCertificate) {
    return [{ state: 'ok', what, text: 'not encrypted: for loopback and trusted networks only' }];
  }
  const { valid_to: until, subject } = stream.getPeerCertificate();
  const days = Math.floor((Date.parse(until) - Date.now()) / DAY_MS);
  const name = [subject?.CN].flat()[0] ?? 'no name';
  const text = `${stream.getProtocol?.()}, certificate of ${name}, ${days} days left`;
  if (days >= CERTIFICATE_DAYS_MIN) return [{ state: 'ok', what, text }];
  return [{ state: 'warning', what, text, todo: 'have it renewed' }];
}

/** What the account may: of Bees and Hive both at least to send data. */
async function rightsOf(model: ChannelModel, what: string): Promise<Finding[]> {
  const own = async (channel: Channel) =>
    (await channel.assertQueue('', { exclusive: true, durable: false })).queue;
  const can = {
    queue: await allows(model, own),
    data: await allows(model, (channel) => publishNowhere(channel, EXCHANGE.blocks)),
    control: await allows(model, (channel) => publishNowhere(channel, EXCHANGE.fromAgents)),
    ask: await allows(model, (channel) => publishNowhere(channel, EXCHANGE.rpc)),
    listen: await allows(model, async (channel) => {
      await channel.bindQueue(await own(channel), EXCHANGE.events, 'apiary.check');
    }),
  };
  const lacking = (['queue', 'data', 'control'] as const).filter((each) => can[each] === false);
  if (lacking.length > 0) {
    const text = `the account may not use: ${lacking.join(', ')}`;
    return [{ state: 'bad', what, text, todo: `${SETUP}, and use one of its accounts` }];
  }
  if (Object.values(can).includes(undefined)) {
    const text = 'what the account may do was not looked at: exchanges are missing';
    return [{ state: 'unknown', what, text }];
  }
  const isHive = can.ask === true && can.listen === true;
  const text = isHive ? 'the Hive does' : 'a Bee does, and not what the Hive does';
  return [{ state: 'ok', what, text: `the account may do what ${text}` }];
}

/** False if the account may not; undefined if that what it is about is missing. */
async function allows(
  model: ChannelModel,
  attempt: (channel: Channel) => Promise<unknown>,
): Promise<boolean | undefined> {
  const channel = await openChannel(model);
  try {
    await attempt(channel);
    await channel.close();
    return true;
  } catch (error) {
    if (replyCode(error) === REPLY_CODE.accessRefused) return false;
    if (replyCode(error) === REPLY_CODE.notFound) return undefined;
    throw error;
  }
}

/** No queue is bound by this key, so the message comes back; a confirm would not tell a refusal. */
async function publishNowhere(channel: Channel, exchange: string): Promise<void> {
  const failed = new Promise<never>((_, reject) => channel.once('error', reject));
  const returned = new Promise((resolve) => channel.once('return', resolve));
  channel.publish(exchange, 'apiary.check', Buffer.alloc(0), { mandatory: true });
  await Promise.race([returned, failed]);
}

async function topologyOf(model: ChannelModel, what: string): Promise<Finding[]> {
  const missing: string[] = [];
  const classic: string[] = [];
  let isTold = true;
  for (const { name } of EXCHANGES) {
    if ((await allows(model, (channel) => channel.checkExchange(name))) === undefined) {
      missing.push(name);
    }
  }
  for (const { name, quorum } of QUEUES) {
    const there = await allows(model, (channel) => channel.checkQueue(name));
    if (there === undefined) missing.push(name);
    if (there !== true || !quorum) continue;
    const kind = await kindOf(model, name);
    if (kind === 'classic') classic.push(name);
    isTold &&= kind !== undefined;
  }
  if (missing.length > 0) {
    const text = `missing: ${[...new Set(missing)].join(', ')}`;
    return [{ state: 'warning', what, text, todo: `${SETUP}, or start a Hive` }];
  }
  if (classic.length > 0) {
    const text = `queues that live on one node only: ${classic.join(', ')}`;
    const todo =
      'delete each while it is empty and no Hive runs; the next Hive makes it a quorum queue';
    return [{ state: 'warning', what, text, todo }];
  }
  if (!isTold) return [{ state: 'ok', what, text: 'all exchanges and queues are there' }];
  return [{ state: 'ok', what, text: 'all exchanges are there, and all queues are quorum queues' }];
}

/** To declare what exists as something else changes nothing, and the refusal tells what it is. */
async function kindOf(model: ChannelModel, name: string): Promise<string | undefined> {
  const channel = await openChannel(model);
  try {
    await channel.assertQueue(name, { durable: true, arguments: { 'x-queue-type': 'classic' } });
    await channel.close();
    return 'classic';
  } catch (error) {
    return /current is '?(?:the value )?'?(\w+)/.exec(messageOf(error))?.[1];
  }
}

function alarm(reason: string): Pick<Finding, 'text' | 'todo'> {
  const isDisk = /disk/i.test(reason);
  return {
    text: `takes no messages: ${reason}`,
    todo: isDisk ? 'make room on its disk' : 'give it memory, or let its backlog drain',
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message || String(error) : String(error);
}
