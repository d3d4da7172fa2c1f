/** `columnar@8`: rows as templates and columns of values. See `docs/reference/chunk-format.md`. */
import type { ChunkFormat, ReadFormat } from '../chunk-format.ts';
import { ColumnarReader } from './columnar-reader.ts';
import type { LinearMemory } from './compiled/linear-memory.ts';
import { ColumnarEncoder } from './encode.ts';
import { lacksWord } from './lacks-word.ts';

/** For chunks of 8 MB, which are encoded while data comes in. */
const ZSTD_LEVEL = 1;

let encoder: ColumnarEncoder | undefined;

/** The encoder's memory, for whoever decodes. */
export interface EncoderMemory {
  readonly memory: LinearMemory;
  /** Nobody looks at it any more. */
  giveBack(): void;
}

/**
 * Memory for decoding where chunks are encoded: that of the encoder, which has nothing in it between two chunks. Whoever
 * encodes before it is given back has another encoder.
 */
export function borrowEncoderMemory(): EncoderMemory {
  const own = encoder ?? new ColumnarEncoder();
  encoder = undefined;
  return {
    memory: own.lendMemory(),
    giveBack: () => {
      encoder = own;
    },
  };
}

/** See the file's head. */
export const columnar: ChunkFormat = {
  name: 'columnar@8',
  encode(batch, zstdLevel = ZSTD_LEVEL) {
    // Kept between chunks: its memory, and what it learnt of shapes.
    encoder ??= new ColumnarEncoder();
    return encoder.encode(batch, zstdLevel);
  },
  open: (entry, read, memory) => new ColumnarReader(entry, read, memory),
  lacks: lacksWord,
};

/**
 * What was written before: with wider numbers of words, without a lexicon, with columns in the order of slots, with one section
 * of ids. The head tells which.
 */
export const formerColumnar: readonly ReadFormat[] = [7, 6, 5, 4].map((version) => ({
  name: `columnar@${version}`,
  open: columnar.open,
  lacks: lacksWord,
}));
