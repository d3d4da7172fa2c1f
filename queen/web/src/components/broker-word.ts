/** The broker as `./apiary bee` takes it. */

const PLAIN_PORT = 5672;
const SECURE_PORT = 5671;

/** Where Bees connect to. */
export interface Broker {
  readonly host: string;
  readonly port: number;
  readonly secure: boolean;
}

/** `192.0.2.10`, with the port where it is not the usual one; a whole URL where it is TLS. */
export function brokerWord({ host, port, secure }: Broker): string {
  const usual = port === (secure ? SECURE_PORT : PLAIN_PORT);
  const address = usual ? host : `${host}:${port}`;
  return secure ? `amqps://${address}` : address;
}

/** True for an address that only the machine itself can reach. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || host === '::1' || host.startsWith('127.');
}
