/** Streams for inputs, as the scheme of the target's URL says: plain TCP, or TLS for `…+tls:`. */
import { listenTcp, type ServeConnection } from './listen-tcp.ts';
import type { Producer, ProducerContext } from './spooled-input.ts';

/** True for `https:` and `…+tls:`. */
export function wantsTls(url: string): boolean {
  return /^(https|[a-z0-9]+\+tls):/.test(url);
}

/** Listens at the target's address. @throws what `listenTcp` and `listenTls` do */
export async function listenStream(
  context: ProducerContext,
  serve: ServeConnection,
): Promise<Producer> {
  if (!wantsTls(context.spec.url)) return await listenTcp(context, serve);
  const { listenTls } = await import('./listen-tls.ts');
  return await listenTls(context, serve);
}
