/**
 * The accounts that Apiary has on a RabbitMQ: made through its management API, or as the `rabbitmqctl`
 * commands that a person runs where that does not answer. Passwords are in no command's arguments.
 */
import { BEE_PERMISSIONS, HIVE_PERMISSIONS } from '@apiary/common/bus/topology.ts';
import { AppError } from '@apiary/common/errors.ts';
import {
  BEE_CHANNELS_MAX,
  BEE_CONNECTIONS_MAX,
  MANAGEMENT_MS_MAX,
} from '@apiary/common/limits/broker.ts';
import { z } from 'zod';

/** An account as it is to be. */
export interface RabbitAccount {
  readonly name: string;
  /** Patterns over the names of exchanges and queues of the virtual host. */
  readonly permissions: {
    readonly configure: string;
    readonly write: string;
    readonly read: string;
  };
  /** How many of each it may have at once. */
  readonly limits: Readonly<Record<string, number>>;
}

/** The Bees' account and the Hive's. */
export const RABBIT_ACCOUNTS = {
  bee: {
    name: 'apiary-bee',
    permissions: BEE_PERMISSIONS,
    limits: { 'max-connections': BEE_CONNECTIONS_MAX, 'max-channels': BEE_CHANNELS_MAX },
  },
  hive: {
    name: 'apiary-hive',
    permissions: HIVE_PERMISSIONS,
    limits: {},
  },
} as const satisfies Record<string, RabbitAccount>;

/** Where the management API is and as whom it is called. */
export interface Management {
  readonly url: string;
  readonly user: string;
  readonly password: string;
}

/** Where that API is, as a setting. */
export const managementSetting = {
  schema: z.url({ protocol: /^https?$/, error: 'expected http://… or https://…' }).optional(),
  value: 'URL',
  help: "RabbitMQ's management API",
  defaultText: 'http://HOST:15672, of amqps:// https://HOST:15671',
};

/** The management API of the node at an address, as the account in that. */
export function managementOf(
  url: string,
  given: string | undefined,
): { readonly management: Management; readonly virtualHost: string } {
  const { protocol, hostname, username, password, pathname } = new URL(url);
  const usual = protocol === 'amqps:' ? `https://${hostname}:15671` : `http://${hostname}:15672`;
  return {
    virtualHost: decodeURIComponent(pathname.slice(1)) || '/',
    management: {
      url: given ?? usual,
      user: decodeURIComponent(username || 'guest'),
      password: decodeURIComponent(password || 'guest'),
    },
  };
}

/** What the management API tells at a path. Rejects with the reason why it does not. */
export async function readManagement(management: Management, path: string): Promise<unknown> {
  const response = await call(management, 'GET', path).catch((error: unknown) => {
    const reason = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const { message } = reason instanceof Error ? reason : { message: String(reason) };
    throw new AppError('internal', `no management API at ${management.url} (${message})`);
  });
  if (response.ok) return await response.json();
  const text = `${management.url} answers ${response.status} to ${management.user}`;
  throw new AppError('internal', text);
}

const accountSchema = z.object({
  password_hash: z.string(),
  hashing_algorithm: z.string().optional(),
});

/**
 * True where a management API answers as this account. @throws AppError `setting-invalid` where it
 * answers, but not to this account.
 */
export async function managementAnswers(management: Management): Promise<boolean> {
  const response = await call(management, 'GET', 'users').catch(() => undefined);
  if (!response || response.status === 404) return false;
  if (response.ok) return true;
  const reason = `The management API answers ${response.status} to ${management.user}`;
  throw new AppError('setting-invalid', `${reason}: give an account with the tag administrator`);
}

/**
 * Makes or corrects an account; one that exists keeps its password unless `given` is set. Resolves to
 * the password that it has now, undefined where that was kept. @throws AppError `internal`
 */
export async function makeAccount(
  management: Management,
  virtualHost: string,
  account: RabbitAccount,
  password: { readonly given: string | undefined; readonly generated: string },
): Promise<string | undefined> {
  const name = encodeURIComponent(account.name);
  const found = await call(management, 'GET', `users/${name}`);
  const kept =
    found.ok && password.given === undefined ? accountSchema.parse(await found.json()) : undefined;
  const secret = password.given ?? password.generated;
  await must(management, `users/${name}`, { tags: '', ...(kept ?? { password: secret }) });
  const place = `${encodeURIComponent(virtualHost)}/${name}`;
  await must(management, `permissions/${place}`, account.permissions);
  for (const [limit, value] of Object.entries(account.limits)) {
    await must(management, `user-limits/${name}/${limit}`, { value });
  }
  return kept ? undefined : secret;
}

/** The commands that make an account; the first one asks for the password. */
export function accountCommands(virtualHost: string, account: RabbitAccount): string[] {
  const { configure, write, read } = account.permissions;
  const patterns = [configure, write, read].map(quoted).join(' ');
  const host = quoted(virtualHost);
  const commands = [
    `rabbitmqctl add_user ${account.name}`,
    `rabbitmqctl set_permissions -p ${host} ${account.name} ${patterns}`,
  ];
  if (Object.keys(account.limits).length === 0) return commands;
  const limits = quoted(JSON.stringify(account.limits));
  return [...commands, `rabbitmqctl set_user_limits ${account.name} ${limits}`];
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

async function must(management: Management, path: string, body: object): Promise<void> {
  const response = await call(management, 'PUT', path, body);
  if (response.ok) return;
  const text = (await response.text()).slice(0, 200);
  throw new AppError('internal', `RabbitMQ refused ${path}: ${response.status} ${text}`);
}

async function call(
  { url, user, password }: Management,
  method: 'GET' | 'PUT',
  path: string,
  body?: object,
): Promise<Response> {
  const credentials = Buffer.from(`${user}:${password}`).toString('base64');
  return await fetch(`${url.replace(/\/$/, '')}/api/${path}`, {
    method,
    redirect: 'error',
    headers: { authorization: `Basic ${credentials}`, 'content-type': 'application/json' },
    signal: AbortSignal.timeout(MANAGEMENT_MS_MAX),
    ...(body && { body: JSON.stringify(body) }),
  });
}
