/** A Bee's settings. One word, the broker, is all it needs. */
import { homedir } from 'node:os';
import { delimiter, isAbsolute, join } from 'node:path';
import { parseBrokers } from '@apiary/common/bus/address.ts';
import {
  parseSettings,
  type SettingsShape,
  settingsHelp,
  switchSchema,
} from '@apiary/common/config.ts';
import { AppError } from '@apiary/common/errors.ts';
import { type StatusPort, statusPortSetting } from '@apiary/common/health/status-server.ts';
import { LOG_LEVELS, type LogLevel } from '@apiary/common/log.ts';
import { readAuthority } from '@apiary/common/tls/authority-file.ts';
import { parsePin } from '@apiary/common/tls/pin.ts';
import { z } from 'zod';
import type { CheckAllowance, ListenTls } from './inputs/input.ts';
import { type ListenAllowance, readListenAllowance } from './inputs/listen-allowance.ts';

const DEFAULT_PORT = 5672;
const DEFAULT_ACCOUNT = 'bee';

/** The settings beside the broker. */
export const beeSettings = {
  data: {
    schema: z.string().min(1, 'expected a folder').optional(),
    value: 'DIR',
    help: 'Folder of the key and the checkpoint.',
    defaultText:
      '/var/lib/apiary-bee for root (macOS: /Library/Application Support/apiary-bee), else ~/.local/share/apiary/bee',
  },
  allow: {
    schema: z.string().default('/var/log'),
    value: 'ROOT[:ROOT…]',
    help: 'Folders that files may be read from; / for all that the user may read.',
  },
  brokerCa: {
    schema: z.string().min(1).optional(),
    value: 'FILE',
    help: 'Authority (PEM) that an amqps:// broker without a pin is checked by.',
    defaultText: 'those that Node knows',
  },
  checks: {
    schema: z.string().default('/usr/lib/nagios/plugins'),
    value: 'DIR[:DIR…]',
    help: 'Folders of the monitoring plugins that check: targets may run, by name.',
  },
  checkArguments: {
    schema: switchSchema,
    help: 'Whether check: targets may give arguments to plugins.',
  },
  statusPort: statusPortSetting,
  listen: {
    schema: z.string().default('loopback'),
    value: 'any|none|loopback|ADDRESS[:PORT[-PORT]],…',
    help: 'Where targets such as syslog+udp: may listen.',
  },
  tlsCert: {
    schema: z.string().min(1).optional(),
    value: 'FILE',
    help: 'Certificate (PEM, with its chain) of targets that listen with TLS; renewed files are taken up.',
    defaultText: "one of the Bee's own, in its data folder",
  },
  tlsKey: {
    schema: z.string().min(1).optional(),
    value: 'FILE',
    help: 'The key of --tls-cert (PEM).',
  },
  tlsClientCa: {
    schema: z.string().min(1).optional(),
    value: 'FILE',
    help: 'Authority (PEM) of the certificates that senders must show to targets that listen with TLS.',
    defaultText: 'they need none',
  },
  logLevel: {
    schema: z
      .enum(LOG_LEVELS, { error: `expected one of ${LOG_LEVELS.join(', ')}` })
      .default('info'),
    value: 'LEVEL',
    help: 'How much of its own doings it writes to stdout.',
  },
} as const satisfies SettingsShape;

/** What a Bee process runs with. */
export interface BeeRun {
  /** `amqp://…` or `amqps://…` with everything filled in; of several nodes with commas between them. */
  readonly broker: string;
  /** PEM of the broker's authority. */
  readonly brokerCa: string | undefined;
  readonly dataFolder: string;
  readonly allow: readonly string[];
  readonly checks: CheckAllowance;
  readonly listen: ListenAllowance;
  readonly tls: ListenTls;
  readonly logLevel: LogLevel;
  /** Where it tells how it is, on loopback; absent = nowhere. */
  readonly statusPort?: StatusPort | undefined;
}

/** What `--help` prints. */
export function beeHelp(): string {
  return (
    'bee <broker>\n\n' +
    "Ships this machine's logs. <broker> is an IP address, a host name, or an amqp(s):// URL\n" +
    `(port ${DEFAULT_PORT}, user and password ${DEFAULT_ACCOUNT} where it names none); several nodes of a\n` +
    'cluster with commas between them.\n\n' +
    settingsHelp(beeSettings)
  );
}

/**
 * Reads a command line.
 *
 * @throws AppError `setting-invalid`
 */
