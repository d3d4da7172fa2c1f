/** Cuts frames of a spool into a run: pure, so that every edge has a unit test. */
import { decodeFrame, type Frame } from './frame.ts';

/** What a run takes from its frames. */
export interface SpoolCut {
  /** Bytes of the spool. */
  readonly length: number;
  readonly name: string;
  readonly observedMs: number;
  readonly startsMidRecord: boolean;
  readonly endsMidRecord: boolean;
  readonly history: boolean;
  readonly data: Buffer;
  readonly sourceLengths: Uint32Array;
  readonly bodyLengths: Uint32Array;
}

/**
 * Takes frames of one name while their bodies fit in `space`. A frame that ends in mid-record ends the run,
 * one that starts so begins one. `bytes` begin with a frame, and may end within one.
 *
 * @throws Error if the first frame is not whole
 */
export function cutFrames(bytes: Buffer, space: number): SpoolCut | 'no-room' {
  const frames: Frame[] = [];
  let length = 0;
  let bodyLength = 0;
  for (let frame = decodeFrame(bytes, 0); frame; frame = decodeFrame(bytes, length)) {
    const [first] = frames;
    if (bodyLength + frame.body.length > space) break;
    if (first && (frame.startsMidRecord || !belongs(frame, first))) break;
    frames.push(frame);
    length += frame.length;
    bodyLength += frame.body.length;
    if (frame.endsMidRecord) break;
  }
  const [first] = frames;
  if (!first) {
    if (decodeFrame(bytes, 0)) return 'no-room';
    throw new Error('a spool that was whole when it was opened is damaged');
  }
  return {
    length,
    name: first.name,
    observedMs: first.observedMs,
    startsMidRecord: first.startsMidRecord,
    endsMidRecord: frames.at(-1)?.endsMidRecord ?? false,
    history: first.history,
    data: Buffer.concat(frames.map(({ body }) => body)),
    sourceLengths: Uint32Array.from(frames, (frame) => frame.length),
    bodyLengths: Uint32Array.from(frames, ({ body }) => body.length),
  };
}

function belongs(frame: Frame, first: Frame): boolean {
  return frame.name === first.name && frame.history === first.history;
}
