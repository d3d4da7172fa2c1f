/** By which names and addresses this machine is reached; never what a request says. */
import { hostname, networkInterfaces } from 'node:os';
import { isLoopback } from '../settings.ts';

const EVERYWHERE = new Set(['0.0.0.0', '::']);

/** Where to listen, and what a person says about it. */
export interface Listening {
  readonly listen: string;
  readonly publicUrl?: string | undefined;
}

function ownAddresses(): string[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal, scopeid }) => !internal && !scopeid)
    .map(({ address }) => address);
}

/** The one address that other machines are told. */
export function mainAddress({ listen }: Pick<Listening, 'listen'>): string {
  if (!EVERYWHERE.has(listen)) return listen;
  const addresses = ownAddresses();
  const family = listen === '::' ? addresses : addresses.filter((each) => !each.includes(':'));
  return family.find((each) => !each.includes(':')) ?? family[0] ?? hostname();
}

/** All that a certificate has to stand for, the main one first. */
export function certifiedNames({ listen, publicUrl }: Listening): string[] {
  const others = EVERYWHERE.has(listen) ? ownAddresses() : [];
  const named =
    publicUrl === undefined ? [] : [new URL(publicUrl).hostname.replace(/^\[|\]$/g, '')];
  const main = mainAddress({ listen });
  return [...new Set([main, ...named, ...others, hostname(), 'localhost', '127.0.0.1', '::1'])];
}

/** True if others can reach it, so that it has to be encrypted. */
export function isOpenToOthers({ listen }: Pick<Listening, 'listen'>): boolean {
  return !isLoopback(listen);
}

/** Where targets of the own Bee may listen: this machine's owner has said where others may come in. */
export function beeListen({ listen }: Pick<Listening, 'listen'>): string {
  if (EVERYWHERE.has(listen)) return 'any';
  return isLoopback(listen) ? 'loopback' : `loopback,${inUrl(listen)}`;
}

/** `::1` → `[::1]`, as addresses have it. */
export function inUrl(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}
