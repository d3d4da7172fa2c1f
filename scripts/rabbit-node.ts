/**
 * A private RabbitMQ node on loopback: its own name, folder, cookie and ports (AMQP, distribution, epmd),
 * so that killing it harms no system broker.
 */
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { AppError } from '@apiary/common/errors.ts';
import { freePorts } from './free-ports.ts';
import { GuardedProcess } from './guarded-process.ts';
import type { Environment } from './packages.ts';

/** A user of the broker with RabbitMQ's three permission patterns on the virtual host `/`. */
export interface RabbitUser {
  readonly name: string;
  readonly password: string;
  readonly permissions: {
    readonly configure: string;
    readonly write: string;
    readonly read: string;
  };
}

/** What a node is made of. */
export interface RabbitNodeOptions {
  /** The full path of `rabbitmq-server`. */
  readonly program: string;
  readonly environment: Environment;
  /** Users beside `guest`. */
  readonly users?: readonly RabbitUser[];
  /** With the management API; without it the node starts sooner. */
  readonly management?: boolean;
  /** Further lines of `rabbitmq.conf`. */
  readonly settings?: readonly string[];
  /** A host of its own; without it loopback and free ports. */
  readonly place?: NodePlace;
}

/** A host of a network that tests have made. */
export interface NodePlace {
  readonly address: string;
  /** What runs a command there, e.g. `ip netns exec NAME`. */
  readonly prefix: readonly string[];
  /** Nodes of one cluster have the same. */
  readonly cookie: string;
}

/** RabbitMQ's start takes 3 to 10 s on two busy cores; past this it is called broken. */
const START_DEADLINE_MS = 90_000;

/** RabbitMQ's own, for a node that has a host to itself. */
const STANDARD_PORTS: Ports = {
  amqp: 5672,
  distribution: 25_672,
  epmd: 4369,
  management: 15_672,
};

interface Ports {
  readonly amqp: number;
  readonly distribution: number;
  readonly epmd: number;
  readonly management: number;
}

/** One node; {@link RabbitNode.start} again after {@link RabbitNode.kill} keeps port and folder. */
export class RabbitNode {
  readonly #options: RabbitNodeOptions;
  readonly #folder: string;
  readonly #ports: Ports;
  readonly #name: string;
  #epmd: GuardedProcess | undefined;
  #server: GuardedProcess | undefined;

  private constructor(options: RabbitNodeOptions, folder: string, ports: Ports) {
    this.#options = options;
    this.#folder = folder;
    this.#ports = ports;
    const { place } = options;
    this.#name = place ? nodeName(place) : `apiary-${randomBytes(4).toString('hex')}@localhost`;
  }

  /** Makes a node's folder and finds free ports for it; nothing runs yet. */
  static async prepare(options: RabbitNodeOptions): Promise<RabbitNode> {
    const folder = await mkdtemp(join(tmpdir(), 'apiary-rabbit-'));
    const [amqp = 0, distribution = 0, epmd = 0, management = 0] = await freePorts(4);
    const ports = options.place ? STANDARD_PORTS : { amqp, distribution, epmd, management };
    const node = new RabbitNode(options, folder, ports);
    await node.#configure();
    return node;
  }

  /** Where it listens, as its own `guest`. */
  get url(): string {
    return `amqp://guest:guest@${this.#address}:${this.#ports.amqp}`;
  }

