import { CHUNK_FRAMES_EXTRA_BYTES_MAX } from '@apiary/common/limits/search.ts';
import { describe, expect, test } from '@jest/globals';
import { type FrameUse, KeptFrames } from './kept-frames.ts';

/** Four of them are what is kept where there is no room. */
const FRAME_BYTES = CHUNK_FRAMES_EXTRA_BYTES_MAX / 4;

/** Frames filled with their number, and the numbers of those that were loaded. */
function framesWith(hasRoom: () => boolean, near: readonly number[] = []) {
  const loaded: number[] = [];
  const frames = new KeptFrames(async (index) => {
    loaded.push(index);
    const bytes = Buffer.allocUnsafeSlow(FRAME_BYTES).fill(index);
    return { bytes, isNear: near.includes(index) };
  }, hasRoom);
  const get = async (indexes: readonly number[], use: FrameUse): Promise<Buffer[]> => {
    const got: Buffer[] = [];
    for (const index of indexes) got.push(await frames.get(index, use));
    return got;
  };
  return { frames, loaded, get };
}

const lengths = (buffers: readonly Buffer[]) => buffers.map(({ length }) => length / FRAME_BYTES);

describe('frames of a chunk', () => {
  test('are all kept where there is room', async () => {
    const { frames, loaded, get } = framesWith(() => true);
    const first = await get([0, 1, 2, 3, 4, 5], 'passing');
    expect(await get([5, 4, 3, 2, 1, 0], 'passing')).toEqual(first.toReversed());
    expect(loaded).toEqual([0, 1, 2, 3, 4, 5]);
    expect(frames.memoryBytes).toBe(6 * FRAME_BYTES);
  });

  test('are those used last where there is none, and the others are free', async () => {
    const { frames, loaded, get } = framesWith(() => false);
    const first = await get([0, 1, 2, 3], 'passing');
    expect(frames.atHand(0, 'passing')?.[0]).toBe(0);
    await get([4], 'passing');
    expect(lengths(first)).toEqual([1, 0, 1, 1]);
    expect(frames.memoryBytes).toBe(4 * FRAME_BYTES);
    expect(frames.atHand(1, 'passing')).toBeUndefined();
    expect((await get([1], 'passing'))[0]?.[0]).toBe(1);
    expect(loaded).toEqual([0, 1, 2, 3, 4, 1]);
  });

  test('that are near are few also where there is room', async () => {
    const { frames, loaded, get } = framesWith(() => true, [0, 1, 2, 3, 4, 5, 6]);
    await get([7, 0, 1, 2, 3, 4, 5, 6], 'passing');
    expect(frames.memoryBytes).toBe(5 * FRAME_BYTES);
    await get([7, 6, 5, 4, 3], 'passing');
    expect(loaded).toEqual([7, 0, 1, 2, 3, 4, 5, 6]);
  });

  test('that had room stay where the later ones go', async () => {
    let room = 2;
    const { frames, loaded, get } = framesWith(() => room-- > 0);
    await get([0, 1, 2, 3, 4, 5, 6, 7], 'passing');
    expect(frames.memoryBytes).toBe(6 * FRAME_BYTES);
    await get([0, 1, 7, 6, 5, 4], 'passing');
    expect(loaded).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  test('stay whole for whoever has them, also once they are not kept', async () => {
    const { frames, get } = framesWith(() => false);
    const lent = await get([0, 1, 2], 'lent');
    const passing = await get([0, 3, 4, 5, 6, 7, 8], 'passing');
    frames.release('in-use');
    expect(frames.memoryBytes).toBe(0);
    expect(lent.map((bytes) => [bytes.length, bytes[0]])).toEqual(
      [0, 1, 2].map((index) => [FRAME_BYTES, index]),
    );
    expect(lengths(passing)).toEqual([1, 0, 0, 0, 0, 0, 0]);
  });

  test('are given to who asks after they were let go of, and few are kept', async () => {
    const { frames, get } = framesWith(() => true);
    await get([0, 1], 'passing');
    frames.release('in-use');
    const again = await get([0, 1, 2, 3, 4, 5], 'passing');
    expect(lengths(again)).toEqual([0, 0, 1, 1, 1, 1]);
    expect(frames.memoryBytes).toBe(4 * FRAME_BYTES);
  });

  test('are there as long as they are looked at, whoever else asks for others', async () => {
    const { frames, loaded } = framesWith(() => false);
    const seen: number[] = [];
    const look = async (from: number) => {
      for (let index = from; index < from + 20; index++) {
        await frames.see(index, (bytes) => seen.push(bytes.length === FRAME_BYTES ? 1 : 0));
      }
    };
    await Promise.all([look(0), look(20), look(0), look(40), look(60), look(10)]);
    expect(seen).toEqual(Array.from({ length: 120 }, () => 1));
    expect(new Set(loaded).size).toBe(80);
  });

  test('are loaded once for all who wait, and again where that failed', async () => {
    let loads = 0;
    const frames = new KeptFrames(
      async (index) => {
        loads++;
        await Promise.resolve();
        if (loads === 1) throw new Error('not now');
        return { bytes: Buffer.alloc(10, index) };
      },
      () => true,
    );
    const ask = () => frames.get(3, 'passing');
    const outcomes = await Promise.allSettled([ask(), ask()]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await Promise.all([ask(), ask()])).toEqual([Buffer.alloc(10, 3), Buffer.alloc(10, 3)]);
    expect(loads).toBe(2);
  });

  test('may each be larger than what is kept where there is no room', async () => {
    const frames = new KeptFrames(
      async (index) => {
        const bytes = Buffer.allocUnsafeSlow(2 * CHUNK_FRAMES_EXTRA_BYTES_MAX).fill(index);
        return { bytes };
      },
      () => false,
    );
    const first = await frames.get(1, 'passing');
    expect([first.length, first[0]]).toEqual([2 * CHUNK_FRAMES_EXTRA_BYTES_MAX, 1]);
    await frames.get(2, 'passing');
    expect(first.length).toBe(0);
  });
});
