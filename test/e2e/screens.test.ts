/**
 * Every screen in a real Chromium, dark and light, on a desktop and at a phone's width; and what people do on
 * them: find, save, export, be alerted. The lines are hostile, as lines are.
 */
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect as connectAmqp } from 'amqplib';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { type RunningApiary, startApiary } from '../harness/apiary-up.ts';
import { axeViolations } from '../harness/axe.ts';
import { openBrowser } from '../harness/browser.ts';

const FORMULA = '=HYPERLINK("http://192.0.2.1","open me") kiosk';
const MARKUP = '<img src=x onerror="window.broken=1"><script>window.broken=1</script> kiosk';
const SIGNS = '\u202egnirts\u202c \u001b]0;title\u0007\u001b[31mred\u001b[0m kiosk';

/** Sends what is no data message, as a broken Bee would. */
async function putAside({ amqpPort }: RunningApiary): Promise<void> {
  const connection = await connectAmqp(`amqp://bee:bee@127.0.0.1:${amqpPort}`);
  const channel = await connection.createConfirmChannel();
  channel.publish('apiary.blocks', 'data', Buffer.from('no data message'), { persistent: true });
  await channel.waitForConfirms();
  await connection.close();
}

describe('the screens', () => {
  let apiary: RunningApiary;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let logs: string;
  let file: string;
  let origin: string;
  let agent: string;
  let board = '/dashboards';

  const write = (text: string) => appendFileSync(file, `${new Date().toISOString()} ${text}\n`);
  const open = (path: string) => page.goto(`${origin}${path}`);
  const row = (text: string) => page.getByTestId('log-row').filter({ hasText: text }).first();

  beforeAll(async () => {
    logs = mkdtempSync(join(tmpdir(), 'apiary-kiosk-'));
    file = join(logs, 'kiosk <b>&.log');
    writeFileSync(file, [FORMULA, MARKUP, SIGNS, ''].join('\n'));
    apiary = await startApiary();
    origin = new URL(apiary.link).origin;
    const { agents } = await apiary.client.listAgents();
    agent = agents[0]?.id ?? '';
    const urls = [`file://${encodeURI(file)}`];
    await apiary.client.addTargets({ agents: [agent], urls, tags: ['kiosk'], history: true });
    browser = await openBrowser();
    context = await browser.newContext({ acceptDownloads: true, reducedMotion: 'reduce' });
    page = await context.newPage();
    page.setDefaultTimeout(30_000);
    await page.goto(apiary.link);
    await page.getByTestId('query-input').waitFor();
  }, 120_000);

  afterAll(async () => {
    await browser.close();
    await apiary.stop();
    rmSync(logs, { recursive: true, force: true });
  });

  it('show hostile lines as text', async () => {
    await open('/search?q=kiosk&range=all');
    for (const text of ['<img src=x', '⟨U+202E⟩', '=HYPERLINK']) await row(text).waitFor();
    await row('<img src=x').click();
    await page.getByTestId('open-line').waitFor();
    expect(await page.evaluate<unknown>('window.broken')).toBeUndefined();
  }, 60_000);

  it('export lines without formulas', async () => {
    await open('/search?q=HYPERLINK&range=all');
    await row('=HYPERLINK').waitFor();
    await page.getByRole('button', { name: 'Export' }).click();
    const downloading = page.waitForEvent('download');
    await page.getByRole('button', { name: /^CSV/ }).click();
    const text = readFileSync(await (await downloading).path(), 'utf8');
    expect(text.split('\r\n')).toHaveLength(3);
    expect(text).toContain(`"'=HYPERLINK(""http://192.0.2.1"",""open me"") kiosk"`);
  }, 60_000);

  it('save a query and find it again from anywhere, by the keyboard alone', async () => {
    await open('/search?q=kiosk%20AND%20level%3Aerror&range=4h');
    await page.getByRole('button', { name: 'Saved queries' }).focus();
    await page.keyboard.press('Enter');
    await page.getByLabel('Save this query as').focus();
    await page.keyboard.type('Broken kiosks');
    await page.keyboard.press('Enter');
    await page.getByText('Saved Broken kiosks').waitFor();
    await open('/agents');
    await page.getByTestId('fleet').waitFor();
    await page.keyboard.press('ControlOrMeta+k');
    await page.getByRole('combobox', { name: 'Find anything' }).waitFor();
    await page.keyboard.type('broken');
    await page.getByRole('option', { name: /Broken kiosks/ }).waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL('**/search?q=kiosk+AND+level%3Aerror&range=4h');
  }, 60_000);

  it('find an agent and the documentation', async () => {
    await open('/home');
    const { agents } = await apiary.client.listAgents();
    await page.getByTestId('rate').waitFor();
    await page.keyboard.press('ControlOrMeta+k');
    await page.getByRole('combobox', { name: 'Find anything' }).waitFor();
    await page.keyboard.type(agents[0]?.name ?? '');
    await page.getByRole('option').first().waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL(`**/agents/${agent}`);
    await page.keyboard.press('ControlOrMeta+k');
    await page.getByRole('combobox', { name: 'Find anything' }).waitFor();
    await page.keyboard.type('query language');
    await page
      .getByRole('option', { name: /query language/i })
      .first()
      .waitFor();
    await page
      .getByRole('option', { name: /query language/i })
      .first()
      .click();
    await page.waitForURL('**/docs/query-language**');
    await page.getByRole('heading', { level: 1 }).waitFor();
  }, 60_000);

  it('tell of an error on Home as it comes', async () => {
    await open('/home');
    await page.getByTestId('rate').waitFor();
    write('ERROR the kiosk of row 7 burns');
    await page.getByTestId('latest-errors').getByText('the kiosk of row').waitFor();
  }, 60_000);

  it('make a rule that shows its effect, and an alert that can be acknowledged', async () => {
    await open('/alerts/rules/new?q=kiosk%20AND%20burns');
    await page.getByLabel('Name', { exact: true }).fill('Fire in a kiosk');
    await page.getByLabel('At least so many lines').fill('1');
    await page.getByText('It would have fired once in the last 24 hours').waitFor();
    const limit = page.getByRole('slider', { name: 'Limit' });
    await limit.press('ArrowUp');
    await page.getByText('It would not have fired in the last 24 hours').waitFor();
    expect(await page.getByLabel('At least so many lines').inputValue()).toBe('2');
    await limit.press('ArrowDown');
    await page.getByText('It would have fired once in the last 24 hours').waitFor();
    await page.getByRole('button', { name: 'Save rule' }).click();
    await page.getByTestId('rules').getByText('Fire in a kiosk').waitFor();
    await open('/alerts');
    await page.getByTestId('nothing-firing').waitFor();
    write('ERROR the kiosk of row 8 burns');
    const alert = page.getByTestId('alerts').getByRole('listitem').first();
    await alert.getByRole('heading', { name: /Fire in a kiosk/ }).waitFor();
    await page
      .getByRole('link', { name: /^Alerts.*1 *firing$/ })
      .first()
      .waitFor();
    await alert.getByText('What it measured in the last hour').click();
    await alert.getByRole('img', { name: /^Lines in 1 minute: .* beyond the limit/ }).waitFor();
    await alert.getByRole('button', { name: 'Acknowledge' }).click();
    await alert.getByText('just now').waitFor();
    await alert.getByRole('button', { name: 'Silence' }).click();
    await page.getByRole('button', { name: 'for 1 hour' }).click();
    await alert.getByText('silenced').waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await alert.getByText('silenced').waitFor({ state: 'detached' });
  }, 60_000);

  it('show how far a host’s files are, what else is there, and its folders by the keyboard', async () => {
    await open(`/agents/${agent}`);
    await page.getByTestId('ledger').getByText('in step').first().waitFor();
    await page.getByRole('heading', { name: 'Found here, not watched yet' }).waitFor();
    await page.getByRole('button', { name: 'Browse files' }).focus();
    await page.keyboard.press('Enter');
    const drawer = page.getByRole('dialog', { name: /^Files of/ });
    await drawer.getByRole('region', { name: 'Names in this folder' }).waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await drawer.waitFor({ state: 'detached' });
  }, 60_000);

  it('make a dashboard, add a panel and arrange it by the keyboard alone', async () => {
    await open('/dashboards');
    await page.getByRole('button', { name: 'New dashboard' }).focus();
    await page.keyboard.press('Enter');
    await page.waitForURL('**/dashboards/*');
    board = new URL(page.url()).pathname;
    await page.getByRole('button', { name: 'Panel', exact: true }).focus();
    await page.keyboard.press('Enter');
    await page.getByLabel('Shown as').selectOption('donut');
    await page.getByLabel(/^Query/).fill('kiosk');
    await page.getByLabel('Title').fill('Kiosks');
    await page.keyboard.press('Enter');
    const panels = page.getByTestId('panels').getByRole('heading', { level: 2 });
    await panels.filter({ hasText: 'Kiosks' }).waitFor();
    await page.getByRole('button', { name: 'Arrange' }).focus();
    await page.keyboard.press('Enter');
    const tools = page.getByRole('group', { name: 'Arrange Kiosks' });
    await tools.getByRole('button', { name: 'Earlier' }).focus();
    await page.keyboard.press('Enter');
    await page.getByText('Moved Kiosks').waitFor();
    expect(await panels.allTextContents()).toEqual(['Lines', 'By level', 'Kiosks', 'Errors']);
    expect(await axeViolations(page)).toEqual([]);
    await open(`${board}?range=1h`);
    await page
      .getByTestId('panels')
      .getByRole('img', { name: /^Shares/ })
      .waitFor();
  }, 60_000);

  it('explain a message that was put aside, and let it go', async () => {
    await putAside(apiary);
    await open('/settings/dead-letters');
    await page.getByText('It does not have the shape that the Hive reads').waitFor();
    await page.getByRole('button', { name: 'Discard' }).first().click();
    await page.getByText('Every message so far could be read.').waitFor();
  }, 60_000);

  it('are in the right scheme before any script of theirs has run', async () => {
    for (const [colorScheme, canvas] of [
      ['dark', 'rgb(18, 17, 15)'],
      ['light', 'rgb(250, 249, 247)'],
    ] as const) {
      const bare = await context.newPage();
      await bare.emulateMedia({ colorScheme });
      await bare.route('**/assets/*.js', (route) => route.abort());
      await bare.goto(`${origin}/search`);
      await bare.getByText('Apiary', { exact: true }).waitFor();
      expect(await bare.evaluate('getComputedStyle(document.body).backgroundColor')).toBe(canvas);
      await bare.close();
    }
  }, 60_000);

  it('say how Apiary itself is', async () => {
    await open('/home');
    const itself = page.getByRole('region', { name: 'Apiary itself' });
    await itself.getByText('all well').waitFor();
    await itself.getByText('Waiting in the queue').waitFor();
  }, 60_000);

  it.each(['dark', 'light'] as const)(
    'have no accessibility violation and fit a phone, %s',
    async (colorScheme) => {
      await page.emulateMedia({ colorScheme });
      const paths = [
        ...['/home', '/search?range=all', '/agents', `/agents/${agent}`, '/agents/add'],
        ...['/alerts', '/alerts/rules', '/alerts/silences', '/alerts/history'],
        ...[
          '/alerts/rules/new?q=kiosk',
          '/settings/channels',
          '/settings/dead-letters',
          '/dashboards',
          board,
          '/settings/retention',
          '/docs',
          '/docs/query-language',
          '/nowhere',
        ],
      ];
      for (const width of [1440, 360]) {
        await page.setViewportSize({ width, height: 800 });
        for (const path of paths) {
          await open(path);
          await page.getByRole('heading', { level: 1 }).first().waitFor({ state: 'attached' });
          expect([path, width, await axeViolations(page)]).toEqual([path, width, []]);
          const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
          expect([path, width, overflow]).toEqual([path, width, 0]);
        }
      }
    },
    300_000,
  );

  it('have no violation in what opens over them', async () => {
    await page.setViewportSize({ width: 1440, height: 800 });
    await open('/search?range=all');
    await page.getByTestId('log-row').first().waitFor();
    const looks: readonly (readonly [string, () => Promise<void>])[] = [
      ['keys', () => page.keyboard.press('?')],
      ['palette', () => page.keyboard.press('ControlOrMeta+k')],
      ['saved', () => page.getByRole('button', { name: 'Saved queries' }).click()],
      ['export', () => page.getByRole('button', { name: 'Export' }).click()],
    ];
    for (const [name, look] of looks) {
      await page.reload();
      await page.getByTestId('log-row').first().waitFor();
      await look();
      const opened = page.locator('dialog[open], .ap-menu');
      await opened.first().waitFor();
      expect([name, await axeViolations(page)]).toEqual([name, []]);
    }
  }, 60_000);
});
