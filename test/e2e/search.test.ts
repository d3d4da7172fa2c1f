/**
 * The Search page in a real Chromium, driven by the keyboard alone where a person could: fields, columns, facets,
 * patterns. The names and lines are hostile, as lines are.
 */
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { type RunningApiary, startApiary } from '../harness/apiary-up.ts';
import { axeViolations } from '../harness/axe.ts';
import { openBrowser } from '../harness/browser.ts';
import { eventually } from '../harness/eventually.ts';

const LOGINS = [
  ...Array.from({ length: 6 }, (_, n) => `Failed password for root port ${4000 + n}`),
  ...Array.from({ length: 3 }, (_, n) => `Failed password for invalid user admin port ${5000 + n}`),
  'Accepted publickey for mira port 22',
];

const PARCELS = ['north', 'north', 'north', 'south'].map((depot) => `parcel depot=${depot}`);

describe('the Search page', () => {
  let apiary: RunningApiary;
  let browser: Browser;
  let page: Page;
  let logs: string;
  let file: string;
  let origin: string;

  const open = (path: string) => page.goto(`${origin}${path}`);
  const row = (text: string) => page.getByTestId('log-row').filter({ hasText: text }).first();
  const found = (lines: number) =>
    page.locator(`[data-testid="total"][data-total="${lines}"]`).waitFor();
  const write = (text: string) => appendFileSync(file, `${new Date().toISOString()} ${text}\n`);

  /** Presses Tab until an element of this name has the focus. */
  async function tabTo(role: 'button' | 'textbox' | 'tab', name: string | RegExp): Promise<void> {
    const wanted = page.getByRole(role, { name }).first();
    await wanted.waitFor();
    for (let pressed = 0; pressed < 120; pressed++) {
      if (await wanted.evaluate((element) => element === element.ownerDocument.activeElement))
        return;
      await page.keyboard.press('Tab');
    }
    throw new Error(`the keyboard does not reach ${name}`);
  }

  beforeAll(async () => {
    logs = mkdtempSync(join(tmpdir(), 'apiary-search-'));
    file = join(logs, 'auth.log');
    writeFileSync(file, '');
    for (const line of LOGINS) write(line);
    apiary = await startApiary();
    origin = new URL(apiary.link).origin;
    await apiary.client.addTargets({
      agents: 'all',
      urls: [`file://${encodeURI(file)}`],
      tags: ['logins'],
      history: true,
    });
    const other = join(logs, 'parcels.log');
    writeFileSync(other, `${PARCELS.join('\n')}\n`);
    const urls = [`file://${encodeURI(other)}`];
    await apiary.client.addTargets({ agents: 'all', urls, tags: ['parcels'], history: true });
    browser = await openBrowser();
    const context = await browser.newContext({ reducedMotion: 'reduce' });
    await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin });
    page = await context.newPage();
    page.setDefaultTimeout(30_000);
    await page.goto(apiary.link);
    await page.getByTestId('query-input').waitFor();
    await open('/search?q=password%20OR%20publickey&range=all');
    await row('Accepted publickey').waitFor();
  }, 120_000);

  afterAll(async () => {
    await browser.close();
    await apiary.stop();
    rmSync(logs, { recursive: true, force: true });
  });

  it('draws what programs wrote for terminals, and nothing that a line could smuggle in', async () => {
    const hostile = [
      '\u001b[31mred\u001b[0m smuggler <b>bold</b>',
      '\u001b]8;;http://192.0.2.1\u0007link\u001b]8;;\u0007 smuggler',
      '\u202egnp.exe\u202c smuggler',
      `{"<img src=x onerror=broken=1>":"<svg onload=window.broken=1>","\u202eq":1,"a":{"b":7},"smuggler":1}`,
      `smuggler ${'x'.repeat(1_000_000)}`,
    ];
    for (const line of hostile) write(line);
    await open('/search?q=smuggler&range=all&column=%3Cimg%20src%3Dx%20onerror%3Dbroken%3D1%3E');
    await row('red smuggler <b>bold</b>').waitFor();
    expect(await page.locator('.ap-ansi-1').first().textContent()).toBe('red');
    await row('^[]8;;http://192.0.2.1^Glink').waitFor();
    await row('⟨U+202E⟩gnp.exe').waitFor();
    await page.getByText('<svg onload=window.broken=1>', { exact: true }).first().waitFor();
    await page.getByTestId('log-row').filter({ hasText: 'xxxxxxxx' }).first().waitFor();
    await page.getByTestId('log-row').filter({ hasText: '<svg onload' }).first().click();
    await page.getByRole('group').getByText('7', { exact: true }).first().waitFor();
    await page.getByRole('button', { name: 'Only b 7' }).waitFor();
    await page.getByRole('button', { name: 'Only <img src=x onerror=broken=1>' }).waitFor();
    expect(await axeViolations(page)).toEqual([]);
    expect(await page.evaluate<unknown>('window.broken')).toBeUndefined();
    expect(await page.locator('.ap-list b, .ap-list img, .ap-list a').count()).toBe(0);
    const policy = (await page.request.get(`${origin}/search`)).headers()[
      'content-security-policy'
    ];
    expect(policy).toMatch(/script-src/);
    expect(/script-src([^;]*)/.exec(policy ?? '')?.[1]).not.toContain('unsafe-inline');
  }, 90_000);

  it('narrows to a value of a facet by click and by the keyboard alone, and leaves one out', async () => {
    await open('/search?q=password%20OR%20publickey%20OR%20parcel&range=all');
    await row('Accepted publickey').waitFor();
    const facets = page.getByTestId('facets');
    const value = (field: string, name: string) =>
      facets.locator(`[data-field="${field}"][data-value="${name}"]`);
    await value('tag', 'logins').getByText('10', { exact: true }).waitFor();
    await value('tag', 'parcels').getByText('4', { exact: true }).waitFor();
    await value('tag', 'parcels')
      .getByRole('button', { name: /^parcels/ })
      .click();
    await found(4);
    const chosen = value('tag', 'parcels').getByRole('button', { pressed: true });
    await chosen.click();
    await found(14);
    await tabTo('button', 'Without parcels');
    await page.keyboard.press('Enter');
    await found(10);
    expect(await page.getByTestId('log-row').filter({ hasText: 'parcel' }).count()).toBe(0);
    await tabTo('button', 'parcels left out');
    await page.keyboard.press('Enter');
    await found(14);
    await tabTo('button', /^depot/);
    await page.keyboard.press('Enter');
    await tabTo('button', /^north/);
    await page.keyboard.press('Enter');
    await found(3);
    await page.getByRole('grid').focus();
    await page.keyboard.press('[');
    await facets.waitFor({ state: 'detached' });
    await page.reload();
    await row('parcel').waitFor();
    expect(await facets.count()).toBe(0);
    await page.getByRole('grid').focus();
    await page.keyboard.press('[');
    await facets.waitFor();
  }, 90_000);

  it('fetches older lines until the end is there, and leaves rows in the order in which they are read', async () => {
    const bulk = join(logs, 'bulk.log');
    const lines = Array.from({ length: 6_000 }, (_, n) => `bulk line ${n}`);
    writeFileSync(bulk, `${lines.join('\n')}\n`);
    const urls = [`file://${encodeURI(bulk)}`];
    await apiary.client.addTargets({ agents: 'all', urls, tags: ['bulk'], history: true });
    await open('/search?q=tag%3Abulk&range=all');
    await found(6_000);
    await page.getByRole('grid').focus();
    const all = page.getByText('These are all lines that match in this range.');
    // Pressed also while a page is on its way.
    for (let pressed = 0; pressed < 500 && !(await all.isVisible()); pressed++) {
      await page.keyboard.press('End');
    }
    await row('bulk line 0').waitFor();
    await eventually(async () => {
      const drawn = await page.getByTestId('log-row').allTextContents();
      const shown = drawn.map((text) => Number(/line (\d+)$/.exec(text)?.[1]));
      const isOrdered = shown.every((n, at) => at === 0 || n === (shown[at - 1] ?? 0) - 1);
      return isOrdered && shown.at(-1) === 0 ? true : undefined;
    }, 'the rows stand in order');
    await page.keyboard.press('Home');
    await row('bulk line 5999').waitFor();
  }, 90_000);

  it('shows the patterns of the lines, and the lines of a pattern', async () => {
    await open('/search?q=password%20OR%20publickey&range=all');
    await row('Accepted publickey').waitFor();
    await page.getByRole('grid').focus();
    await page.keyboard.press('2');
    const patterns = page.getByTestId('pattern');
    await patterns.filter({ hasText: 'Failed password for root' }).waitFor();
    expect(await patterns.locator('.ap-pattern-count').allTextContents()).toEqual(['6', '3', '1']);
    await page.getByText('3 patterns', { exact: true }).waitFor();
    await tabTo('button', /^Failed password for root/);
    await page.keyboard.press('Enter');
    await page
      .getByRole('region', { name: 'Values of port' })
      .getByText('6 values', { exact: true })
      .waitFor();
    expect(await axeViolations(page)).toEqual([]);
    const alert = page.getByRole('link', { name: 'Alert when it rises' });
    expect(await alert.getAttribute('href')).toMatch(/^\/alerts\/rules\/new\?q=.*pattern/);
    await tabTo('button', 'Show these lines');
    await page.keyboard.press('Enter');
    await found(6);
    expect(await page.getByTestId('log-row').filter({ hasText: 'for root' }).count()).toBe(6);
    await page.goBack();
    await patterns.filter({ hasText: 'Failed password for root' }).click();
    await page.getByRole('button', { name: 'Leave this pattern out' }).click();
    await page.getByText('2 patterns', { exact: true }).waitFor();
    expect(await patterns.locator('.ap-pattern-count').allTextContents()).toEqual(['3', '1']);
  }, 90_000);

  it('compares members of a field that the keyboard alone defined', async () => {
    await open('/search?q=password%20OR%20publickey&range=all');
    await row('Accepted publickey').waitFor();
    await page.getByRole('grid').focus();
    await page.keyboard.press('3');
    await tabTo('textbox', 'New field');
    await page.keyboard.type('Outcome');
    await page.keyboard.press('Enter');
    for (const [name, query] of [
      ['Wrong password', 'failed'],
      ['Unknown user', '"invalid user"'],
    ] as const) {
      await tabTo('textbox', 'Member');
      await page.keyboard.type(name);
      await tabTo('textbox', 'Its query');
      await page.keyboard.type(query);
      await page.keyboard.press('Enter');
    }
    const counts = page.getByTestId('member-count');
    await page
      .getByRole('img', { name: /Wrong password 9, 90.0 %/ })
      .first()
      .waitFor();
    expect(await counts.allTextContents()).toEqual(['9', '0']);
    await tabTo('button', /^Move Unknown user/);
    await page.keyboard.press('ArrowUp');
    await page
      .getByRole('img', { name: /Unknown user 3.*Wrong password 6/ })
      .first()
      .waitFor();
    expect(await counts.allTextContents()).toEqual(['3', '6']);
    await page.reload();
    await page
      .getByRole('img', { name: /Unknown user 3.*Everything else 1/ })
      .first()
      .waitFor();
    await tabTo('button', 'Table');
    await page.keyboard.press('Enter');
    expect(await page.getByRole('row').allTextContents()).toEqual([
      'OutcomeLinesShare',
      'Unknown user330.0 %',
      'Wrong password660.0 %',
      'Everything else110.0 %',
      'All10100.0 %',
    ]);
  }, 90_000);

  it('keeps the fields with a saved query', async () => {
    await page.getByRole('button', { name: 'Saved queries' }).click();
    await page.getByLabel('Save this query as').fill('Logins');
    await page.keyboard.press('Enter');
    await page.getByText('Saved Logins').waitFor();
    await open('/search?range=all');
    await page.getByRole('button', { name: 'Saved queries' }).click();
    await page.getByRole('button', { name: /^Logins/ }).click();
    await page.getByRole('tab', { name: 'Fields 1' }).click();
    await page
      .getByRole('img', { name: /Unknown user 3/ })
      .first()
      .waitFor();
  }, 60_000);

  it('proposes fields and values while a query is typed', async () => {
    await open('/search?q=password%20OR%20publickey&range=all');
    await row('Accepted publickey').waitFor();
    await page.locator('.ap-editor').waitFor();
    await page.keyboard.press('/');
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.type('ta');
    await page.getByRole('option', { name: 'tag:' }).waitFor();
    await page.keyboard.press('Tab');
    await page.getByRole('option', { name: 'logins' }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/search?q=tag%3Alogins+&range=all');
  }, 60_000);

  it.each(['dark', 'light'] as const)(
    'has no violation on any tab, %s',
    async (colorScheme) => {
      await page.emulateMedia({ colorScheme });
      for (const width of [1440, 360]) {
        await page.setViewportSize({ width, height: 800 });
        for (const tab of await page.getByRole('tab').all()) {
          await tab.click();
          expect([width, await tab.textContent(), await axeViolations(page)]).toEqual([
            width,
            await tab.textContent(),
            [],
          ]);
          const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
          expect(overflow).toBe(0);
        }
      }
      await page.setViewportSize({ width: 1440, height: 800 });
    },
    120_000,
  );

  it('opens a line at a press of the button, also while lines arrive', async () => {
    await open('/search?q=clatter');
    write('INFO clatter 0');
    await row('clatter 0').waitFor();
    let count = 0;
    const writing = setInterval(() => write(`INFO clatter ${++count}`), 40);
    try {
      await row('clatter 20').waitFor();
      for (let press = 0; press < 12; press++) {
        await row(`clatter ${count}`).waitFor();
        // Rows lie elsewhere on the screen than in the document.
        const top = await page
          .getByTestId('log-row')
          .evaluateAll((rows) => Math.min(...rows.map((each) => each.getBoundingClientRect().top)));
        await page.mouse.move(600, top + 10 + 22 * (press % 5));
        await page.mouse.down();
        // The button is down for as long as two more lines take to arrive, like a person's.
        const arrived = count;
        await eventually(() => count > arrived + 1 || undefined, 'lines arrive');
        await page.mouse.up();
        await page.locator('[data-open]').waitFor();
        await page.keyboard.press('Escape');
        await page.locator('[data-open]').waitFor({ state: 'detached' });
      }
    } finally {
      clearInterval(writing);
    }
  }, 120_000);

  it('counts the filters anew, and again, while lines never cease to arrive', async () => {
    await open('/search?q=rattle');
    let count = 0;
    const writing = setInterval(() => write(`INFO rattle ${++count}`), 40);
    try {
      await row('rattle 5').waitFor();
      const value = page.getByTestId('facets').locator('[data-field="tag"][data-value="logins"]');
      await value.waitFor();
      const counted = async () => Number(/(\d+)\D*$/.exec(await value.innerText())?.[1]);
      for (let change = 0; change < 4; change++) {
        const before = await counted();
        await eventually(async () => (await counted()) > before || undefined, 'a new count');
      }
    } finally {
      clearInterval(writing);
    }
  }, 120_000);
});
