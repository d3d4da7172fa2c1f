/**
 * A new user's walk in a real Chromium: the link, a target, its lines live, a search, a reload. Screenshots
 * go to test/screenshots/, for a person to look at.
 */
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { type RunningApiary, startApiary } from '../harness/apiary-up.ts';
import { openBrowser } from '../harness/browser.ts';

const screenshots = resolve(import.meta.dirname, '../screenshots');
const axe = readFileSync(
  resolve(import.meta.dirname, '../../node_modules/axe-core/axe.min.js'),
  'utf8',
);

/** Rows whose text holds a word. */
const rows = (page: Page, word: string) =>
  page.locator('[data-testid="log-row"]').filter({ hasText: word });

async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  return await page.evaluate(
    'axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ": " + nodes[0].html))',
  );
}

describe('a new user', () => {
  let apiary: RunningApiary;
  let browser: Browser;
  let page: Page;
  let logs: string;
  let file: string;
  const complaints: string[] = [];

  const keepScreenshot = (name: string) =>
    // Hiding the caret would need an inline style, which the page's policy forbids.
    page.screenshot({ path: join(screenshots, `${name}.png`), caret: 'initial' });

  async function search(query: string): Promise<void> {
    const input = page.getByTestId('query-input');
    await input.click();
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.type(query);
    await page.keyboard.press('Enter');
  }

  beforeAll(async () => {
    mkdirSync(screenshots, { recursive: true });
    logs = mkdtempSync(join(tmpdir(), 'apiary-shop-'));
    file = join(logs, 'shop.log');
    writeFileSync(file, `${new Date().toISOString()} INFO shop opens its doors\n`);
    apiary = await startApiary();
    browser = await openBrowser();
    page = await browser.newPage({ viewport: { width: 1440, height: 900 }, colorScheme: 'dark' });
    page.setDefaultTimeout(30_000);
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(String(error)));
  }, 120_000);

  afterAll(async () => {
    await browser.close();
    await apiary.stop();
    rmSync(logs, { recursive: true, force: true });
  });

  it('opens the link and is signed in', async () => {
    await page.goto(apiary.link);
    await page.getByTestId('query-input').waitFor();
    expect(new URL(page.url()).hash).toBe('');
    await page.getByTestId('log-row').first().waitFor();
    await keepScreenshot('search-first-look');
  }, 60_000);

  it('cannot use the link a second time', async () => {
    const other = await browser.newContext();
    const stranger = await other.newPage();
    await stranger.goto(apiary.link);
    await stranger.getByText(/link/i).first().waitFor();
    expect(await stranger.getByTestId('query-input').count()).toBe(0);
    await other.close();
  }, 60_000);

  it('adds a target by its path', async () => {
    await page.getByRole('link', { name: 'Agents' }).first().click();
    await page.getByTestId('fleet').waitFor();
    await keepScreenshot('agents');
    await page
      .getByRole('link', { name: /add targets/i })
      .first()
      .click();
    await page.getByLabel('Path or URL').fill(file);
    await page.keyboard.press('Enter');
    await page.getByLabel('Tag', { exact: true }).fill('shop');
    await page.keyboard.press('Enter');
    await page.locator('button.ap-chip[data-agent]').first().click();
    await page.getByLabel('Also what the files hold already').check();
    await page.getByTestId('watch').click();
    await page
      .getByTestId('results')
      .getByText(/1 of 1 watched/)
      .first()
      .waitFor();
    await keepScreenshot('add-targets');
  }, 60_000);

  it('sees its lines arrive live', async () => {
    await page.getByRole('link', { name: 'Search' }).first().click();
    await search('tag:shop');
    await rows(page, 'opens its doors').first().waitFor();
    appendFileSync(file, `${new Date().toISOString()} ERROR shop runs out of honey\n`);
    await rows(page, 'runs out of honey').first().waitFor();
    await keepScreenshot('search-live');
  }, 60_000);

  it('searches one and finds it again after a reload', async () => {
    await search('tag:shop AND level:error');
    await page.locator('[data-testid="total"][data-total="1"]').waitFor();
    expect(await rows(page, 'opens its doors').count()).toBe(0);
    await page.reload();
    await rows(page, 'runs out of honey').first().waitFor();
    await page.locator('[data-testid="total"][data-total="1"]').waitFor();
    await rows(page, 'runs out of honey').first().click();
    await page.getByTestId('open-line').waitFor();
    await keepScreenshot('search-open-line');
  }, 60_000);

  it('is told where a query is wrong', async () => {
    await search('shop AND');
    await page.getByTestId('query-error').waitFor();
    await keepScreenshot('search-query-error');
    await search('tag:shop');
    await rows(page, 'runs out of honey').first().waitFor();
  }, 60_000);

  it.each(['dark', 'light'] as const)(
    'finds no accessibility violation, %s',
    async (colorScheme) => {
      await page.emulateMedia({ colorScheme });
      expect(await violations(page)).toEqual([]);
      await keepScreenshot(`search-${colorScheme}`);
      await page.goto(new URL('/agents', page.url()).href);
      await page.getByTestId('fleet').waitFor();
      expect(await violations(page)).toEqual([]);
      await keepScreenshot(`agents-${colorScheme}`);
      await page.goto(new URL('/search?q=tag%3Ashop', page.url()).href);
      await rows(page, 'runs out of honey').first().waitFor();
    },
    60_000,
  );

  it('can use it on a phone', async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    await rows(page, 'runs out of honey').first().waitFor();
    const overflow = await page.evaluate<number>(
      'document.documentElement.scrollWidth - document.documentElement.clientWidth',
    );
    expect(overflow).toBe(0);
    await keepScreenshot('search-phone');
  }, 60_000);

  it('saw no error in the console', () => {
    expect(complaints).toEqual([]);
  });
});
