/**
 * Compresses one text after another with one zstd context. `zstdCompressSync` makes a stream, a context and an output
 * buffer for each call, and all of it is garbage then: measured at a Bee under load, an eighth of its processor time.
 * Node has no call that keeps them, so this asks what Node's own streams ask, `_handle.writeSync`, as minizlib does.
 * Where that is missing, or does not give a whole frame, `zstdCompressSync` does the work.
 */
import { constants, createZstdCompress, type ZstdOptions, zstdCompressSync } from 'node:zlib';

/** What Node's streams of zstd hold and its types leave out. */
export interface ZstdEngine {
  readonly _handle?: { readonly writeSync?: WriteSync } | null;
  /** Bytes left in the output and in the input after a write. */
  readonly _writeState?: Uint32Array;
  on(event: 'error', listener: () => void): unknown;
}

type WriteSync = (
  flush: number,
  input: Uint8Array,
  inputFrom: number,
  inputBytes: number,
  output: Uint8Array,
  outputFrom: number,
  outputBytes: number,
) => void;

/** See the file's head. Each call gives one frame; one call at a time. */
export class ZstdCompressor {
  readonly #params: NonNullable<ZstdOptions['params']>;
  readonly #make: (options: ZstdOptions) => ZstdEngine;
  #engine: ZstdEngine | undefined;
  #output: Buffer | undefined;

  /** @param make for tests */
  constructor(
    params: NonNullable<ZstdOptions['params']>,
    // The types of Node's stream leave out what an engine is asked for; `compress` looks whether it is there.
    make: (options: ZstdOptions) => ZstdEngine = (options) =>
      createZstdCompress(options) as ZstdEngine,
  ) {
    this.#params = params;
    this.#make = make;
  }

  /** One zstd frame with all of `bytes`, in memory of its own. */
  compress(bytes: Uint8Array): Buffer {
    return this.#write(bytes) ?? zstdCompressSync(bytes, { params: this.#params });
  }

  /** Undefined where it could not be done. */
  #write(bytes: Uint8Array): Buffer | undefined {
    this.#engine ??= this.#makeEngine();
    const { _handle: handle, _writeState: left } = this.#engine;
    if (!handle?.writeSync || !left) return undefined;
    const output = this.#room(frameBytesMax(bytes.length));
    // With all of the input and room for any output zstd needs one call, and copies neither.
    left.fill(0);
    handle.writeSync(constants.ZSTD_e_end, bytes, 0, bytes.length, output, 0, output.length);
    const [outputLeft = 0, inputLeft = 0] = left;
    if (outputLeft === 0 || inputLeft > 0) {
      this.#engine = undefined;
      return undefined;
    }
    return Buffer.from(output.subarray(0, output.length - outputLeft));
  }

  #makeEngine(): ZstdEngine {
    const engine = this.#make({ params: this.#params });
    // It is told as an event, too, where nobody could catch it.
    engine.on('error', () => undefined);
    return engine;
  }

  #room(length: number): Buffer {
    if (!this.#output || this.#output.length < length) {
      this.#output = Buffer.allocUnsafeSlow(length);
    }
    return this.#output;
  }
}

/** More than any frame takes (ZSTD_COMPRESSBOUND of zstd.h), so that some is left when a frame is whole. */
function frameBytesMax(length: number): number {
  const small = 128 * 1024;
  const spare = length < small ? (small - length) >> 11 : 0;
  return length + (length >> 8) + spare + 64;
}
