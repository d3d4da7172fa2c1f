/** Settings and dashboards in a real Chromium, by the keyboard alone (and once by the mouse, which drags). */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { type RunningApiary, startApiary } from '../harness/apiary-up.ts';
import { axeViolations } from '../harness/axe.ts';
import { openBrowser } from '../harness/browser.ts';
import { press, tabTo, type } from '../harness/keyboard.ts';

const SECTIONS = [
  ['users', 'Users and roles'],
  ['tokens', 'API tokens'],
  ['channels', 'Channels'],
  ['retention', 'Retention'],
  ['dead-letters', 'Dead letters'],
  ['security', 'Signed in'],
  ['audit', 'Audit log'],
] as const;

describe('settings and dashboards', () => {
  let apiary: RunningApiary;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;

  const open = (path: string) => page.goto(new URL(path, apiary.link).href);
  const button = (name: string | RegExp) => page.getByRole('button', { name });

  beforeAll(async () => {
    apiary = await startApiary();
    browser = await openBrowser();
    context = await browser.newContext({ reducedMotion: 'reduce' });
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    page = await context.newPage();
    page.setDefaultTimeout(30_000);
    await page.goto(apiary.link);
    await page.getByTestId('query-input').waitFor();
  }, 120_000);

  afterAll(async () => {
    await browser.close();
    await apiary.stop();
  });

  it.each(['dark', 'light'] as const)(
    'have no accessibility violation in any section, %s',
    async (colorScheme) => {
      await page.emulateMedia({ colorScheme });
      for (const width of [1440, 360]) {
        await page.setViewportSize({ width, height: 780 });
        for (const [section, heading] of SECTIONS) {
          await open(`/settings/${section}`);
          await page.getByRole('heading', { level: 2, name: heading }).first().waitFor();
          await page.getByText('Loading…').first().waitFor({ state: 'detached' });
          expect([section, width, await axeViolations(page)]).toEqual([section, width, []]);
          const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
          expect([section, width, overflow]).toEqual([section, width, 0]);
        }
      }
    },
    120_000,
  );

  it('say why a section cannot be shown, and ask again', async () => {
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.route('**/api/tokens', (route) => route.abort());
    await open('/settings/tokens');
    const alert = page.getByRole('alert').filter({ has: button('Ask again') });
    await alert.waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await page.unroute('**/api/tokens');
    await press(page, button('Ask again'));
    await page.getByText('No tokens.').waitFor();
  }, 60_000);

  it('make and revoke a token, add a user, by the keyboard', async () => {
    await open('/settings/tokens');
    await press(page, button('Make a token'));
    await type(page, page.getByLabel('What it is for'), 'robot');
    await page.keyboard.press('Enter');
    await page.getByText('robot').first().waitFor();
    await press(page, page.getByRole('link', { name: 'Users and roles' }));
    await press(page, button('Add a user'));
    await type(page, page.getByLabel('Name', { exact: true }), 'mira');
    await type(page, page.getByLabel(/^Password/), 'a long enough password');
    await page.keyboard.press('Enter');
    await page.getByRole('row').filter({ hasText: 'mira' }).waitFor();
    await press(page, page.getByRole('link', { name: 'Audit log' }));
    await page.getByText('add user').first().waitFor();
  }, 60_000);

  it('keep a class by age and size, and ask before a limit deletes', async () => {
    await press(page, page.getByRole('link', { name: 'Retention' }));
    await press(page, button('Add a class'));
    await type(page, page.getByLabel('Name', { exact: true }), 'audit');
    await type(page, page.getByLabel('Tags that choose it'), 'audit login');
    await type(page, page.getByLabel(/^Days/), '400');
    await type(page, page.getByLabel(/^Gigabytes/), '2.5');
    await page.keyboard.press('Enter');
    const row = page.getByTestId('retention').getByRole('row').filter({ hasText: 'audit, login' });
    await row.getByText('400 days, or 2.5 GB').waitFor();
    await page.keyboard.press('ControlOrMeta+z');
    await page.getByText('Undone').waitFor();
    await page.reload();
    await button('Change default').waitFor();
    expect(await row.count()).toBe(0);
    // A store of years cannot be had in a test: its sizes are told in its place.
    const partition = { retentionClass: 'default', chunks: 9, rawBytes: 9e9, formats: [] };
    const partitions = [{ ...partition, day: '2020-02-01', records: 1_000, storedBytes: 7e8 }];
    const openData = { records: 1, rawBytes: 1, storedBytes: 1 };
    await page.route('**/api/store/sizes', (route) =>
      route.fulfill({ json: { open: openData, partitions } }),
    );
    await page.reload();
    await press(page, button('Change default'));
    await type(page, page.getByLabel(/^Days/), '30');
    await page.keyboard.press('Enter');
    await page.getByText('about 1,000 lines in 700 MB of 2020-02-01 are deleted at once').waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await type(page, page.getByLabel('Type default to confirm'), 'default');
    await page.keyboard.press('Enter');
    await page.getByTestId('retention').getByText('30 days').waitFor();
    await page.unroute('**/api/store/sizes');
  }, 60_000);

  it('fill in what was missed while the connection was lost', async () => {
    await open('/settings/audit');
    await page.getByText('set retention').first().waitFor();
    process.kill(apiary.children().hive ?? 0, 'SIGKILL');
    await page.getByRole('alert').filter({ hasText: 'No connection since' }).waitFor();
    const again = page.waitForResponse((answer) => answer.url().includes('/api/audit'));
    await page.getByRole('alert').filter({ hasText: 'No connection since' }).waitFor({
      state: 'detached',
    });
    expect((await again).ok()).toBe(true);
  }, 60_000);

  it('arrange a dashboard by mouse and by keyboard, share it, and find it from anywhere', async () => {
    // Where all panels are in sight nothing scrolls while one is dragged.
    await page.setViewportSize({ width: 1440, height: 1200 });
    await open('/dashboards');
    await press(page, button('New dashboard'));
    await page.waitForURL('**/dashboards/*');
    await press(page, button('Arrange'));
    const panels = page.getByTestId('panels').getByRole('heading', { level: 2 });
    await button(/^Move Errors/).waitFor();
    const item = (title: string) =>
      page
        .getByTestId('panels')
        .getByRole('listitem')
        .filter({ has: button(`Move ${title}:`) });
    // What is still counted would move the panels under the pointer.
    await page.getByText('Counting…').first().waitFor({ state: 'detached' });
    const errors = page.getByRole('heading', { level: 2, name: 'Errors' });
    await errors.dragTo(item('Lines'), { targetPosition: { x: 20, y: 20 } });
    await page.getByText('Moved Errors').waitFor();
    await expect(panels.allTextContents()).resolves.toEqual(['Errors', 'Lines', 'By level']);
    await tabTo(page, button(/^Move By level/));
    await page.keyboard.press('ArrowLeft');
    await page.getByText('Moved By level').waitFor();
    await expect(panels.allTextContents()).resolves.toEqual(['Errors', 'By level', 'Lines']);
    await tabTo(page, button(/^Move By level/));
    await page.keyboard.press('Shift+ArrowLeft');
    await page.getByText('By level takes 8 of 12 columns').waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await type(page, page.getByLabel('Name', { exact: true }), 'Front door');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Front door' }).waitFor();
    await press(page, button('Share'));
    await page.getByText('Copied the address').waitFor();
    const address = await page.evaluate<string>('navigator.clipboard.readText()');
    expect(address).toMatch(/\/dashboards\/[^?]+\?range=/);
    for (const [words, path] of [
      ['front door', '/dashboards/'],
      ['retention', '/settings/retention'],
      ['silences', '/alerts/silences'],
      ['install a bee', '/start'],
    ] as const) {
      await page.keyboard.press('ControlOrMeta+k');
      await page.getByRole('combobox', { name: 'Find anything' }).waitFor();
      await page.keyboard.type(words);
      await page
        .getByRole('option', { name: new RegExp(words, 'i') })
        .first()
        .waitFor();
      await page.keyboard.press('Enter');
      await page.waitForURL(`**${path}*`);
    }
  }, 90_000);
});
