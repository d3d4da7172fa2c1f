/** Starts a real `./apiary up` on free ports in a folder of its own, for end-to-end tests and benchmarks. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiClient } from '../../scripts/api-client.ts';
import { projectRoot } from '../../scripts/data-folder.ts';

/** A running instance. */
export interface RunningApiary {
  readonly folder: string;
  readonly httpPort: number;
  readonly amqpPort: number;
  /** One-time sign-in link as printed. */
  readonly link: string;
  readonly client: ApiClient;
  /** The launcher's process. */
  readonly launcher: ChildProcess;
  /** From spawn to ready. */
  readonly readyMs: number;
  /** What it said on stderr so far. */
  stderr(): string;
  /** Process ids of the children by name, as they are now. */
  children(): Readonly<Record<string, number>>;
  /** Ctrl-C, and the end of everything; resolves with the exit code. The folder goes unless it was given. */
  stop(): Promise<number | null>;
}

/** What to start with. */
export interface UpOptions {
  /** Default: a temporary one. */
  readonly folder?: string;
  /** A broker in place of the embedded one. */
  readonly broker?: string;
  /** A store in place of the embedded one. */
  readonly store?: string;
  readonly httpPort?: number;
  readonly amqpPort?: number;
  /** More of its flags. */
  readonly flags?: readonly string[];
}

/** A TCP port that is free now on loopback. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        typeof address === 'object' && address
          ? resolve(address.port)
          : reject(new Error('no port')),
      );
    });
  });
}

/** Starts it; rejects with what it said when it ends before it is ready. */
export async function startApiary(options: UpOptions = {}): Promise<RunningApiary> {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'apiary-'));
  const httpPort = options.httpPort ?? (await freePort());
  const amqpPort = options.amqpPort ?? (await freePort());
  const ports = ['--http-port', String(httpPort), '--amqp-port', String(amqpPort)];
  const broker = options.broker === undefined ? [] : ['--broker', options.broker];
  const store = options.store === undefined ? [] : ['--store', options.store];
  const startedMs = performance.now();
  const launcher = spawn(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      '--max-semi-space-size=1',
      join(projectRoot, 'scripts/launch.js'),
      ...['up', '--data', folder, ...ports, ...broker, ...store, ...(options.flags ?? [])],
    ],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        NODE_COMPILE_CACHE: join(projectRoot, 'node_modules/.cache/compile'),
      },
    },
  );
  let out = '';
  let errors = '';
  launcher.stderr.on('data', (data: Buffer) => {
    errors += data.toString();
  });
  const link = await new Promise<string>((resolve, reject) => {
    launcher.stdout.on('data', (data: Buffer) => {
      out += data.toString();
      const match = /Open\s+(http\S+)/.exec(out);
      if (match?.[1] && out.includes('Ctrl-C')) resolve(match[1]);
    });
    launcher.once('exit', (code) => reject(new Error(`up ended with ${code}: ${errors}`)));
  });
  return {
    folder,
    httpPort,
    amqpPort,
    link,
    launcher,
    readyMs: performance.now() - startedMs,
    client: await ApiClient.local(folder),
    stderr: () => errors,
    children: () => JSON.parse(readFileSync(join(folder, 'run/processes.json'), 'utf8')).children,
    async stop() {
      const ended = new Promise<number | null>((resolve) => {
        if (launcher.exitCode !== null || launcher.signalCode !== null) resolve(launcher.exitCode);
        else launcher.once('exit', resolve);
      });
      launcher.kill('SIGINT');
      const code = await ended;
      if (options.folder === undefined) rmSync(folder, { recursive: true, force: true });
      return code;
    },
  };
}
