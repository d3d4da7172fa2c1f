/** The formats that chunks can have. */
import { AppError } from '@apiary/common/errors.ts';
import type { ChunkFormat, ReadFormat } from './chunk-format.ts';
import { columnar, formerColumnar } from './columnar/columnar.ts';
import { plainZstd } from './plain-zstd.ts';

/** Formats that new chunks are written in: the first one that takes the rows. */
export const WRITE_FORMATS: readonly ChunkFormat[] = [columnar, plainZstd];
const READ_FORMATS: readonly ReadFormat[] = [...WRITE_FORMATS, ...formerColumnar];

/** The format of that name. @throws AppError `not-supported` */
export function formatOf(name: string): ReadFormat {
  const format = READ_FORMATS.find((known) => known.name === name);
  if (format) return format;
  throw new AppError('not-supported', `This version cannot read chunks of format ${name}.`);
}
