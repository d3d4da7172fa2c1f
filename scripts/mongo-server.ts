/**
 * A server that speaks MongoDB's protocol, for tests: the one of `MONGODB_URL`, else `mongod` from the PATH,
 * else a container where Docker's engine answers, else FerretDB built with Go.
 */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError } from '@apiary/common/errors.ts';
import { buildFerretdb, findGo } from './ferretdb.ts';
import { freePorts } from './free-ports.ts';
import { GuardedProcess } from './guarded-process.ts';
import { type Environment, findProgram, runToEnd } from './packages.ts';

/** A MongoDB to test against. */
export interface MongoService {
  readonly kind: 'given' | 'mongod' | 'docker' | 'ferretdb';
  /** The address of a database of that server; letters, digits and hyphens. */
  url(database: string): string;
  /** The process group, where it is a process of ours: for signals. */
  readonly group: number | undefined;
  /** `kill -9`; data and port stay. @throws AppError `not-supported` for a server that was given */
  kill(): Promise<void>;
  /** Starts it again after {@link MongoService.kill}. @throws AppError `not-supported`, `internal` */
  start(): Promise<void>;
  /** Ends what was started here and removes its data; a server that was given is left alone. */
  stop(): Promise<void>;
}

/** How {@link provideMongo} goes about it. */
export interface MongoOptions {
  /** The process's environment: `PATH`, and `MONGODB_URL` of a server to use instead. */
  readonly environment: Environment;
  /** Told of what takes long. */
  readonly tell?: (line: string) => void;
}

const MONGOD = { name: 'mongod', program: 'mongod', places: [] } as const;
const DOCKER = { name: 'docker', program: 'docker', places: [] } as const;
const IMAGE = 'mongo:8';
const START_DEADLINE_MS = 120_000;

/** How a server can be had here. */
type Origin =
  | { readonly kind: 'given'; readonly url: string }
  | { readonly kind: 'mongod' | 'docker' | 'go'; readonly program: string };

/** Where a server would come from; undefined when there is none to be had. Starts and builds nothing. */
export async function findMongo(environment: Environment): Promise<Origin | undefined> {
  const url = environment.MONGODB_URL;
  if (url !== undefined && url !== '') return { kind: 'given', url };
  const mongod = await findProgram(MONGOD, environment);
  if (mongod !== undefined) return { kind: 'mongod', program: mongod };
  const docker = await findProgram(DOCKER, environment);
  if (docker !== undefined && (await runToEnd(docker, ['info'], environment)) === undefined) {
    return { kind: 'docker', program: docker };
  }
  const go = await findGo(environment);
  return go === undefined ? undefined : { kind: 'go', program: go };
}

/**
 * Makes ready whatever takes long (the build of FerretDB). False when no server is to be had here.
 *
 * @throws AppError `not-supported` when one should be and is not
 */
export async function prepareMongo({
  environment,
  tell = () => {},
}: MongoOptions): Promise<boolean> {
  const origin = await findMongo(environment);
  if (origin?.kind === 'go') await buildFerretdb(origin.program, environment, tell);
  return origin !== undefined;
}

/** See the file's head. @throws AppError `not-supported` when there is none to be had, `internal` */
export async function provideMongo({
  environment,
  tell = () => {},
}: MongoOptions): Promise<MongoService> {
  const origin = await findMongo(environment);
  switch (origin?.kind) {
    case undefined:
      throw new AppError('not-supported', 'no MongoDB here: set MONGODB_URL, or install Go');
    case 'given':
      return givenServer(origin.url);
    case 'docker':
      return await startContainer(origin.program, environment);
    case 'mongod':
      return await startProcess('mongod', environment, (port, folder) => ({
        command: [origin.program, '--dbpath', folder, '--port', port, '--bind_ip', '127.0.0.1'],
        ready: 'Waiting for connections',
      }));
    case 'go': {
      const program = await buildFerretdb(origin.program, environment, tell);
      return await startProcess('ferretdb', environment, (port, folder) => ({
        command: [program, `127.0.0.1:${port}`, folder],
        ready: 'listening on',
      }));
    }
  }
}

function givenServer(given: string): MongoService {
  const refuse = async () => {
    throw new AppError('not-supported', 'The server of MONGODB_URL belongs to somebody else.');
  };
  return {
    kind: 'given',
    url(database) {
      const url = new URL(given);
      url.pathname = `/${database}`;
      return url.href;
    },
    group: undefined,
    kill: refuse,
    start: refuse,
    stop: async () => undefined,
  };
}

async function startProcess(
  kind: 'mongod' | 'ferretdb',
  environment: Environment,
  plan: (port: string, folder: string) => { readonly command: string[]; readonly ready: string },
): Promise<MongoService> {
  const folder = await mkdtemp(join(tmpdir(), 'apiary-mongo-'));
  const [port = 0] = await freePorts(1);
  const { command, ready } = plan(String(port), folder);
  let server: GuardedProcess | undefined;
  const kill = async () => {
    await server?.kill();
    server = undefined;
  };
  const stop = async () => {
    await kill();
    await rm(folder, { recursive: true, force: true });
  };
  const start = async () => {
    server = new GuardedProcess(command, { cwd: folder, env: { PATH: environment.PATH } });
    if (await server.wrote(ready, START_DEADLINE_MS)) return;
    const { output } = server;
    await stop();
    throw new AppError('internal', `${kind} did not start: ${output.trim()}`);
  };
  await start();
  return {
    kind,
    url: (database) => `mongodb://127.0.0.1:${port}/${database}`,
    get group() {
      return server?.group;
    },
    kill,
    start,
    stop,
  };
}

async function startContainer(docker: string, environment: Environment): Promise<MongoService> {
  const name = `apiary-mongo-${randomBytes(4).toString('hex')}`;
  const [port = 0] = await freePorts(1);
  const run = async (...argv: string[]) => {
    const failure = await runToEnd(docker, argv, environment);
    if (failure !== undefined) throw new AppError('internal', `docker ${argv[0]}: ${failure}`);
  };
  const ready = async () => {
    const logs = new GuardedProcess([docker, 'logs', '--since', '1s', '--follow', name], {
      cwd: tmpdir(),
      env: environment,
    });
    const waiting = await logs.wrote('Waiting for connections', START_DEADLINE_MS);
    await logs.kill();
    if (!waiting) throw new AppError('internal', `MongoDB in Docker did not start: ${logs.output}`);
  };
  const stop = () => run('rm', '--force', '--volumes', name);
  try {
    await run('run', '--detach', '--name', name, '--publish', `127.0.0.1:${port}:27017`, IMAGE);
    await ready();
  } catch (error) {
    await stop().catch(() => undefined);
    throw error;
  }
  return {
    kind: 'docker',
    url: (database) => `mongodb://127.0.0.1:${port}/${database}`,
    group: undefined,
    kill: () => run('kill', name),
    start: async () => {
      await run('start', name);
      await ready();
    },
    stop,
  };
}
