/** The built web UI: files by their names, and its one page for every other address. */
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import express, { type RequestHandler, Router } from 'express';
import { compressedAssets } from './compressed-assets.ts';
import { styleNonce } from './security-headers.ts';

const NONCE_MARK = '__CSP_NONCE__';
const YEAR_MS = 365 * 24 * 3600_000;

/** Serves the folder; Vite's `assets/` bear a hash in their names and never change. */
export function webUi(folder: string): Router {
  const router = Router();
  router.use(
    '/assets',
    compressedAssets(path.join(folder, 'assets'), YEAR_MS),
    express.static(path.join(folder, 'assets'), {
      immutable: true,
      maxAge: YEAR_MS,
      index: false,
      fallthrough: true,
    }),
  );
  router.use(
    express.static(folder, { index: false, redirect: false, cacheControl: false, setHeaders }),
  );
  router.get(/.*/, page(folder));
  return router;
}

function setHeaders(response: { setHeader(name: string, value: string): unknown }): void {
  response.setHeader('Cache-Control', 'no-cache');
}

/** The page for addresses that the UI's router knows; files that are missing stay 404. */
function page(folder: string): RequestHandler {
  const file = path.join(folder, 'index.html');
  let cached: { changedMs: number; html: string } | undefined;
  return async (request, response, next) => {
    if (path.extname(request.path) !== '' && request.path !== '/index.html') return next();
    const changedMs = (await stat(file).catch(() => undefined))?.mtimeMs;
    response.set('Cache-Control', 'no-store');
    if (changedMs === undefined) {
      response.status(503).type('text').send('The web UI is not built: run `npm run build:web`.\n');
      return;
    }
    if (cached?.changedMs !== changedMs) cached = { changedMs, html: await readFile(file, 'utf8') };
    response.type('html').send(cached.html.replaceAll(NONCE_MARK, styleNonce(response)));
  };
}
