import { describe, expect, it } from '@jest/globals';
import type { PaletteGroup, PaletteItem } from './palette-item.ts';
import { paletteSearch } from './palette-search.ts';

function item(group: PaletteGroup, title: string, words = ''): PaletteItem {
  return { id: `${group}:${title}`, group, title, note: '', words, path: '/' };
}

const search = paletteSearch([
  item('agent', 'dn-07', 'prod storage 10.0.12.7'),
  item('agent', 'web-1.example.com', 'edge'),
  item('page', 'Search', 'lines query'),
  item('page', 'Agents', 'hosts fleet'),
  item('doc', 'Wildcards', 'query language'),
  ...Array.from({ length: 9 }, (_, i) => item('query', `nightly ${i}`)),
]);
const titles = (text: string) => search(text).flatMap(({ items }) => items.map((it) => it.title));

describe('the palette', () => {
  it('offers the pages before anything is typed', () => {
    expect(titles(' ')).toEqual(['Search', 'Agents']);
  });

  it('finds by the beginning of a word', () => {
    expect(titles('dn')).toEqual(['dn-07']);
    expect(titles('wildc')).toEqual(['Wildcards']);
  });

  it('finds by a part of a host name, a tag and an address', () => {
    expect(titles('example')).toEqual(['web-1.example.com']);
    expect(titles('storage')).toEqual(['dn-07']);
    expect(titles('12.7')).toContain('dn-07');
  });

  it('takes a letter within a sentence as itself', () => {
    expect(titles('search a query')).not.toContain('Agents');
    expect(titles('a')).toContain('Agents');
  });

  it('forgives one letter', () => {
    expect(titles('agnts')).toContain('Agents');
  });

  it('keeps to the order of the groups and bounds each', () => {
    const groups = search('query nightly').map(({ group, items }) => [group, items.length]);
    expect(groups).toEqual([
      ['query', 5],
      ['page', 1],
      ['doc', 1],
    ]);
  });

  it('takes any text', () => {
    for (const text of ['*', '~1', 'title:', '^^', '"', '\\', '+-']) {
      expect(() => search(text)).not.toThrow();
    }
  });
});
