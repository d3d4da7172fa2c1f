/**
 * Keeps other sites' pages out. Unsafe requests and socket handshakes must come from the same
 * origin; on a loopback address the Host header must name the machine itself, so that a foreign
 * name that was made to point here (DNS rebinding) reaches nothing.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { AppError } from '@apiary/common/errors.ts';
import { isLoopback, type QueenSettings } from '../settings.ts';

/** Checks where requests come from. */
export class SameOrigin {
  readonly #loopbackOnly: boolean;
  readonly #publicHost: string | undefined;
  readonly #isSecure: boolean;

  constructor(settings: Pick<QueenSettings, 'host' | 'publicUrl' | 'tls'>) {
    this.#isSecure = settings.tls !== undefined;
    this.#loopbackOnly = isLoopback(settings.host);
    this.#publicHost = settings.publicUrl === undefined ? undefined : hostOf(settings.publicUrl);
  }

  /**
   * @param inTheClear where the server speaks TLS, a request without it came by its loopback port
   * @throws AppError `forbidden` for a Host that is not ours.
   */
  checkHost(headers: IncomingHttpHeaders, inTheClear = false): void {
    const host = headers.host ?? '';
    const name = host.replace(/:\d+$/, '');
    const mayBeAny = !this.#loopbackOnly && !(this.#isSecure && inTheClear);
    if (mayBeAny || host === this.#publicHost || isLoopback(name)) return;
    throw new AppError('forbidden', 'This server answers under its own address only.');
  }

  /**
   * Every browser sends at least one of the two headers with an unsafe request; what sends
   * neither is no browser and carries no stolen cookie.
   *
   * @throws AppError `forbidden`
   */
  checkSource(headers: IncomingHttpHeaders): void {
    const site = headers['sec-fetch-site'];
    const siteIsOwn = site === undefined || site === 'same-origin' || site === 'none';
    const origin = headers.origin;
    const originHost = origin === undefined ? undefined : hostOf(origin);
    const originIsOwn =
      origin === undefined ||
      (originHost !== undefined &&
        (originHost === headers.host || originHost === this.#publicHost));
    if (!siteIsOwn || !originIsOwn) {
      throw new AppError('forbidden', 'This request came from another site.');
    }
  }
}

function hostOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).host : undefined;
}
