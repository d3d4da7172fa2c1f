/** axe-core in a page: what it finds, in one line each. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Violations of the page as it is, by all default rules. */
export async function axeViolations(page: Page): Promise<string[]> {
  // The page's policy forbids foreign scripts; the debugging protocol may evaluate all the same.
  await page.evaluate(source);
  return await page.evaluate(async () => {
    // Put there by the line above.
    const { axe } = globalThis as unknown as { axe: { run(): Promise<AxeResult> } };
    const { violations: found } = await axe.run();
    return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`);
  });
}

interface AxeResult {
  readonly violations: readonly {
    readonly id: string;
    readonly nodes: readonly { readonly html: string }[];
  }[];
}
