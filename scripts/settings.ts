/** Settings that several commands share; each exists once, here. */

import { resolve } from 'node:path';
import { brokersSchema } from '@apiary/common/bus/address.ts';
import { portSchema, type Setting } from '@apiary/common/config.ts';
import { AppError } from '@apiary/common/errors.ts';
import { statusPortSetting } from '@apiary/common/health/status-server.ts';
import { LOG_LEVELS } from '@apiary/common/log.ts';
import type { CertificatePaths } from '@apiary/common/tls/certificate-file.ts';
import { z } from 'zod';
import { byteSizeSchema } from './byte-size.ts';
import { defaultDataFolder } from './data-folder.ts';

/** Default port of the web UI. */
export const HTTP_PORT = 4280;
/** Default port of the embedded broker, AMQP's own. */
export const AMQP_PORT = 5672;

/** See each setting's help. */
export const commonSettings = {
  data: {
    schema: z.string().min(1).default(defaultDataFolder()),
    value: 'DIR',
    help: 'folder that holds everything that is kept',
    defaultText: '.apiary in the checkout',
  },
  httpPort: {
    schema: portSchema.default(HTTP_PORT),
    value: 'PORT',
    help: 'port of the web UI',
  },
  amqpPort: {
    schema: portSchema.default(AMQP_PORT),
    value: 'PORT',
    help: 'port of the embedded broker',
  },
  listen: {
    schema: z.string().min(1).default('127.0.0.1'),
    value: 'ADDRESS',
    help: 'address that Queen and the embedded broker listen on',
  },
  publicUrl: {
    schema: z.url({ protocol: /^https?$/, error: 'expected http(s)://…' }).optional(),
    value: 'URL',
    help: 'address by which people reach the web UI, for links in messages',
    defaultText: 'where Queen listens',
  },
  broker: {
    schema: brokersSchema.optional(),
    value: 'URL',
    isList: true,
    help: 'RabbitMQ to use in place of the embedded broker; several nodes with commas, or given again',
  },
  store: {
    schema: z
      .string()
      .regex(/^(sqlite:.+|mongodb(\+srv)?:\/\/.+)$/, 'expected sqlite:DIR or mongodb://…')
      .optional(),
    value: 'URL',
    help: 'store to use in place of the embedded one',
  },
  tlsCert: {
    schema: z.string().min(1).optional(),
    value: 'FILE',
    help: 'certificate (PEM, with its chain) to serve https and amqps with, in place of one of an own authority',
    defaultText: 'made beyond loopback',
  },
  tlsKey: {
    schema: z.string().min(1).optional(),
    value: 'FILE',
    help: 'key of that certificate; both are taken up again when they change',
    defaultText: 'made beyond loopback',
  },
  brokerCa: {
    schema: z.string().min(1).optional(),
    value: 'FILE',
    help: 'authority (PEM) that an amqps:// broker is checked by',
    defaultText: 'those that Node knows',
  },
  beeBroker: {
    schema: brokersSchema.optional(),
    value: 'URL',
    isList: true,
    help: 'address of the broker as Bees reach it, without an account; shown where they are installed',
    defaultText: 'that of --broker',
  },
  localPort: {
    schema: portSchema.optional(),
    value: 'PORT',
    help: 'second port of the embedded broker, on 127.0.0.1 and in the clear',
    defaultText: 'none',
  },
  url: {
    schema: z.url({ protocol: /^https?$/, error: 'expected http://… or https://…' }).optional(),
    value: 'URL',
    help: 'instance to talk to, in place of the one that runs on the data folder',
  },
  token: {
    schema: z.string().min(1).optional(),
    value: 'TOKEN',
    help: 'API token to be let in by; other users of this machine see flags, not the environment',
  },
  statusPort: statusPortSetting,
  logLevel: {
    schema: z.enum(LOG_LEVELS).default('info'),
    value: 'LEVEL',
    help: `least level of Apiary's own log: ${LOG_LEVELS.join(', ')}`,
  },
  merge: {
    schema: z.enum(['soon', 'next-day']).default('soon'),
    value: 'WHEN',
    help: 'when honeycomb merges small chunks: soon, as they fill a large one, or next-day, once their day is over',
  },
  sectionCache: {
    schema: byteSizeSchema.optional(),
    value: 'SIZE',
    help: 'what honeycomb keeps on the disk of --data of a store that is elsewhere, such as 20G; 0 = nothing',
    defaultText: 'a quarter of what is free, 4G at most',
  },
  approve: {
    schema: z
      .string()
      .default('')
      .transform((text) => text.split(',').filter((id) => id !== '')),
    value: 'ID,…',
    help: 'agents that are approved at their first handshake',
    defaultText: '',
  },
} as const satisfies Record<string, Setting>;

/** What every command takes that talks to Queen. */
export const connectionSettings = {
  data: commonSettings.data,
  url: commonSettings.url,
  token: commonSettings.token,
} as const satisfies Record<string, Setting>;

/**
 * The two files of `--tls-cert` and `--tls-key`; undefined where neither was given.
 *
 * @throws AppError `setting-invalid` where one is missing
 */
export function certificatePaths(given: {
  readonly tlsCert?: string | undefined;
  readonly tlsKey?: string | undefined;
}): CertificatePaths | undefined {
  const { tlsCert: cert, tlsKey: key } = given;
  if (cert === undefined && key === undefined) return undefined;
  if (cert !== undefined && key !== undefined) return { cert: resolve(cert), key: resolve(key) };
  throw new AppError('setting-invalid', '--tls-cert, --tls-key: give both or neither');
}

/** Addresses that never leave this machine. */
export function isLoopback(address: string): boolean {
  return address === 'localhost' || address === '::1' || /^127(\.\d{1,3}){3}$/.test(address);
}
