/**
 * A cluster of three RabbitMQ nodes on one machine, each in a network namespace of its own behind one
 * bridge, so that a node can be cut off from the others and from everybody. Needs root, Linux and iproute2.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '@apiary/common/errors.ts';
import { connect } from 'amqplib';
import { ensurePackages, findProgram, PACKAGES, runToEnd } from './packages.ts';
import { type NodePlace, nodeName, RabbitNode, type RabbitNodeOptions } from './rabbit-node.ts';

const NODES = 3;
/** Seconds without a word from another node until it counts as gone; RabbitMQ's own 60 would make tests long. */
const NET_TICK_SECONDS = 8;
/** Of the clients, for the same reason. */
const HEARTBEAT_SECONDS = 4;

/** A node that was cut off starts anew within itself once it sees the others. */
const JOIN_MS_MAX = 240_000;
const TRY_MS = 2_000;

/** A node of the cluster. */
export interface ClusterNode {
  readonly name: string;
  /** As `guest`. */
  readonly url: string;
  readonly group: number | undefined;
  /** `kill -9`; its data stays. */
  kill(): Promise<void>;
  /** Starts it again after {@link ClusterNode.kill}. */
  start(): Promise<void>;
  /** Pulls its plug: no packet comes or goes. */
  cutOff(): Promise<void>;
  /** Puts it in again. */
  rejoin(): Promise<void>;
  /**
   * Resolves once it lets clients in, so that it is one of the majority again. One that has ended over it is
   * started again, as a service would be.
   *
   * @returns how often that was
   */
  joined(): Promise<number>;
  /** Runs `rabbitmqctl`; what it says. */
  control(words: readonly string[]): Promise<string>;
}

/** See the file's head. */
export interface RabbitCluster {
  /** All nodes, as a bus takes them. */
  readonly url: string;
  readonly nodes: readonly ClusterNode[];
  /** Ends all of it, and removes the namespaces and the bridge. */
  stop(): Promise<void>;
}

/** Starts one. @throws AppError `not-supported` where that cannot be */
export async function startRabbitCluster(
  environment: RabbitNodeOptions['environment'],
  options: Pick<RabbitNodeOptions, 'management' | 'users'> = {},
): Promise<RabbitCluster> {
  const failure = await ensurePackages(environment, [PACKAGES.rabbit, PACKAGES.ip]);
  const program = await findProgram(PACKAGES.rabbit, environment);
  const ip = await findProgram(PACKAGES.ip, environment);
  if (program === undefined || ip === undefined) {
    throw new AppError(
      'not-supported',
      failure ?? 'rabbitmq-server and iproute2 are not to be found',
    );
  }
  const network = await Network.make(ip, environment);
  const started: RabbitNode[] = [];
  const stop = async () => {
    await Promise.all(started.map((node) => node.stop()));
    await network.remove();
  };
  try {
    const cookie = randomBytes(12).toString('hex');
    const places = network.addresses.map((address, index): NodePlace => {
      return { address, cookie, prefix: [ip, 'netns', 'exec', network.namespace(index)] };
    });
    const settings = [
      'cluster_partition_handling = pause_minority',
      // Clients come from beyond each node's own loopback.
      'loopback_users = none',
      `net_ticktime = ${NET_TICK_SECONDS}`,
      'cluster_formation.peer_discovery_backend = classic_config',
      ...places.map((place, index) => {
        return `cluster_formation.classic_config.nodes.${index + 1} = ${nodeName(place)}`;
      }),
    ];
    for (const place of places) {
      started.push(await RabbitNode.prepare({ ...options, program, environment, settings, place }));
    }
    // The first one is the cluster that the others join.
    await started[0]?.start();
    await Promise.all(started.slice(1).map((node) => node.start()));
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url: `amqp://guest:guest@${network.addresses.join(',')}/?heartbeat=${HEARTBEAT_SECONDS}`,
    nodes: started.map((node, index) => ({
      name: `node ${index + 1}`,
      url: `${node.url}/?heartbeat=${HEARTBEAT_SECONDS}`,
      get group() {
        return node.group;
      },
      kill: () => node.kill(),
      start: () => node.start(),
      cutOff: () => network.plug(index, 'down'),
      rejoin: () => network.plug(index, 'up'),
      joined: () => letsIn(node),
      control: (words) => node.control(words),
    })),
    stop,
  };
}

async function letsIn(node: RabbitNode): Promise<number> {
  const untilMs = performance.now() + JOIN_MS_MAX;
  for (let starts = 0; ; ) {
    if (!node.isRunning) {
      starts += 1;
      await node.start();
    }
    try {
      const model = await connect(node.url, { timeout: TRY_MS });
      await model.close();
      return starts;
    } catch (error) {
      if (performance.now() > untilMs) throw error;
      await sleep(TRY_MS / 4);
    }
  }
}

/** A bridge with three hosts behind it. */
class Network {
  readonly #ip: string;
  readonly #environment: RabbitNodeOptions['environment'];
  /** Short: the name of an interface has 15 characters at most. */
  readonly #mark = `ap${randomBytes(3).toString('hex')}`;
  readonly #subnet = `10.89.${randomBytes(1)[0] ?? 0}`;
  readonly addresses = Array.from({ length: NODES }, (_, index) => `${this.#subnet}.${index + 11}`);

  private constructor(ip: string, environment: RabbitNodeOptions['environment']) {
    this.#ip = ip;
    this.#environment = environment;
  }

  static async make(ip: string, environment: RabbitNodeOptions['environment']): Promise<Network> {
    const network = new Network(ip, environment);
    try {
      await network.#make();
    } catch (error) {
      await network.remove();
      throw error;
    }
    return network;
  }

  namespace(index: number): string {
    return `${this.#mark}-${index + 1}`;
  }

  async plug(index: number, state: 'up' | 'down'): Promise<void> {
    await this.#run(`link set ${this.#port(index)} ${state}`);
  }

  async remove(): Promise<void> {
    for (const index of this.addresses.keys()) {
      await this.#run(`netns del ${this.namespace(index)}`).catch(() => undefined);
      await this.#run(`link del ${this.#port(index)}`).catch(() => undefined);
    }
    await this.#run(`link del ${this.#mark}`).catch(() => undefined);
  }

  async #make(): Promise<void> {
    const bridge = this.#mark;
    await this.#run(`link add ${bridge} type bridge`);
    await this.#run(`addr add ${this.#subnet}.1/24 dev ${bridge}`);
    await this.#run(`link set ${bridge} up`);
    for (const [index, address] of this.addresses.entries()) {
      const inside = this.namespace(index);
      const port = this.#port(index);
      await this.#run(`netns add ${inside}`);
      await this.#run(`link add ${port} type veth peer name eth0 netns ${inside}`);
      await this.#run(`link set ${port} master ${bridge} up`);
      await this.#run(`-n ${inside} addr add ${address}/24 dev eth0`);
      await this.#run(`-n ${inside} link set lo up`);
      await this.#run(`-n ${inside} link set eth0 up`);
    }
  }

  #port(index: number): string {
    return `${this.#mark}v${index + 1}`;
  }

  async #run(words: string): Promise<void> {
    const failure = await runToEnd(this.#ip, words.split(' '), this.#environment);
    if (failure === undefined) return;
    throw new AppError('not-supported', `a network of its own: ip ${words}: ${failure}`);
  }
}
