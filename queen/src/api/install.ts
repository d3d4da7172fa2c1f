import type { INSTALL_ROUTES, Install } from '../install-routes.ts';
import { isLoopback, type QueenSettings } from '../settings.ts';
import type { Handlers } from './handler.ts';

/** What the installer's handlers need. */
export type InstallParts = Pick<QueenSettings, 'host' | 'broker'>;

/** Tells how a Bee comes to another machine. Nothing of it is taken from the request. */
export function installHandlers(parts: InstallParts): Handlers<keyof typeof INSTALL_ROUTES> {
  return { install: async () => installOf(parts) };
}

function installOf({ host, broker }: InstallParts): Install {
  const address = broker?.host.includes(':') ? `[${broker.host}]` : broker?.host;
  return {
    broker: broker ? `${broker.secure ? 'amqps' : 'amqp'}://${address}:${broker.port}` : '',
    reach: isLoopback(host) ? 'machine' : 'network',
    hint: isLoopback(host)
      ? 'Other machines cannot reach this instance: it listens on this machine alone.'
      : 'Start a Bee there with ./apiary bee and the address of the broker.',
  };
}
