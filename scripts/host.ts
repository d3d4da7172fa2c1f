/**
 * A host process: connects the bus and the documents, and runs the components it was asked for. The
 * only file that knows all registries.
 */
import { join } from 'node:path';
import { parseBrokers } from '@apiary/common/bus/address.ts';
import { connectBus } from '@apiary/common/bus/amqp-bus.ts';
import type { Bus } from '@apiary/common/bus/bus.ts';
import { systemClock } from '@apiary/common/clock.ts';
import type { Component, ComponentFactory } from '@apiary/common/component.ts';
import { announceChanges } from '@apiary/common/documents/announce.ts';
import { openDocuments } from '@apiary/common/documents/open.ts';
import { AppError } from '@apiary/common/errors.ts';
import { diskOfStore } from '@apiary/common/health/disk-space.ts';
import { HealthBoard } from '@apiary/common/health/health-board.ts';
import { type StatusPort, StatusServer } from '@apiary/common/health/status-server.ts';
import { VitalsTeller } from '@apiary/common/health/vitals-teller.ts';
import { createLogger, type LogLevel } from '@apiary/common/log.ts';
import { Metrics } from '@apiary/common/metrics.ts';
import { tellLate } from '@apiary/common/mongodb/late-requests.ts';
import { newId } from '@apiary/common/random.ts';
import { readAuthority } from '@apiary/common/tls/authority-file.ts';
import type { CertificatePaths } from '@apiary/common/tls/certificate-file.ts';
import { HIVE_COMPONENTS, hiveComponents } from '@apiary/hive/index.ts';
import type { QueenSettings } from '@apiary/queen/settings.ts';

/** What a host needs to know. */
export interface HostOptions {
  readonly components: readonly string[];
  readonly broker: string;
  /** PEM file of the authority of an `amqps://` broker. */
  readonly brokerCa?: string | undefined;
  /** The broker as Bees reach it, where that is another address. */
  readonly beeBroker?: string | undefined;
  readonly store: string;
  /** When honeycomb merges small chunks. */
  readonly merge: 'soon' | 'next-day';
  /** What honeycomb may keep of chunks on the disk of the data folder, in bytes; absent: as much as is sensible. */
  readonly sectionCache?: number | undefined;
  readonly logLevel: LogLevel;
  /** Agents approved at their first handshake. */
  readonly approve: readonly string[];
  /** Where this process tells how it is, on loopback; absent = nowhere. */
  readonly statusPort?: StatusPort | undefined;
  readonly queen: {
    readonly host: string;
    readonly port: number;
    readonly dataFolder: string;
    readonly webFolder: string;
    /** Where people reach her, if that is not where she listens. */
    readonly publicUrl?: string | undefined;
    /** With it she speaks https. */
    readonly tls?: CertificatePaths | undefined;
    readonly installer?: NonNullable<QueenSettings['installer']>;
  };
}

/** Names of everything that a host can run. */
export const HOST_COMPONENTS: readonly string[] = [...HIVE_COMPONENTS, 'queen'];

/** Who hears of a start that takes its time. */
export interface HostStart {
  /** Aborted, it gives up waiting for the broker. */
  readonly signal: AbortSignal;
  /** Told each time that the broker could not be reached: where, and why. */
  readonly onUnreached: (broker: string, reason: string) => void;
}

/**
 * Starts the components in the order given.
 *
 * @throws AppError `setting-invalid` for an unknown name, `bus-closed` when it was told to end before it had a
 * broker, or what a component says
 */
