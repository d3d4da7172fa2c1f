/**
 * A host process: connects the bus and the documents, and runs the components it was asked for. The
 * only file that knows all registries.
 */
import { join } from 'node:path';
import { connectBus } from '@apiary/common/bus/amqp-bus.ts';
import { systemClock } from '@apiary/common/clock.ts';
import type { Component, ComponentContext, ComponentFactory } from '@apiary/common/component.ts';
import { announceChanges } from '@apiary/common/documents/announce.ts';
import { openDocuments } from '@apiary/common/documents/open.ts';
import { AppError } from '@apiary/common/errors.ts';
import { createLogger, type LogLevel } from '@apiary/common/log.ts';
import { Metrics } from '@apiary/common/metrics.ts';
import { newId } from '@apiary/common/random.ts';
import { HIVE_COMPONENTS, hiveComponents } from '@apiary/hive/index.ts';
import type { QueenSettings } from '@apiary/queen/settings.ts';

/** What a host needs to know. */
export interface HostOptions {
  readonly components: readonly string[];
  readonly broker: string;
  readonly store: string;
  readonly logLevel: LogLevel;
  /** Agents approved at their first handshake. */
  readonly approve: readonly string[];
  readonly queen: {
    readonly host: string;
    readonly port: number;
    readonly dataFolder: string;
    readonly webFolder: string;
    /** Where people reach her, if that is not where she listens. */
    readonly publicUrl?: string | undefined;
  };
}

/** Names of everything that a host can run. */
export const HOST_COMPONENTS: readonly string[] = [...HIVE_COMPONENTS, 'queen'];

/**
 * Starts the components in the order given.
 *
 * @throws AppError `setting-invalid` for an unknown name, or what a component says
 */
export async function startHost(options: HostOptions): Promise<Component> {
  const registry: Readonly<Record<string, ComponentFactory>> = {
    ...hiveComponents({
      approve: options.approve,
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
  const log = createLogger(options.components.join('+'), options.logLevel);
  const bus = await connectBus({
    url: options.broker,
    name: options.components.join('+'),
    declareTopology: true,
    log,
  });
  const documents = await openDocuments(options.store);
  const announcing = announceChanges(documents, bus);
  const metrics = new Metrics();
  metrics.addProcessFigures();
  const started: Component[] = [];
  const stop = async () => {
    for (const component of started.splice(0).reverse()) await component.stop();
    announcing();
    await bus.close();
    await documents.close();
  };
  try {
    for (const { name, factory } of factories) {
      const context: ComponentContext = {
        bus,
        documents,
        log: log.child({ component: name }),
        clock: systemClock,
        metrics,
        instance: newId(),
        store: options.store,
      };
      const component = await factory(context);
      started.push(component);
      await component.start();
      log.info({ component: name }, 'component.started');
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return { start: async () => {}, stop };
}

/** The origin that links in messages begin with. */
function publicUrlOf({ queen: { host, port, publicUrl } }: HostOptions): string {
  if (publicUrl !== undefined) return publicUrl.replace(/\/+$/, '');
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Where the broker is, without the account. */
function brokerAddress(url: string): NonNullable<QueenSettings['broker']> {
  const { protocol, hostname, port } = new URL(url);
  const secure = protocol === 'amqps:';
  return { host: hostname, port: Number(port) || (secure ? 5671 : 5672), secure };
}

function queenSettings({ broker, queen: { publicUrl, ...rest } }: HostOptions): QueenSettings {
  const address = { broker: brokerAddress(broker) };
  return { ...rest, ...address, ...(publicUrl !== undefined && { publicUrl }) };
}
