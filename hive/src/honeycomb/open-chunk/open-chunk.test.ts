import { appendOf, runOf, streamOf } from '@apiary/common/testing/chunk-runs.ts';
import { describe, expect, test } from '@jest/globals';
import { Holdings } from '../holdings/holdings.ts';
import { decodeBody } from '../records/row-view.ts';
import type { OpenChunk } from './open-chunk.ts';

let sequence = 0;

/** Takes lines in; gives the chunk that they are in. */
function add(holdings: Holdings, lines: readonly string[]): OpenChunk {
  const stream = streamOf(lines);
  const { message, arrivedMs, retentionClass } = appendOf([runOf(stream, 0, stream.length)]);
  return holdings.restore({ sequence: ++sequence, message, arrivedMs, retentionClass }).chunk;
}

/** As when its sealing has ended. */
function seal(holdings: Holdings, chunk: OpenChunk): void {
  holdings.freeze(chunk, true);
  holdings.sealed(chunk, undefined);
  holdings.recycle(chunk);
}

const textOf = (chunk: Pick<OpenChunk, 'body' | 'count'>) =>
  Array.from({ length: chunk.count }, (_, row) => decodeBody(chunk.body(row)));

describe('the memory of an open chunk', () => {
  test('is the next one’s, once it is sealed', () => {
    const holdings = new Holdings([]);
    const first = add(holdings, ['one', 'two']);
    const before = first.bytes(0).buffer;
    seal(holdings, first);
    const second = add(holdings, ['three']);
    expect(second.bytes(0).buffer).toBe(before);
    expect(textOf(second)).toEqual(['three']);
    expect(first.count).toBe(0);
  });

  test('stays as it is where somebody has a snapshot', () => {
    const holdings = new Holdings([]);
    const first = add(holdings, ['one', 'two']);
    const [set] = holdings.read().snapshot.open;
    seal(holdings, first);
    expect(textOf(add(holdings, ['three']))).toEqual(['three']);
    expect(textOf(first)).toEqual(['one', 'two']);
    expect(set).toMatchObject({ count: 2 });
  });

  test('stays as it is until those who look at it have ended', () => {
    const holdings = new Holdings([]);
    const first = add(holdings, ['one', 'two']);
    const { set, end } = first.look();
    seal(holdings, first);
    add(holdings, ['three']);
    expect(textOf(set)).toEqual(['one', 'two']);
    end();
    expect(first.release()).toBeDefined();
  });

  test('goes when nothing more comes', () => {
    const holdings = new Holdings([]);
    const first = add(holdings, ['one']);
    const before = first.bytes(0).buffer;
    seal(holdings, first);
    holdings.forgetSpare();
    expect(add(holdings, ['two']).bytes(0).buffer).not.toBe(before);
  });
});
