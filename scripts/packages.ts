/**
 * The Debian packages that tests use (RabbitMQ, Chromium, log senders, an SMTP server): where their programs
 * are, which are missing, and how to install them without letting the package start a system service.
 */
import { spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { access, chmod, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/** Environment variables, passed in by whoever may read them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A Debian package and where the program that it is wanted for may be. */
export interface Package {
  readonly name: string;
  readonly program: string;
  /** It is read, not run: a library. */
  readonly isLibrary?: true;
  /** Looked at before the PATH, in this order. */
  readonly places: readonly string[];
}

/** What the tests use, by what it is for. */
export const PACKAGES = {
  // The script in /usr/sbin changes to the user rabbitmq, who may not write a private folder.
  rabbit: {
    name: 'rabbitmq-server',
    program: 'rabbitmq-server',
    places: ['/usr/lib/rabbitmq/bin/rabbitmq-server', '/usr/sbin/rabbitmq-server'],
  },
  chromium: { name: 'chromium', program: 'chromium', places: ['/usr/bin/chromium'] },
  logrotate: { name: 'logrotate', program: 'logrotate', places: ['/usr/sbin/logrotate'] },
  rsyslog: { name: 'rsyslog', program: 'rsyslogd', places: ['/usr/sbin/rsyslogd'] },
  // Its name has the machine's architecture in it.
  rsyslogTls: {
    name: 'rsyslog-openssl',
    program: 'lmnsd_ossl.so',
    places: ['x86_64', 'aarch64'].map((each) => `/usr/lib/${each}-linux-gnu/rsyslog/lmnsd_ossl.so`),
    isLibrary: true,
  },
  java: { name: 'default-jdk-headless', program: 'javac', places: ['/usr/bin/javac'] },
  log4j: {
    name: 'liblog4j2-java',
    program: 'log4j-core.jar',
    places: ['/usr/share/java/log4j-core.jar'],
    isLibrary: true,
  },
  jackson: {
    name: 'libjackson2-databind-java',
    program: 'jackson-databind.jar',
    places: ['/usr/share/java/jackson-databind.jar'],
    isLibrary: true,
  },
  logger: { name: 'bsdutils', program: 'logger', places: ['/usr/bin/logger'] },
  // Writes journal files without being the system's journal.
  journalRemote: {
    name: 'systemd-journal-remote',
    program: 'systemd-journal-remote',
    places: ['/lib/systemd/systemd-journal-remote'],
  },
  smtp: { name: 'python3-aiosmtpd', program: 'aiosmtpd', places: ['/usr/bin/aiosmtpd'] },
  monitoringPlugins: {
    name: 'monitoring-plugins-basic',
    program: 'check_disk',
    places: ['/usr/lib/nagios/plugins/check_disk'],
  },
  // The installer's test: a fresh Debian in a folder, with a network of its own.
  debootstrap: {
    name: 'debootstrap',
    program: 'debootstrap',
    places: ['/usr/sbin/debootstrap'],
  },
  ip: { name: 'iproute2', program: 'ip', places: ['/usr/sbin/ip', '/bin/ip'] },
  systemd: { name: 'systemd', program: 'systemd-analyze', places: ['/usr/bin/systemd-analyze'] },
} as const satisfies Record<string, Package>;

/** dpkg asks this script before it starts a service; 101 means no. */
const SERVICE_POLICY = '/usr/sbin/policy-rc.d';

/** The full path of a package's program; undefined if it is not installed. */
export async function findProgram(
  wanted: Package,
  environment: Environment,
): Promise<string | undefined> {
  const folders = (environment.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  const candidates = [...wanted.places, ...folders.map((folder) => join(folder, wanted.program))];
  const right = wanted.isLibrary ? constants.R_OK : constants.X_OK;
  for (const candidate of candidates) if (await mayUse(candidate, right)) return candidate;
  return undefined;
}

/** Names of the Debian packages of `wanted` whose program is not there. */
export async function missingPackages(
  environment: Environment,
  wanted: readonly Package[] = Object.values(PACKAGES),
): Promise<string[]> {
  const missing: string[] = [];
  for (const one of wanted) if (!(await findProgram(one, environment))) missing.push(one.name);
  return missing;
}

/**
 * Installs with apt-get what is missing. Resolves to undefined when everything is there, else to one line
 * that says why not and what a person can do.
 */
export async function ensurePackages(
  environment: Environment,
  wanted: readonly Package[] = Object.values(PACKAGES),
): Promise<string | undefined> {
  const missing = await missingPackages(environment, wanted);
  if (missing.length === 0) return undefined;
  const advice = `run: apt-get install -y ${missing.join(' ')}`;
  if (process.getuid?.() !== 0) return `Missing Debian packages; as root ${advice}`;
  if (!(await mayUse('/usr/bin/apt-get', constants.X_OK))) {
    return `Missing programs, and this system has no apt-get: ${missing.join(' ')}`;
  }
  const failure = await withoutServices(() => aptInstall(missing, environment));
  if (failure === undefined) return undefined;
  return `apt-get could not install ${missing.join(' ')} (${failure}); ${advice}`;
}

async function aptInstall(
  names: readonly string[],
  environment: Environment,
): Promise<string | undefined> {
  const env = { ...environment, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  const install = ['install', '-y', '--no-install-recommends', ...names];
  if ((await runToEnd('apt-get', install, env)) === undefined) return undefined;
  // The package lists may be missing (a fresh container) or name versions that are gone.
  return (await runToEnd('apt-get', ['update'], env)) ?? (await runToEnd('apt-get', install, env));
}

/** Runs `task` while dpkg may start no service; what was there before is put back. */
async function withoutServices<T>(task: () => Promise<T>): Promise<T> {
  const existing = await readFile(SERVICE_POLICY, 'utf8').catch(() => undefined);
  const kept = `${SERVICE_POLICY}.apiary-kept`;
  if (existing !== undefined) await rename(SERVICE_POLICY, kept);
  await writeFile(SERVICE_POLICY, '#!/bin/sh\nexit 101\n');
  await chmod(SERVICE_POLICY, 0o755);
  try {
    return await task();
  } finally {
    if (existing === undefined) await rm(SERVICE_POLICY, { force: true });
    else await rename(kept, SERVICE_POLICY);
  }
}

/** Runs a command to its end; undefined when it went well, else the last line that it wrote. */
export async function runToEnd(
  command: string,
  args: readonly string[],
  env: Environment,
): Promise<string | undefined> {
  return await new Promise((resolve) => {
    const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let tail = '';
    const keep = (text: Buffer) => {
      tail = (tail + text.toString()).slice(-2_000);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code) => {
      resolve(code === 0 ? undefined : tail.trim().split('\n').pop() || `exit ${code}`);
    });
  });
}

async function mayUse(path: string, right: number): Promise<boolean> {
  return await access(path, right).then(
    () => true,
    () => false,
  );
}
