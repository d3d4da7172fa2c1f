import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const root = resolve(import.meta.dirname, '..');
const page = readFileSync(join(root, 'docs/threat-model.md'), 'utf8');
const threats = page.split('\n').filter((line) => /^\| (?!threat )/.test(line));

/** The tests that a row names: file and title. */
function testsOf(row: string): { file: string; title: string }[] {
  return [...row.matchAll(/`([\w./-]+\.test\.ts)`: “(.+?)”(?= [`|])/g)].map((match) => ({
    file: match[1] ?? '',
    title: match[2] ?? '',
  }));
}

describe('the threat model', () => {
  it.each(threats.map((row) => [row.split('|')[1]?.trim() ?? '', row]))('answers: %s', (_, row) => {
    const named = testsOf(row);
    expect(named.length).toBeGreaterThan(0);
    for (const { file, title } of named) {
      const text = existsSync(join(root, file)) ? readFileSync(join(root, file), 'utf8') : '';
      expect([file, title, text.includes(title)]).toEqual([file, title, true]);
    }
  });
});
