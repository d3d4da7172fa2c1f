/** How a Bee comes to another machine. Nothing of what is told is taken from the request. */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { AppError } from '@apiary/common/errors.ts';
import { INSTALL_DOWNLOADS_MAX } from '@apiary/common/limits/tls.ts';
import { VERSION } from '@apiary/common/version.ts';
import type { Response } from 'express';
import type { INSTALL_ROUTES, Install } from '../install-routes.ts';
import { isLoopback, type QueenSettings } from '../settings.ts';
import type { Handlers } from './handler.ts';

/** What the installer's handlers need. */
export interface InstallParts {
  readonly settings: QueenSettings;
  /** Where people and machines reach this instance. */
  readonly origin: () => string;
  /** The key of her own https port. */
  readonly pin: () => string | undefined;
}

/** See the file's head. */
export function installHandlers(parts: InstallParts): Handlers<keyof typeof INSTALL_ROUTES> {
  const downloads = new Downloads();
  const { installer, dataFolder, tls } = parts.settings;
  return {
    install: async () => installOf(parts),
    installScript: async () => {
      const { script, bee, node } = there(installer);
      const [SHA256_BEE, SHA256_NODE] = await Promise.all([sha256(bee), sha256(node)]);
      const values = { ...valuesOf(parts), SHA256_BEE, SHA256_NODE };
      return filledIn(readFileSync(script, 'utf8'), values);
    },
    installBee: async ({ response }) => downloads.send(there(installer).bee, response),
    installNode: async ({ response }) => downloads.send(there(installer).node, response),
    authority: async () => {
      const own = join(dataFolder, 'tls');
      if (!tls?.cert.startsWith(own)) {
        throw new AppError('not-found', 'This instance has no authority of its own.');
      }
      return readFileSync(join(own, 'ca.crt'), 'utf8');
    },
  };
}

type Files = NonNullable<QueenSettings['installer']>;

function there(files: Files | undefined): Files {
  if (files && existsSync(files.bee)) return files;
  const text = 'The Bee was not bundled: start this instance with ./apiary, which does that.';
  throw new AppError('not-found', text);
}

function installOf(parts: InstallParts): Install {
  const { settings } = parts;
  const { ORIGIN, PIN, BROKER } = valuesOf(parts);
  const reach = isLoopback(settings.host) ? 'machine' : 'network';
  const curl = PIN === '' ? 'curl -fsS' : `curl -fsSk --pinnedpubkey '${PIN}'`;
  const canInstall = settings.installer !== undefined && BROKER !== '';
  return {
    ...(canInstall && {
      line: `${curl} ${ORIGIN}/install-bee.sh | sudo sh`,
      uninstall: 'sudo sh /opt/apiary-bee/install-bee.sh --uninstall',
    }),
    broker: BROKER,
    ...(PIN !== '' && { pin: PIN }),
    reach,
    hint:
      reach === 'machine'
        ? 'Only this machine reaches this instance; start it with --listen ADDRESS for others.'
        : 'The new Bee waits until you approve it; compare its fingerprint.',
  };
}

function valuesOf({ settings, origin, pin }: InstallParts) {
  const { broker, tls, port, publicUrl } = settings;
  const isOwnPort = publicUrl === undefined || portOf(publicUrl) === port;
  const host = broker?.host.includes(':') ? `[${broker.host}]` : broker?.host;
  const brokerPin = broker?.pin === undefined ? '' : `?pin=${broker.pin}`;
  return {
    ORIGIN: origin(),
    // Behind a proxy it is the proxy's key that one meets.
    PIN: (tls && isOwnPort && pin()) || '',
    BROKER: broker
      ? `${broker.secure ? 'amqps' : 'amqp'}://${host}:${broker.port}${brokerPin}`
      : '',
    PLATFORM: `${process.platform}-${process.arch}`,
    VERSION,
  };
}

function portOf(url: string): number {
  const { port, protocol } = new URL(url);
  return Number(port) || (protocol === 'https:' ? 443 : 80);
}

/** Fills in `@NAME@`; each stands between single quotes there. */
function filledIn(script: string, values: Readonly<Record<string, string>>): string {
  return script.replace(/'@([A-Z0-9_]+)@'/g, (whole, name: string) => {
    const value = values[name];
    return value === undefined ? whole : `'${value.replaceAll("'", "'\\''")}'`;
  });
}

const sums = new Map<string, Promise<string>>();

/** Files do not change while the process runs: bundles and Node have new names then. */
function sha256(file: string): Promise<string> {
  const known = sums.get(file);
  if (known) return known;
  const hash = createHash('sha256');
  const made = pipeline(createReadStream(file), hash).then(() => hash.digest('hex'));
  sums.set(file, made);
  return made;
}

/** Node is some hundred megabytes, and whoever reaches the port may ask for it. */
class Downloads {
  #running = 0;

  async send(file: string, response: Response): Promise<string> {
    if (this.#running >= INSTALL_DOWNLOADS_MAX) {
      throw new AppError('too-many', 'Other machines are being installed; try again in a minute.');
    }
    this.#running += 1;
    try {
      response.set('Cache-Control', 'no-store').type('application/octet-stream');
      // A client that goes away is its own affair.
      await pipeline(createReadStream(file), response).catch(() => response.destroy());
    } finally {
      this.#running -= 1;
    }
    return '';
  }
}
