/**
 * A whole session on the Search page with the keyboard alone, and names that mean harm: a Bee whose host calls itself
 * HTML, files with marks that turn text around, through the whole chain into a real Chromium.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { ALERT_ROUTES } from '../../queen/src/alert-routes.ts';
import { projectRoot } from '../../scripts/data-folder.ts';
import { type RunningApiary, startApiary } from '../harness/apiary-up.ts';
import { axeViolations } from '../harness/axe.ts';
import { openBrowser } from '../harness/browser.ts';
import { eventually } from '../harness/eventually.ts';

const HOST = '<img src=x onerror=broken=1>\u202egnp.';
/** What is drawn of it. */
const HOST_SHOWN = '<img src=x onerror=broken=1>⟨U+202E⟩gnp.';
const FILE = '\u202e<svg onload=broken=1>.log';
const FILE_SHOWN = '⟨U+202E⟩<svg onload=broken=1>.log';

describe('a session on the Search page', () => {
  let apiary: RunningApiary;
  let browser: Browser;
  let page: Page;
  let logs: string;
  let file: string;
  let origin: string;
  const children: ChildProcess[] = [];
  const complaints: string[] = [];

  const row = (text: string) => page.getByTestId('log-row').filter({ hasText: text }).first();
  const found = (lines: number) =>
    page.locator(`[data-testid="total"][data-total="${lines}"]`).waitFor();
  const write = (text: string) => appendFileSync(file, `${new Date().toISOString()} ${text}\n`);
  const press = (...keys: string[]) =>
    keys.reduce((before, key) => before.then(() => page.keyboard.press(key)), Promise.resolve());
  const focused = <T>(look: string) => page.evaluate<T>(`(document.activeElement)${look}`);

  /** Presses Tab until an element of this name has the focus, which must be seen. */
  async function tabTo(role: 'button' | 'textbox' | 'link' | 'grid', name: string | RegExp) {
    const wanted = page.getByRole(role, { name }).first();
    await wanted.waitFor();
    for (let pressed = 0; pressed < 150; pressed++) {
      if (await wanted.evaluate((element) => element === element.ownerDocument.activeElement)) {
        const outline = await wanted.evaluate(
          (element) => element.ownerDocument.defaultView?.getComputedStyle(element).outlineStyle,
        );
        expect([name, outline]).toEqual([name, 'solid']);
        return;
      }
      await page.keyboard.press('Tab');
    }
    throw new Error(`the keyboard does not reach ${name}`);
  }

  async function watch(agents: 'all' | string[], path: string, tag: string): Promise<void> {
    const urls = [`file://${encodeURI(path)}`];
    await apiary.client.addTargets({ agents, urls, tags: [tag], history: true });
  }

  beforeAll(async () => {
    logs = mkdtempSync(join(tmpdir(), 'apiary-session-'));
    file = join(logs, 'door.log');
    writeFileSync(file, '');
    for (let n = 0; n < 9; n++) write(`INFO door ${n} opened by user=mira`);
    for (let n = 0; n < 3; n++) write(`ERROR door ${n} jammed after ${n * 7} tries user=otto`);
    apiary = await startApiary();
    origin = new URL(apiary.link).origin;
    await watch('all', file, 'doors');
    browser = await openBrowser();
    const context = await browser.newContext({ reducedMotion: 'reduce', acceptDownloads: true });
    page = await context.newPage();
    page.setDefaultTimeout(30_000);
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(String(error)));
    // Told of every attempt, also of those that a library swallows.
    await page.addInitScript(
      'window.violations = []; document.addEventListener("securitypolicyviolation", (event) => window.violations.push(event.violatedDirective + " " + event.blockedURI))',
    );
    await page.goto(apiary.link);
    await page.getByTestId('query-input').waitFor();
  }, 120_000);

  afterAll(async () => {
    for (const child of children) child.kill('SIGTERM');
    await browser.close();
    await apiary.stop();
    rmSync(logs, { recursive: true, force: true });
  });

  it('searches, opens, filters, follows a pattern, saves, pins and exports by keys alone', async () => {
    await page.locator('.ap-editor').waitFor();
    await press('/');
    await page.keyboard.type('door');
    await press('Enter');
    await found(12);
    await press('Escape');
    await row('jammed').waitFor();
    // The list is where Escape leads; its first line opens.
    expect(await focused<string>('.getAttribute("role")')).toBe('grid');
    await press('ArrowDown', 'ArrowDown', 'ArrowUp', 'Enter');
    const open = page.locator('[data-open="true"]');
    await open.getByText('door 2 jammed').first().waitFor();
    await tabTo('button', 'Only user otto');
    await press('f');
    await found(3);
    expect(new URL(page.url()).searchParams.get('q')).toBe('door AND user:"otto"');
    // As Alt and the left arrow do where a browser has a window.
    await page.goBack();
    await found(12);
    await open.waitFor();
    await press('Escape');
    await open.waitFor({ state: 'detached' });
    await press('j', 'p');
    await found(3);
    expect(new URL(page.url()).searchParams.get('q')).toMatch(/pattern:.*jammed after/);
    await tabTo('button', 'Saved queries');
    await press('Enter');
    await page.getByLabel('Save this query as').focus();
    await page.keyboard.type('Jammed doors');
    await press('Enter');
    await page.getByText('Saved Jammed doors').waitFor();
    await tabTo('button', 'Pin');
    await press('Enter');
    await tabTo('textbox', 'Name of a new one');
    await page.keyboard.type('Doors');
    await tabTo('button', 'Add to dashboard');
    await press('Enter');
    await page.getByText('Added to Doors').waitFor();
    await tabTo('button', 'Export');
    const download = page.waitForEvent('download');
    await press('Enter');
    await tabTo('button', /^CSV/);
    await press('Enter');
    const saved = await (await download).path();
    expect(readFileSync(saved, 'utf8').split('\r\n')).toHaveLength(5);
    await press('Escape', 'g', 'd');
    await tabTo('link', 'Doors');
    await press('Enter');
    await page.getByRole('heading', { name: 'Doors' }).waitFor();
    await page.getByText('jammed after').first().waitFor();
  }, 120_000);

  it('shows all keys, and turns the list into something still by the keyboard', async () => {
    await press('g', 's');
    await page.getByRole('grid').waitFor();
    await page.getByRole('grid').focus();
    await press('?');
    await page.getByRole('dialog').getByText('Lines of the same pattern').waitFor();
    await press('Escape', 'w');
    await page.waitForURL(/wrap=1/);
    await press('l');
    await page.locator('[data-testid="live"][aria-pressed="false"]').waitFor();
    await press('.');
    await page.locator('[data-testid="live"][aria-pressed="true"]').waitFor();
  }, 60_000);

  it('flags a rule that fired on the histogram, as the way to the alerts', async () => {
    await apiary.client.call(ALERT_ROUTES.putRules, {
      rules: [
        {
          id: 'slam',
          name: 'Slammed <b>doors</b>',
          query: 'slammed',
          condition: { type: 'count', count: 1, windowMs: 60_000 },
        },
      ],
    });
    await page.goto(`${origin}/search?q=door`);
    await row('door').waitFor();
    const flag = page.getByRole('link', { name: /^Slammed <b>doors<\/b> fired at/ });
    await eventually(async () => {
      // A rule judges what comes once it stands.
      write('WARN door 4 slammed');
      return (await flag.isVisible()) ? true : undefined;
    }, 'the flag stands');
    expect(await axeViolations(page)).toEqual([]);
    await tabTo('link', /^Slammed <b>/);
    await press('Enter');
    await page.waitForURL('**/alerts');
  }, 60_000);

  it('shows names of hosts and files that mean harm as the text that they are', async () => {
    const bad = join(logs, FILE);
    writeFileSync(bad, '=HYPERLINK("http://192.0.2.1") trap\n');
    const bee = spawn(
      'unshare',
      [
        ...['--uts', 'sh', '-c', 'cat > /proc/sys/kernel/hostname; exec "$0" "$@"'],
        ...[process.execPath, '--disable-warning=ExperimentalWarning'],
        ...[join(projectRoot, 'scripts/launch.js'), 'bee'],
        ...[`amqp://bee:bee@127.0.0.1:${apiary.amqpPort}`, '--data', join(logs, 'bee')],
        ...['--allow', '/'],
      ],
      { stdio: ['pipe', 'ignore', 'inherit'] },
    );
    children.push(bee);
    bee.stdin.end(HOST);
    const agent = await eventually(
      async () => (await apiary.client.listAgents()).agents.find(({ name }) => name === HOST),
      'the Bee with the hostile name introduces itself',
    );
    await page.goto(`${origin}/agents`);
    await page.getByText(HOST_SHOWN, { exact: true }).first().waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await apiary.client.decide('approve', [agent.id]);
    await watch([agent.id], bad, 'traps');
    const badTag = watch([agent.id], bad, '<b>tag</b>');
    await expect(badTag).rejects.toThrow(/tag/);
    await page.goto(`${origin}/search?q=trap`);
    await found(1);
    await row('HYPERLINK').getByText(HOST_SHOWN, { exact: true }).waitFor();
    const facets = page.getByTestId('facets');
    await facets.getByRole('button', { name: HOST_SHOWN }).first().waitFor();
    await facets.getByText(FILE_SHOWN).first().waitFor();
    await page.getByRole('grid').focus();
    await press('ArrowDown', 'Enter');
    await page.getByRole('button', { name: `Only host ${HOST_SHOWN}` }).waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await tabTo('button', 'Export');
    const download = page.waitForEvent('download');
    await press('Enter');
    await tabTo('button', /^CSV/);
    await press('Enter');
    // A spreadsheet shows the formula, it does not follow it.
    const table = readFileSync(await (await download).path(), 'utf8');
    expect(table).toContain(`,"'=HYPERLINK(""http://192.0.2.1"") trap",`);
    expect(await page.evaluate<unknown>('window.broken')).toBeUndefined();
    expect(await page.locator('main img, main b').count()).toBe(0);
  }, 120_000);

  it('raised no alarm of the content policy, and no error', async () => {
    await page.goto(`${origin}/search?q=door`);
    await row('door').waitFor();
    expect(await page.evaluate<string[]>('window.violations')).toEqual([]);
    expect(complaints).toEqual([]);
  }, 60_000);
});
