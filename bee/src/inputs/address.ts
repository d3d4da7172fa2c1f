import { AppError } from '@apiary/common/errors.ts';

/** Where a target listens. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
  /** What follows the `?`. */
  readonly options: URLSearchParams;
}

/** Reads `syslog+udp://0.0.0.0:514`. @throws AppError `target-invalid` */
export function addressOf(url: string): ListenAddress {
  const parts = /^[a-z0-9+]+:\/\/(\[[0-9a-f:.]+\]|[^/:?]+):(\d{1,5})\/?(?:\?(.*))?$/i.exec(url);
  const port = Number(parts?.[2]);
  if (!parts || port > 65_535) {
    throw new AppError('target-invalid', `${url}: name an address and a port, e.g. 0.0.0.0:5140`);
  }
  const host = (parts[1] ?? '').replace(/^\[|\]$/g, '');
  return { host, port, options: new URLSearchParams(parts[3] ?? '') };
}
