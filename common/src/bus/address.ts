/**
 * Where the broker is: one node, or several of a cluster, of which any will do. `amqp://user:password@a,b:5673/vhost`
 * or whole addresses with commas between them. A bus goes to the next one when it loses the one it has.
 */
import type { Options } from 'amqplib';
import { z } from 'zod';
import { AppError } from '../errors.ts';
import { BROKER_NODES_MAX } from '../limits/bus.ts';
import { BUS_HEARTBEAT_SECONDS } from '../limits.ts';

const EXPECTED = 'expected amqp://… or amqps://…, several nodes with commas between them';

/**
 * An address as a person writes it → the whole address of each node.
 *
 * @throws AppError `setting-invalid`
 */
export function parseBrokers(text: string): [string, ...string[]] {
  const [first, ...more] = text.split(/,\s*(?=amqps?:\/\/)/i).flatMap(nodesOf);
  if (first === undefined) throw new AppError('setting-invalid', `broker: ${EXPECTED}`);
  if (more.length >= BROKER_NODES_MAX) {
    throw new AppError('setting-invalid', `broker: over ${BROKER_NODES_MAX} nodes`);
  }
  const pinned = [first, ...more].filter((url) => pinOf(url) !== undefined).length;
  if (pinned > 0 && pinned <= more.length) {
    throw new AppError('setting-invalid', 'broker: give pin= for all nodes or for none');
  }
  return [first, ...more];
}

/** A setting that {@link parseBrokers} understands; stays as it was written. */
export const brokersSchema = z.string().refine((text) => {
  try {
    return parseBrokers(text).length > 0;
  } catch {
    return false;
  }
}, EXPECTED);

/** `?pin=` of an `amqps://` address. */
export function pinOf(url: string): string | undefined {
  const { protocol, searchParams } = new URL(url);
  return protocol === 'amqps:' ? (searchParams.get('pin') ?? undefined) : undefined;
}

/** Host and port to connect to. */
export function placeOf(url: string): { readonly host: string; readonly port: number } {
  const { protocol, hostname, port } = new URL(url);
  const standard = protocol === 'amqps:' ? 5671 : 5672;
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) || standard };
}

/** The address as amqplib's options; a heartbeat in it overrides the default. */
export function optionsOf(url: string): Options.Connect {
  const { protocol, username, password, pathname, searchParams } = new URL(url);
  const { host, port } = placeOf(url);
  const isNamed = username !== '' || password !== '';
  const heartbeat = searchParams.get('heartbeat');
  const numbers = ['frameMax', 'channelMax'].flatMap((name) => {
    const value = searchParams.get(name);
    return value === null ? [] : [[name, Number(value)]];
  });
  return {
    protocol: protocol.slice(0, -1),
    hostname: host,
    port,
    username: isNamed ? decodeURIComponent(username) : 'guest',
    password: isNamed ? decodeURIComponent(password) : 'guest',
    vhost: pathname.slice(1),
    heartbeat: heartbeat === null ? BUS_HEARTBEAT_SECONDS : Number(heartbeat),
    ...Object.fromEntries(numbers),
  };
}

/** Goes round the nodes, beginning at one by chance, so that not all begin at the same. */
export class BrokerNodes {
  readonly urls: readonly [string, ...string[]];
  #at: number;

  constructor(urls: readonly [string, ...string[]], random: () => number = Math.random) {
    this.urls = urls;
    this.#at = Math.floor(random() * urls.length);
  }

  get current(): string {
    return this.urls[this.#at] ?? this.urls[0];
  }

  /** The current one does not answer. */
  next(): void {
    this.#at = (this.#at + 1) % this.urls.length;
  }

  /** The next one is this. */
  goAfter(url: string): void {
    const { length } = this.urls;
    this.#at = (Math.max(0, this.urls.indexOf(url)) + length - 1) % length;
  }

  /** The current node whenever amqplib looks, which is at each of its attempts. */
  get options(): Options.Connect {
    const names = Object.keys(optionsOf(this.urls[0]));
    const getters = names.map((name) => [
      name,
      { enumerable: true, get: () => Reflect.get(optionsOf(this.current), name) },
    ]);
    return Object.defineProperties({}, Object.fromEntries(getters));
  }
}

function nodesOf(address: string): string[] {
  const match = /^\s*(amqps?:\/\/)([^/?#]*)(.*?)\s*$/i.exec(address);
  if (!match) throw new AppError('setting-invalid', `broker: ${EXPECTED}`);
  const [, scheme = '', authority = '', rest = ''] = match;
  const at = authority.lastIndexOf('@');
  const account = authority.slice(0, at + 1);
  const hosts = authority.slice(at + 1).split(',');
  return hosts.map((host) => {
    const url = `${scheme}${account}${host.trim()}${rest}`;
    if (!URL.canParse(url) || new URL(url).hostname === '') {
      throw new AppError('setting-invalid', `broker: ${host || 'nothing'} is no host; ${EXPECTED}`);
    }
    return url;
  });
}
