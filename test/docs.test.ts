import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { referencePages } from '../scripts/commands/docs.ts';
import { performancePage } from '../scripts/performance-page.ts';

const folder = resolve(import.meta.dirname, '../docs/reference');

describe('the generated reference pages', () => {
  it.each(Object.entries(referencePages()))('%s is what the code says', (name, text) => {
    expect(readFileSync(join(folder, name), 'utf8')).toBe(text);
  });

  it('performance.md has the figures that benchmarks have written', () => {
    expect(readFileSync(join(folder, 'performance.md'), 'utf8')).toBe(performancePage());
  });
});
