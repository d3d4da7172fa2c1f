import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RequestHandler, Response } from 'express';
import helmet from 'helmet';

/** A fresh nonce for the styles of one page. */
export function styleNonce(response: Response): string {
  const nonce: unknown = response.locals.styleNonce;
  if (typeof nonce === 'string') return nonce;
  const made = randomBytes(16).toString('base64');
  response.locals.styleNonce = made;
  return made;
}

/**
 * Strict headers: scripts, fonts and connections from here only, styles from here or with the
 * page's nonce (Mantine and the editor write `<style>` elements), nobody may frame us.
 */
export function securityHeaders(secure: boolean): RequestHandler {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        baseUri: ["'none'"],
        connectSrc: ["'self'", socketSource],
        fontSrc: ["'self'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
        imgSrc: ["'self'", 'data:'],
        objectSrc: ["'none'"],
        scriptSrc: ["'self'"],
        scriptSrcAttr: ["'none'"],
        styleSrc: ["'self'", nonceSource],
      },
    },
    // Over plain HTTP on a loopback address there is nothing to be strict about.
    strictTransportSecurity: secure,
    crossOriginOpenerPolicy: secure,
    originAgentCluster: secure,
    referrerPolicy: { policy: 'no-referrer' },
  });
}

function nonceSource(_request: IncomingMessage, response: ServerResponse): string {
  // Helmet types the plain response; Express made it.
  return `'nonce-${styleNonce(response as Response)}'`;
}

/** Older Safari does not count a WebSocket to the same host as `'self'`. */
function socketSource(request: IncomingMessage): string {
  const host = request.headers.host ?? '';
  const isPlain = /^[\w.-]+(:\d+)?$|^\[[\da-f:]+\](:\d+)?$/i.test(host);
  return isPlain ? `ws://${host} wss://${host}` : "'self'";
}
