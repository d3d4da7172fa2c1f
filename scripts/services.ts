/** Real servers and programs for tests and benchmarks: RabbitMQ, MongoDB's protocol and Chromium. */
import { AppError } from '@apiary/common/errors.ts';
import { type Environment, ensurePackages, findProgram, PACKAGES } from './packages.ts';
import { RabbitNode, type RabbitUser } from './rabbit-node.ts';

export { type MongoService, prepareMongo, provideMongo } from './mongo-server.ts';
export { ensurePackages, missingPackages } from './packages.ts';
export type { RabbitUser } from './rabbit-node.ts';

/** A RabbitMQ to test against. */
export interface RabbitService {
  readonly url: string;
  /** True for a private node: it can be killed, and has the users that were asked for. */
  readonly isPrivate: boolean;
  /** The process group of the private node. */
  readonly group: number | undefined;
  /** The address as one of the users that were asked for. @throws AppError `not-supported` */
  urlOf(user: RabbitUser): string;
  /** `kill -9` of the private node; folder and port stay. @throws AppError `not-supported` */
  kill(): Promise<void>;
  /** Starts it again after {@link RabbitService.kill}. @throws AppError `not-supported` */
  start(): Promise<void>;
  /** Runs `rabbitmqctl`; what it says. @throws AppError `not-supported` */
  control(words: readonly string[]): Promise<string>;
  /** Ends what was started here; a broker that was there before is left alone. */
  stop(): Promise<void>;
}

/** How {@link provideRabbit} goes about it. */
export interface ProvideOptions {
  /** The process's environment: `PATH`, and `RABBITMQ_URL` of a broker to use instead. */
  readonly environment: Environment;
  /** Users that a private node has beside `guest`. */
  readonly users?: readonly RabbitUser[];
  /** Told in one line why there is none. */
  readonly onMissing?: (reason: string) => void;
}

/**
 * A RabbitMQ: the one of `RABBITMQ_URL`, else a private node of the installed package, else (as root) of
 * the package that is installed now, else undefined with the reason told to `onMissing`.
 */
export async function provideRabbit(options: ProvideOptions): Promise<RabbitService | undefined> {
  const given = options.environment.RABBITMQ_URL;
  if (given !== undefined && given !== '') return foreignRabbit(given);
  const failure = await ensurePackages(options.environment, [PACKAGES.rabbit]);
  const program = await findProgram(PACKAGES.rabbit, options.environment);
  if (program === undefined) {
    options.onMissing?.(failure ?? 'rabbitmq-server was installed but is not to be found');
    return undefined;
  }
  const node = await RabbitNode.prepare({ ...options, program });
  await node.start();
  return {
    url: node.url,
    isPrivate: true,
    get group() {
      return node.group;
    },
    urlOf: (user) => node.urlOf(user),
    kill: () => node.kill(),
    start: () => node.start(),
    control: (words) => node.control(words),
    stop: () => node.stop(),
  };
}

/** The path of Chromium, installed now if it must and may be; else undefined. */
export async function chromiumPath(environment: Environment): Promise<string | undefined> {
  await ensurePackages(environment, [PACKAGES.chromium]);
  return await findProgram(PACKAGES.chromium, environment);
}

function foreignRabbit(url: string): RabbitService {
  const refuse = () => {
    throw new AppError('not-supported', 'The broker of RABBITMQ_URL belongs to somebody else.');
  };
  return {
    url,
    isPrivate: false,
    group: undefined,
    urlOf: refuse,
    kill: async () => refuse(),
    start: async () => refuse(),
    control: async () => refuse(),
    stop: async () => undefined,
  };
}
