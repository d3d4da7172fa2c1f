import { describe, expect, it } from '@jest/globals';
import { parseMarkdown, slugOf } from './markdown.ts';

describe('the documentation as blocks', () => {
  it('knows headings and their ids', () => {
    expect(parseMarkdown('# A `b` c\n\n## It’s 2nd')).toEqual([
      { kind: 'heading', level: 1, text: 'A b c', id: 'a-b-c' },
      { kind: 'heading', level: 2, text: 'It’s 2nd', id: 'its-2nd' },
    ]);
    expect(slugOf('Who may do what?')).toBe('who-may-do-what');
  });

  it('joins the lines of a paragraph and marks its pieces', () => {
    expect(parseMarkdown('one **two**\n`th*ree` [four](a.md#b) <b>')).toEqual([
      {
        kind: 'paragraph',
        inlines: [
          { kind: 'text', text: 'one ' },
          { kind: 'strong', text: 'two' },
          { kind: 'text', text: ' ' },
          { kind: 'code', text: 'th*ree' },
          { kind: 'text', text: ' ' },
          { kind: 'link', text: 'four', href: 'a.md#b' },
          { kind: 'text', text: ' <b>' },
        ],
      },
    ]);
  });

  it('reads tables with borders inside of cells', () => {
    const [table] = parseMarkdown('| a | b |\n|---|---|\n| `x\\|y` | 1 |\nafter');
    expect(table).toMatchObject({ kind: 'table', rows: [[[{ text: 'x|y' }], [{ text: '1' }]]] });
  });

  it('reads lists whose items have more lines, and code as it is', () => {
    const blocks = parseMarkdown('- one\n  more\n- two\n\n```sh\na | b\n\nc\n```\n');
    expect(blocks).toEqual([
      {
        kind: 'list',
        ordered: false,
        items: [[{ kind: 'text', text: 'one more' }], [{ kind: 'text', text: 'two' }]],
      },
      { kind: 'code', text: 'a | b\n\nc' },
    ]);
  });

  it('ends with any text', () => {
    for (const text of ['```', '|', '-', '# ', '**', '[a](', '|\n|', '  - x']) {
      expect(() => parseMarkdown(text)).not.toThrow();
    }
  });
});
