import { JUDGED_LEAVES_MAX } from '@apiary/common/limits/search.ts';
import type { LeafQuery } from '@apiary/common/query/ast.ts';
import { parseQuery } from '@apiary/common/query/parser.ts';
import { describe, expect, test } from '@jest/globals';
import { JudgedLeaves } from './judged-leaves.ts';

describe('what leaves were judged to match', () => {
  test('is known of a leaf wherever it stands in its query, and of no other', () => {
    const judged = new JudgedLeaves();
    const flags = Uint8Array.of(1, 0, 1);
    judged.keep(leafOf('error'), flags);
    expect(judged.get({ ...leafOf('error'), from: 7, to: 12 })).toBe(flags);
    for (const other of ['errors', 'error*', 'host:error', 'error~1', '/error/', '"error now"~3']) {
      expect(judged.get(leafOf(other))).toBeUndefined();
    }
    judged.clear();
    expect(judged.get(leafOf('error'))).toBeUndefined();
  });

  test('is not forgotten for what an earlier view of fewer rows found', () => {
    const judged = new JudgedLeaves();
    const flags = Uint8Array.of(1, 0, 1);
    judged.keep(leafOf('error'), flags);
    judged.keep(leafOf('error'), Uint8Array.of(1));
    expect(judged.get(leafOf('error'))).toBe(flags);
  });

  test('is kept of so many leaves, those that were asked for last', () => {
    const judged = new JudgedLeaves();
    const leaves = Array.from({ length: JUDGED_LEAVES_MAX }, (_, index) => leafOf(`w${index}`));
    for (const leaf of leaves) judged.keep(leaf, Uint8Array.of(1));
    judged.get(leafOf('w0'));
    judged.keep(leafOf('more'), Uint8Array.of(1));
    const left = [...leaves, leafOf('more')].filter((leaf) => judged.get(leaf) === undefined);
    expect(left).toEqual([leafOf('w1')]);
  });
});

function leafOf(text: string): LeafQuery {
  const parsed = parseQuery(text);
  if (!parsed.ok) throw new Error(parsed.error.message);
  const { query } = parsed;
  if ('operands' in query || 'operand' in query || query.kind === 'all') {
    throw new Error(`${text} is no leaf`);
  }
  return query;
}
