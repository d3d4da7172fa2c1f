import { createServer } from 'node:net';
import { AppError } from '@apiary/common/errors.ts';

const STEPS_MAX = 100;

/** True if this address can be listened on now. */
export function portIsFree(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/**
 * The port to use: the one that was asked for, or from a default the next free one.
 *
 * @throws AppError `port-busy` when a port was asked for and is in use, or nothing is free
 */
export async function choosePort(port: number, asked: boolean, host: string): Promise<number> {
  if (asked) {
    if (await portIsFree(port, host)) return port;
    throw new AppError('port-busy', `port ${port} on ${host} is in use; give another one`);
  }
  for (let candidate = port; candidate < port + STEPS_MAX; candidate += 1) {
    if (await portIsFree(candidate, host)) return candidate;
  }
  throw new AppError(
    'port-busy',
    `no free port from ${port} to ${port + STEPS_MAX - 1} on ${host}`,
  );
}
