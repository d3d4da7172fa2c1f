/**
 * TLS for inputs: with the certificate that the host's owner gave, else with one of the Bee's own, whose fingerprint
 * and file stand in the target's state. Loaded where a target wants it: most Bees have no use for it.
 */
import { X509Certificate } from 'node:crypto';
import { createServer as createHttpsServer } from 'node:https';
import { createServer, type Server, type TlsOptions } from 'node:tls';
import { TLS_HANDSHAKE_MS } from '@apiary/common/limits/tls.ts';
import { CertificateFile } from '@apiary/common/tls/certificate-file.ts';
import { wordsOf } from '../system-error.ts';
import { listenHttp, type ReadRequest } from './listen-http.ts';
import { listenTcp, peerOf, type ServeConnection } from './listen-tcp.ts';
import { ownCertificate } from './own-certificate.ts';
import type { Producer, ProducerContext } from './spooled-input.ts';

const PROTOCOL = { minVersion: 'TLSv1.2', handshakeTimeout: TLS_HANDSHAKE_MS } as const;

/** Listens at the target's address. @throws what the system says when it cannot; AppError `setting-invalid`, `folder-unusable` */
export async function listenTls(
  context: ProducerContext,
  serve: ServeConnection,
): Promise<Producer> {
  return await withCertificate(context, (options, show) =>
    listenTcp(context, serve, (onConnection) =>
      show(createServer({ ...options, noDelay: true, keepAlive: true }, onConnection)),
    ),
  );
}

/** The same for HTTP. */
export async function listenHttps(context: ProducerContext, read: ReadRequest): Promise<Producer> {
  return await withCertificate(context, (options, show) =>
    listenHttp(context, read, (limits, onRequest) =>
      show(createHttpsServer({ ...options, ...limits }, onRequest)),
    ),
  );
}

/** Has a server take up renewed certificates, and tell of senders that it cannot agree with. */
type Show = <Secure extends Server>(server: Secure) => Secure;

async function withCertificate(
  context: ProducerContext,
  listen: (options: TlsOptions, show: Show) => Promise<Producer>,
): Promise<Producer> {
  const { tls, allowance, clock, log, spec } = context;
  const paths = tls.certificate ?? (await ownCertificate(allowance.dataFolder, clock.now()));
  const certificate = new CertificateFile(paths);
  const client = tls.clientAuthority;
  const senders = client === undefined ? {} : { ca: client, requestCert: true };
  const secrets = () => ({ ...certificate.pair, ...senders, ...PROTOCOL });
  const tell = () => {
    const { fingerprint256 } = new X509Certificate(certificate.pair.cert);
    const who = tls.certificate ? '' : `Senders trust ${paths.cert}, `;
    context.active(1, `${who}SHA-256 fingerprint ${fingerprint256}`);
  };
  const show: Show = (server) => {
    server.on('tlsClientError', (error, socket) => {
      const fields = { target: spec.id, peer: peerOf(socket), error: wordsOf(error) };
      log.warn(fields, 'sender.no-tls');
    });
    certificate.watch(
      () => {
        server.setSecureContext(secrets());
        tell();
      },
      (trouble) => log.error({ target: spec.id, error: trouble.message }, 'certificate.failed'),
    );
    return server;
  };
  const options = { ...secrets(), rejectUnauthorized: client !== undefined };
  const producer = await listen(options, show);
  tell();
  return {
    async stop() {
      certificate.close();
      await producer.stop();
    },
  };
}
