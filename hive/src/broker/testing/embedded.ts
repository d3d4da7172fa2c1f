/** Embedded brokers for tests: in this process, and as a child that can be killed. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createSilentLogger } from '@apiary/common/log.ts';
import { Broker, type BrokerOptions, type BrokerUser } from '../broker.ts';

const ALL = { configure: '.*', write: '.*', read: '.*' };

/** The account that tests use unless they say otherwise. */
export const GUEST: BrokerUser = { name: 'guest', password: 'guest', permissions: ALL };

/** A broker in this process with a folder of its own. */
export class EmbeddedBroker {
  readonly folder: string;
  readonly #options: Partial<BrokerOptions>;
  #broker: Broker | undefined;
  port = 0;

  private constructor(folder: string, options: Partial<BrokerOptions>) {
    this.folder = folder;
    this.#options = options;
  }

  static async start(options: Partial<BrokerOptions> = {}): Promise<EmbeddedBroker> {
    const folder = await mkdtemp(path.join(tmpdir(), 'apiary-broker-'));
    const embedded = new EmbeddedBroker(folder, options);
    await embedded.open();
    return embedded;
  }

  get broker(): Broker {
    if (!this.#broker) throw new Error('The broker is not open.');
    return this.#broker;
  }

  get url(): string {
    return this.urlOf(GUEST);
  }

  urlOf(user: BrokerUser): string {
    return `amqp://${user.name}:${user.password}@127.0.0.1:${this.port}`;
  }

  async open(): Promise<void> {
    this.#broker = new Broker({
      dataFolder: this.folder,
      host: '127.0.0.1',
      port: this.port,
      users: [GUEST],
      log: createSilentLogger(),
      ...this.#options,
    });
    this.port = (await this.#broker.start()).port;
  }

  /** Stops the broker; the folder stays. */
  async close(): Promise<void> {
    await this.#broker?.stop();
    this.#broker = undefined;
  }

  /** Stops the broker and removes its folder. */
  async dispose(): Promise<void> {
    await this.close();
    await rm(this.folder, { recursive: true });
  }
}

/** A broker in a process of its own. */
export class BrokerProcess {
  readonly #child: ChildProcess;
  readonly port: number;

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.port = port;
  }

  /** Starts one and waits until it listens on a free port. */
  static async start(folder: string): Promise<BrokerProcess> {
    const program = path.join(import.meta.dirname, '..', 'main.ts');
    const child = fork(program, ['--data', folder, '--amqp-port', '0'], { stdio: 'ignore' });
    const [message]: { port?: number }[] = await once(child, 'message');
    return new BrokerProcess(child, message?.port ?? 0);
  }

  get url(): string {
    return `amqp://guest:guest@127.0.0.1:${this.port}`;
  }

  /** Ends it without any chance to say goodbye. */
  async kill(): Promise<void> {
    const gone = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await gone;
  }
}
