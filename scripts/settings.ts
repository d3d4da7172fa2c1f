/** Settings that several commands share; each exists once, here. */

import { portSchema, type Setting } from '@apiary/common/config.ts';
import { statusPortSetting } from '@apiary/common/health/status-server.ts';
import { LOG_LEVELS } from '@apiary/common/log.ts';
import { z } from 'zod';
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
    schema: z.url({ protocol: /^amqps?$/, error: 'expected amqp://… or amqps://…' }).optional(),
    value: 'URL',
    help: 'RabbitMQ to use in place of the embedded broker',
  },
  store: {
    schema: z
      .string()
      .regex(/^(sqlite:.+|mongodb(\+srv)?:\/\/.+)$/, 'expected sqlite:DIR or mongodb://…')
      .optional(),
    value: 'URL',
    help: 'store to use in place of the embedded one',
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

/** Addresses that never leave this machine. */
export function isLoopback(address: string): boolean {
  return address === 'localhost' || address === '::1' || /^127(\.\d{1,3}){3}$/.test(address);
}
