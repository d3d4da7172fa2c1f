/**
 * Where targets may listen, by the host owner's `--listen`: `any`, `none`, or `loopback` and `ADDRESS[:PORT[-PORT]]`,
 * separated by commas. An address for all of the machine's (`0.0.0.0`, `::`) has to be named as such.
 */
import { AppError } from '@apiary/common/errors.ts';
import { addressOf, type ListenAddress } from './address.ts';

/** One place where targets may listen. */
export interface ListenRule {
  readonly host: string;
  readonly portMin: number;
  readonly portMax: number;
}

/** `any`: everywhere. */
export type ListenAllowance = 'any' | readonly ListenRule[];

const PORT_MAX = 65_535;
const LOOPBACK = ['127.0.0.1', '[::1]', 'localhost'];
const RULE = /^(\[[0-9a-f:.]+\]|[^\s:[\]]+)(?::(\d{1,5})(?:-(\d{1,5}))?)?$/i;

/** Reads the setting. @throws AppError `setting-invalid` */
export function readListenAllowance(text: string): ListenAllowance {
  if (text === 'any') return 'any';
  if (text === 'none') return [];
  return text
    .split(',')
    .flatMap((word) => (word.trim() === 'loopback' ? LOOPBACK : [word]))
    .map((word) => {
      const [, host = '', from, to] = RULE.exec(word.trim()) ?? [];
      const portMin = Number(from ?? 0);
      const portMax = Number(to ?? from ?? PORT_MAX);
      if (host === '' || portMax > PORT_MAX || portMin > portMax) {
        throw new AppError(
          'setting-invalid',
          `--listen: ${word} is none of any, none, loopback, ADDRESS[:PORT[-PORT]]`,
        );
      }
      return { host: bare(host), portMin, portMax };
    });
}

/** Where a target listens, if it may. @throws AppError `target-invalid`, `target-forbidden` */
export function allowedAddressOf(url: string, allowance: ListenAllowance): ListenAddress {
  const address = addressOf(url);
  if (allowance === 'any') return address;
  const { host, port } = address;
  const isAllowed = allowance.some(
    (rule) =>
      rule.host === bare(host) &&
      // Port 0 is one that the system chooses: any.
      (port === 0 ? rule.portMin === 0 : port >= rule.portMin && port <= rule.portMax),
  );
  if (isAllowed) return address;
  const rules = allowance.map(textOf).join(', ') || 'none';
  throw new AppError(
    'target-forbidden',
    `${url}: this host's owner lets targets listen at ${rules}. ` +
      'To allow it, start the Bee there with --listen (APIARY_LISTEN) and that address, or any.',
  );
}

function bare(host: string): string {
  return host.replace(/^\[|\]$/g, '').toLowerCase();
}

function textOf({ host, portMin, portMax }: ListenRule): string {
  const name = host.includes(':') ? `[${host}]` : host;
  if (portMin === 0 && portMax === PORT_MAX) return name;
  return portMin === portMax ? `${name}:${portMin}` : `${name}:${portMin}-${portMax}`;
}
