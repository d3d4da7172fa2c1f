/** The formats that chunks can have. */
import { AppError } from '@apiary/common/errors.ts';
import type { ChunkFormat } from './chunk-format.ts';
import { plainZstd } from './plain-zstd.ts';

const FORMATS: readonly ChunkFormat[] = [plainZstd];

/** The format that new chunks are written in. */
export const WRITE_FORMAT: ChunkFormat = plainZstd;

/** The format of that name. @throws AppError `not-supported` */
export function formatOf(name: string): ChunkFormat {
  const format = FORMATS.find((known) => known.name === name);
  if (format) return format;
  throw new AppError('not-supported', `This version cannot read chunks of format ${name}.`);
}
