/** `columnar@5`: rows as templates and columns of values. See `docs/reference/chunk-format.md`. */
import type { ChunkFormat, ReadFormat } from '../chunk-format.ts';
import { ColumnarReader } from './columnar-reader.ts';
import { ColumnarEncoder } from './encode.ts';

/** For chunks of 8 MB, which are encoded while data comes in. */
const ZSTD_LEVEL = 1;

let encoder: ColumnarEncoder | undefined;

/** See the file's head. */
export const columnar: ChunkFormat = {
  name: 'columnar@5',
  encode(batch, zstdLevel = ZSTD_LEVEL) {
    // Kept between chunks: its memory, and what it learnt of shapes.
    encoder ??= new ColumnarEncoder();
    return encoder.encode(batch, zstdLevel);
  },
  open: (entry, read) => new ColumnarReader(entry, read),
};

/** What was written before; the same but for its one section of ids. */
export const columnar4: ReadFormat = { name: 'columnar@4', open: columnar.open };