export async function startHost(options: HostOptions, start: HostStart): Promise<Component> {
  const registry: Readonly<Record<string, ComponentFactory>> = {
    ...hiveComponents({
      approve: options.approve,
      honeycomb: {
        mergesToday: options.merge === 'soon',
        sectionCache: {
          folder: join(options.queen.dataFolder, 'section-cache'),
          bytesMax: options.sectionCache,
        },
      },
      sting: {
        keyFile: join(options.queen.dataFolder, 'run/channels.key'),
        publicUrl: publicUrlOf(options),
      },
    }),
    async queen(context) {
      const { createQueen } = await import('@apiary/queen/index.ts');
      return createQueen(context, queenSettings(options));
    },
  };
  const factories = options.components.map((name) => {
    const factory = registry[name];
    if (factory) return { name, factory };
    const known = HOST_COMPONENTS.join(', ');
    throw new AppError('setting-invalid', `there is no component ${name}; there are ${known}`);
  });
  return await runHost(options, factories, start);
}

interface NamedFactory {
  readonly name: string;
  readonly factory: ComponentFactory;
}

async function runHost(
  options: HostOptions,
  factories: readonly NamedFactory[],
  start: HostStart,
): Promise<Component> {
  const name = options.components.join('+');
  const log = createLogger(name, options.logLevel);
  const undo: (() => Promise<void> | void)[] = [];
  const stop = async () => {
    for (const each of undo.splice(0).reverse()) await each();
  };
  const metrics = new Metrics();
  metrics.addProcessFigures();
  let isStarted = false;
  let bus: Bus | undefined;
  try {
    const ready = async () => {
      if (!isStarted || !bus) throw new AppError('component-missing', 'It is still being started.');
      if (bus.state === 'connected') return;
      throw new AppError('bus-lost', 'The connection to the broker is being re-made.');
    };
    if (options.statusPort) {
      const status = new StatusServer({ listen: options.statusPort, metrics, log, ready });
      await status.start();
      undo.push(() => status.stop());
    }
    const made = await connectBus({
      ...{ url: options.broker, name, declareTopology: true, log },
      ...start,
      ...(options.brokerCa !== undefined && {
        tls: { ca: readAuthority('--broker-ca', options.brokerCa) },
      }),
    });
    bus = made;
    undo.push(() => made.close());
    const documents = await openDocuments(options.store, { onLate: tellLate({ log, metrics }) });
    undo.push(() => documents.close());
    undo.push(announceChanges(documents, made));
    const board = new HealthBoard();
    const shared = {
      bus: made,
      documents,
      clock: systemClock,
      metrics,
      board,
      store: options.store,
    };
    for (const { name: component, factory } of factories) {
      const child = log.child({ component });
      const started = await factory({ ...shared, log: child, instance: newId() });
      undo.push(() => started.stop());
      await started.start();
      log.info({ component }, 'component.started');
    }
    const { components } = options;
    const teller = new VitalsTeller({
      ...{ bus: made, clock: systemClock, metrics, board, components, instance: newId() },
      disk: diskOfStore(options.store),
    });
    undo.push(() => teller.stop());
    await teller.start();
    isStarted = true;
  } catch (error) {
    await stop();
    throw error;
  }
  return { start: async () => {}, stop };
}

/** The origin that links in messages begin with. */
function publicUrlOf({ queen: { host, port, publicUrl, tls } }: HostOptions): string {
  if (publicUrl !== undefined) return publicUrl.replace(/\/+$/, '');
  return `${tls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Where Bees find the broker, without the account. */
function brokerAddress({ broker, beeBroker }: HostOptions): NonNullable<QueenSettings['broker']> {
  // An installed Bee is given one node; more can be set in its service's address afterwards.
  const [first] = parseBrokers(beeBroker ?? broker);
  const { protocol, hostname, port, searchParams } = new URL(first);
  const secure = protocol === 'amqps:';
  const pin = secure ? searchParams.get('pin') : null;
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port) || (secure ? 5671 : 5672),
    secure,
    ...(pin !== null && { pin }),
  };
}

function queenSettings(options: HostOptions): QueenSettings {
  const { publicUrl, tls, ...rest } = options.queen;
  return {
    ...rest,
    broker: brokerAddress(options),
    ...(publicUrl !== undefined && { publicUrl }),
    ...(tls && { tls }),
  };
}