export function readBeeSettings(
  argv: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  isRoot: boolean,
): BeeRun {
  const { settings, words } = parseSettings(beeSettings, argv, environment);
  const [word, ...more] = words[0] === undefined ? [environment.APIARY_BROKER ?? ''] : words;
  if (!word) {
    throw new AppError('setting-invalid', 'broker: give its address, e.g. bee 192.0.2.7');
  }
  // `--allow /a /b` is easily written; each further word must then be a folder.
  const stray = more.find((each) => !isAbsolute(each));
  if (stray !== undefined) throw new AppError('setting-invalid', `unexpected word: ${stray}`);
  const allow = [...settings.allow.split(delimiter), ...more].filter((root) => root !== '');
  const relative = allow.find((root) => !isAbsolute(root));
  if (relative !== undefined) {
    throw new AppError('setting-invalid', `--allow: ${relative} is no absolute path`);
  }
  return {
    broker: brokerUrls(word),
    brokerCa:
      settings.brokerCa === undefined ? undefined : readAuthority('--broker-ca', settings.brokerCa),
    dataFolder: settings.data ?? defaultDataFolder(process.platform, isRoot),
    allow,
    checks: {
      folders: settings.checks.split(delimiter).filter((folder) => isAbsolute(folder)),
      allowArguments: settings.checkArguments,
    },
    listen: readListenAllowance(settings.listen),
    tls: readListenTls(settings),
    logLevel: settings.logLevel,
    statusPort: settings.statusPort,
  };
}

function readListenTls(settings: {
  readonly tlsCert?: string | undefined;
  readonly tlsKey?: string | undefined;
  readonly tlsClientCa?: string | undefined;
}): ListenTls {
  const { tlsCert: cert, tlsKey: key, tlsClientCa } = settings;
  if ((cert === undefined) !== (key === undefined)) {
    throw new AppError('setting-invalid', '--tls-cert, --tls-key: give both or none');
  }
  return {
    ...(cert !== undefined && key !== undefined && { certificate: { cert, key } }),
    ...(tlsClientCa !== undefined && {
      clientAuthority: readAuthority('--tls-client-ca', tlsClientCa),
    }),
  };
}

/** Where a Bee keeps its key and its place in the files, by the system's custom. */
export function defaultDataFolder(platform: NodeJS.Platform, isRoot: boolean): string {
  if (platform === 'win32') return 'C:\\ProgramData\\apiary-bee';
  if (!isRoot) return join(homedir(), '.local/share/apiary/bee');
  return platform === 'darwin' ? '/Library/Application Support/apiary-bee' : '/var/lib/apiary-bee';
}

/**
 * One broker, or several nodes of one with commas between them → whole addresses, with commas too.
 *
 * @throws AppError `setting-invalid`
 */
export function brokerUrls(text: string): string {
  const isUrl = /^\s*[a-z][a-z0-9+.-]*:\/\//i.test(text);
  const words = isUrl && text.includes(',') ? parseBrokers(text) : text.split(',');
  const urls = words.map((word) => brokerUrl(word.trim())).join(',');
  return parseBrokers(urls).join(',');
}

/**
 * `192.0.2.7`, `broker.example:5673`, `[2001:db8::1]`, `2001:db8::1` or a URL → a whole URL.
 *
 * @throws AppError `setting-invalid`
 */
export function brokerUrl(word: string): string {
  const isUrl = /^[a-z][a-z0-9+.-]*:\/\//i.test(word);
  const isBareIpv6 = /^[0-9a-f:.]*:[0-9a-f:.]*:[0-9a-f:.]*$/i.test(word);
  let url: URL;
  try {
    url = new URL(isUrl ? word : `amqp://${isBareIpv6 ? `[${word}]` : word}`);
  } catch (error) {
    throw new AppError('setting-invalid', `broker: ${word} is no address`, { cause: error });
  }
  if (url.protocol !== 'amqp:' && url.protocol !== 'amqps:') {
    throw new AppError('setting-invalid', 'broker: expected amqp:// or amqps://');
  }
  if (url.hostname === '') throw new AppError('setting-invalid', `broker: ${word} names no host`);
  const pin = url.searchParams.get('pin');
  if (pin !== null && (url.protocol !== 'amqps:' || parsePin(pin) === undefined)) {
    throw new AppError(
      'setting-invalid',
      'broker: pin= is 64 hexadecimal digits, on amqps:// only',
    );
  }
  if (url.username === '') {
    url.username = DEFAULT_ACCOUNT;
    url.password = DEFAULT_ACCOUNT;
  }
  if (url.port === '') url.port = String(url.protocol === 'amqps:' ? 5671 : DEFAULT_PORT);
  return url.href;
}
