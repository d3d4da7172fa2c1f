/**
 * Hashed assets of the web UI, compressed once and kept: on a phone's network the first visit is a
 * quarter of the bytes. Whatever is not for it falls through to the plain files.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants } from 'node:zlib';
import { COMPRESSED_ASSETS_BYTES_MAX } from '@apiary/common/limits.ts';
import type { RequestHandler } from 'express';

const compress = promisify(brotliCompress);
const TYPES = new Set(['.js', '.css', '.svg', '.json']);
const NAME = /^\/[\w.-]{1,200}$/;

/** Serves a folder of files whose names change with their content. */
export function compressedAssets(folder: string, maxAgeMs: number): RequestHandler {
  const kept = new Map<string, Promise<Buffer | undefined>>();
  let keptBytes = 0;

  async function load(name: string): Promise<Buffer | undefined> {
    const raw = await readFile(path.join(folder, name)).catch(() => undefined);
    if (!raw || keptBytes + raw.length > COMPRESSED_ASSETS_BYTES_MAX) return undefined;
    keptBytes += raw.length;
    return await compress(raw, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } });
  }

  return async (request, response, next) => {
    const name = request.path;
    const isWanted = request.method === 'GET' && TYPES.has(path.extname(name)) && NAME.test(name);
    if (!isWanted || request.acceptsEncodings('br') !== 'br') return next();
    const loading = kept.get(name) ?? load(name);
    kept.set(name, loading);
    const body = await loading;
    if (!body) {
      kept.delete(name);
      return next();
    }
    response
      .type(path.extname(name))
      .set({
        'Cache-Control': `public, max-age=${maxAgeMs / 1000}, immutable`,
        'Content-Encoding': 'br',
        Vary: 'Accept-Encoding',
      })
      .send(body);
  };
}
