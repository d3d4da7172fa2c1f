/**
 * Decompresses one zstd frame after another with one context. `zstdDecompressSync` makes a stream and a context for each
 * call: measured on messages of 256 KiB, a third of what decompressing them takes. See `zstd-compressor.ts` for how it
 * is asked for. What is no single whole frame, or does not come out of it as its header says, goes to
 * `zstdDecompressSync`, which tells what is wrong with it.
 */
import { constants, createZstdDecompress, zstdDecompressSync } from 'node:zlib';
import type { ZstdEngine } from './zstd-compressor.ts';
import { zstdFrameBytes, zstdRoom } from './zstd-room.ts';

/** Bytes of what is decompressed: room where the header does not tell, and at most. */
export interface ZstdRoom {
  readonly default: number;
  readonly max: number;
}

/** See the file's head. One call at a time. */
export class ZstdDecompressor {
  readonly #make: () => ZstdEngine;
  #engine: ZstdEngine | undefined;

  /** @param make for tests */
  constructor(
    // The types of Node's stream leave out what an engine is asked for; `decompress` looks whether it is there.
    make: () => ZstdEngine = () => createZstdDecompress() as ZstdEngine,
  ) {
    this.#make = make;
  }

  /** What the frame holds, in memory of its own. @throws Error of `node:zlib`, also past `room.max` */
  decompress(frame: Uint8Array, room: ZstdRoom): Buffer {
    return (
      this.#write(frame, room) ??
      zstdDecompressSync(frame, { chunkSize: zstdRoom(frame, room), maxOutputLength: room.max })
    );
  }

  /** Undefined where it could not be done. */
  #write(frame: Uint8Array, room: ZstdRoom): Buffer | undefined {
    // A frame that is not whole would leave the context in the midst of it.
    if (zstdFrameBytes(frame) !== frame.length) return undefined;
    this.#engine ??= this.#makeEngine();
    const { _handle: handle, _writeState: left } = this.#engine;
    if (!handle?.writeSync || !left) return undefined;
    const output = Buffer.allocUnsafeSlow(zstdRoom(frame, room));
    left.fill(0);
    handle.writeSync(constants.ZSTD_e_end, frame, 0, frame.length, output, 0, output.length);
    const [outputLeft = 0, inputLeft = 0] = left;
    if (outputLeft === 0 || inputLeft > 0 || output.length - outputLeft > room.max) {
      this.#engine = undefined;
      return undefined;
    }
    return output.subarray(0, output.length - outputLeft);
  }

  #makeEngine(): ZstdEngine {
    const engine = this.#make();
    // It is told as an event, too, where nobody could catch it.
    engine.on('error', () => undefined);
    return engine;
  }
}