  get #address(): string {
    return this.#options.place?.address ?? '127.0.0.1';
  }

  /** Where its management API is, if it was asked for. */
  get managementUrl(): string {
    return `http://${this.#address}:${this.#ports.management}`;
  }

  /** Runs `rabbitmqctl` on the node with words, and what it asks for; what it says. @throws AppError `internal` */
  async control(words: readonly string[], input = ''): Promise<string> {
    const program = join(dirname(this.#options.program), 'rabbitmqctl');
    const surroundings = { cwd: this.#folder, env: this.#environment() };
    const [command = '', ...argv] = [...this.#prefix, program, ...words];
    const child = spawn(command, argv, { ...surroundings, stdio: ['pipe', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (data) => (output += data));
    child.stdin.end(input);
    const [code] = await once(child, 'close');
    if (code !== 0) throw new AppError('internal', `rabbitmqctl ${words[0]}: ${output.trim()}`);
    return output;
  }

  /** The same for another user. */
  urlOf(user: RabbitUser): string {
    const who = `${encodeURIComponent(user.name)}:${encodeURIComponent(user.password)}`;
    return `amqp://${who}@${this.#address}:${this.#ports.amqp}`;
  }

  /** The process group of the running server. */
  get group(): number | undefined {
    return this.#server?.group;
  }

  /** False once the server has ended, by itself too. */
  get isRunning(): boolean {
    return this.#server?.isRunning ?? false;
  }

  /** Starts, or starts again, and resolves when it takes connections. @throws AppError `internal` */
  async start(): Promise<void> {
    const surroundings = { cwd: this.#folder, env: this.#environment() };
    const epmd = ['epmd', '-port', String(this.#ports.epmd), '-address', this.#address];
    this.#epmd ??= new GuardedProcess([...this.#prefix, ...epmd], surroundings);
    this.#server = new GuardedProcess([...this.#prefix, this.#options.program], surroundings);
    if (await this.#server.wrote('completed with', START_DEADLINE_MS)) return;
    const { output } = this.#server;
    await this.stop();
    throw new AppError('internal', `RabbitMQ did not start: ${output.trim()}`);
  }

  /** Kills the node as a power cut would; its folder stays. */
  async kill(): Promise<void> {
    await this.#server?.kill();
    this.#server = undefined;
  }

  /** Ends everything that was started and removes the folder. */
  async stop(): Promise<void> {
    await this.kill();
    await this.#epmd?.kill();
    this.#epmd = undefined;
    await rm(this.#folder, { recursive: true, force: true });
  }

  get #prefix(): readonly string[] {
    return this.#options.place?.prefix ?? [];
  }

  #environment(): NodeJS.ProcessEnv {
    const address = this.#address;
    const inFolder = (name: string) => join(this.#folder, name);
    return {
      PATH: this.#options.environment.PATH,
      LANG: 'C.UTF-8',
      HOME: this.#folder,
      ERL_EPMD_PORT: String(this.#ports.epmd),
      ERL_EPMD_ADDRESS: address,
      RABBITMQ_NODENAME: this.#name,
      RABBITMQ_USE_LONGNAME: this.#options.place ? 'true' : 'false',
      RABBITMQ_NODE_IP_ADDRESS: address,
      RABBITMQ_NODE_PORT: String(this.#ports.amqp),
      RABBITMQ_DIST_PORT: String(this.#ports.distribution),
      RABBITMQ_MNESIA_BASE: inFolder('data'),
      RABBITMQ_LOG_BASE: inFolder('log'),
      RABBITMQ_CONF_ENV_FILE: inFolder('no-environment'),
      RABBITMQ_CONFIG_FILE: inFolder('rabbitmq.conf'),
      RABBITMQ_ADVANCED_CONFIG_FILE: inFolder('no-advanced.config'),
      RABBITMQ_ENABLED_PLUGINS_FILE: inFolder('enabled_plugins'),
      RABBITMQ_GENERATED_CONFIG_DIR: inFolder('generated'),
      RABBITMQ_SCHEMA_DIR: inFolder('schema'),
      // Busy waiting of the schedulers would take the cores from the tests.
      RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: `+sbwt none +sbwtdcpu none +sbwtdio none -kernel inet_dist_use_interface {${address.replaceAll('.', ',')}}`,
    };
  }

  async #configure(): Promise<void> {
    const settings = [
      `load_definitions = ${join(this.#folder, 'definitions.json')}`,
      'vm_memory_high_watermark.absolute = 4GB',
      'disk_free_limit.absolute = 50MB',
      'log.file = false',
      'log.console = false',
      ...(this.#options.settings ?? []),
    ];
    if (this.#options.management) {
      settings.push(`management.tcp.ip = ${this.#address}`);
      settings.push(`management.tcp.port = ${this.#ports.management}`);
    }
    const plugins = this.#options.management ? '[rabbitmq_management].' : '[].';
    await writeFile(join(this.#folder, 'rabbitmq.conf'), `${settings.join('\n')}\n`);
    await writeFile(join(this.#folder, 'enabled_plugins'), `${plugins}\n`);
    const definitions = JSON.stringify(definitionsOf(this.#options.users ?? []));
    await writeFile(join(this.#folder, 'definitions.json'), definitions);
    const { cookie } = this.#options.place ?? {};
    if (cookie !== undefined) {
      await writeFile(join(this.#folder, '.erlang.cookie'), cookie, { mode: 0o400 });
    }
  }
}

/** The name of the node at a place, as the others of its cluster know it. */
export function nodeName({ address }: Pick<NodePlace, 'address'>): string {
  return `apiary@${address}`;
}

function definitionsOf(users: readonly RabbitUser[]): object {
  const everything = { configure: '.*', write: '.*', read: '.*' };
  const all = [{ name: 'guest', password: 'guest', permissions: everything }, ...users];
  return {
    vhosts: [{ name: '/' }],
    users: all.map(({ name, password }) => ({
      name,
      password_hash: passwordHash(password),
      hashing_algorithm: 'rabbit_password_hashing_sha256',
      tags: name === 'guest' ? ['administrator'] : [],
    })),
    permissions: all.map(({ name, permissions }) => ({ user: name, vhost: '/', ...permissions })),
  };
}

/** RabbitMQ's own form: base64 of a 4-byte salt and SHA-256 of salt and password. */
function passwordHash(password: string): string {
  const salt = randomBytes(4);
  const digest = createHash('sha256').update(salt).update(password).digest();
  return Buffer.concat([salt, digest]).toString('base64');
}
