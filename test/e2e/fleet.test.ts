/** The fleet in a real Chromium, by the keyboard alone: who waits, what each sends, many at once. */
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { type RunningApiary, startApiary } from '../harness/apiary-up.ts';
import { axeViolations } from '../harness/axe.ts';
import { openBrowser } from '../harness/browser.ts';
import { eventually } from '../harness/eventually.ts';
import { press, tabTo, type } from '../harness/keyboard.ts';
import { type RunningBee, startBee } from '../harness/second-bee.ts';

describe('the fleet', () => {
  let apiary: RunningApiary;
  let browser: Browser;
  let page: Page;
  let logs: string;
  let file: string;
  let plugins: string;
  let own: string;
  let bee: RunningBee | undefined;
  let second = '';
  let writing: NodeJS.Timeout | undefined;

  const row = (id: string) => page.locator(`[data-testid="fleet"] tr[data-agent="${id}"]`);
  const plugin = (name: string, text: string) =>
    writeFileSync(join(plugins, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  const write = () => appendFileSync(file, `${new Date().toISOString()} INFO the fleet hums\n`);

  beforeAll(async () => {
    logs = realpathSync(mkdtempSync(join(tmpdir(), 'apiary-fleet-')));
    file = join(logs, 'fleet.log');
    writeFileSync(file, '');
    plugins = join(logs, 'plugins');
    mkdirSync(plugins);
    plugin('check_fine', "echo 'DISK OK, 38 % free | /=62%;80;90'");
    plugin('check_raid', "echo 'RAID CRITICAL: md0 degraded'; exit 2");
    apiary = await startApiary();
    own = (await apiary.client.listAgents()).agents[0]?.id ?? '';
    const urls = [`file://${file}`];
    await apiary.client.addTargets({ agents: [own], urls, tags: ['hum'], history: true });
    browser = await openBrowser();
    const context = await browser.newContext({ reducedMotion: 'reduce' });
    page = await context.newPage();
    page.setDefaultTimeout(30_000);
    await page.goto(apiary.link);
    await page.getByTestId('query-input').waitFor();
    await page.goto(new URL('/agents', apiary.link).href);
    await row(own).waitFor();
  }, 120_000);

  afterAll(async () => {
    clearInterval(writing);
    await browser.close();
    await bee?.stop();
    await apiary.stop();
    rmSync(logs, { recursive: true, force: true });
  });

  it('shows a Bee as it arrives, with its fingerprint, and one key approves it', async () => {
    bee = startBee(apiary.amqpPort, '--allow', logs, '--checks', plugins);
    const waiting = page.getByTestId('pending').getByRole('listitem');
    await waiting.first().waitFor();
    const { agents } = await apiary.client.listAgents();
    const pending = agents.find(({ approval }) => approval === 'pending');
    second = pending?.id ?? '';
    expect(await waiting.allTextContents()).toEqual([
      expect.stringContaining(pending?.fingerprint ?? '?'),
    ]);
    expect(await axeViolations(page)).toEqual([]);
    await press(page, waiting.getByRole('button', { name: /^Approve/ }));
    await row(second).locator('xpath=self::*[@data-standing="alive"]').waitFor();
    await page.getByTestId('pending').waitFor({ state: 'detached' });
  }, 60_000);

  it('tells what each sends, as it happens', async () => {
    writing = setInterval(write, 50);
    await row(own)
      .getByRole('img', { name: / [1-9][0-9,]* lines a second at most/ })
      .waitFor();
    const rate = row(own).locator('.ap-cell-rate');
    await eventually(async () => Number(await rate.textContent()) > 10 || undefined, 'a rate');
    clearInterval(writing);
    await row(own).getByText('in step').waitFor();
    await eventually(
      async () => Number(await rate.textContent()) < 5 || undefined,
      'the rate falls when nothing more is written',
    );
  }, 60_000);

  it('is on Home by loudness, with a word on how that compares, and what is new among the errors', async () => {
    await page.goto(new URL('/home', apiary.link).href);
    const loudest = page.getByRole('region', { name: 'Loudest sources' }).getByRole('listitem');
    // Which of two at rest comes first, and how they compare, is for the unit tests.
    await eventually(async () => (await loudest.count()) === 2 || undefined, 'both are listed');
    await page.getByText('Nothing is firing.').waitFor();
    appendFileSync(file, `${new Date().toISOString()} ERROR the hive of 7 lost its queen\n`);
    const errors = page.getByTestId('latest-errors');
    await errors.getByText('lost its queen').waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await press(page, errors.getByRole('link', { name: /lost its queen/ }));
    await page.waitForURL('**/search?q=*');
    await page.getByTestId('log-row').filter({ hasText: 'lost its queen' }).first().waitFor();
    await page.goto(new URL('/agents', apiary.link).href);
    await row(own).waitFor();
  }, 60_000);

  it('is sorted and narrowed by words, tag and state; the address keeps it', async () => {
    await press(page, page.getByRole('button', { name: 'Lines a second' }));
    await page.locator('th[aria-sort="descending"]', { hasText: 'Lines a second' }).waitFor();
    await type(page, page.getByLabel('Filter agents'), 'fleet.log');
    await row(second).waitFor({ state: 'detached' });
    await tabTo(page, page.getByLabel('Tag', { exact: true }));
    await page.keyboard.type('hum');
    await page.waitForURL('**/agents?q=fleet.log&tag=hum');
    await page.reload();
    await row(own).waitFor();
    expect(await row(second).count()).toBe(0);
    await type(page, page.getByLabel('Filter agents'), 'no such host');
    await page.getByText('No agent matches this filter.').waitFor();
    await page.goto(new URL('/agents', apiary.link).href);
    await press(page, page.getByRole('button', { name: /^Alive/ }));
    await page.waitForURL('**/agents?state=alive');
    await row(second).waitFor();
  }, 60_000);

  it('takes many at once: files, tags, agents, and a result for each pair', async () => {
    await press(page, page.getByLabel('Select all shown'), 'Space');
    const bar = page.getByRole('region', { name: 'Selected agents' });
    await bar.getByText('2 selected').waitFor();
    await press(page, bar.getByRole('button', { name: 'Add targets' }));
    await page.getByText('2 of 2', { exact: true }).waitFor();
    await type(page, page.getByLabel('Path or URL'), `${logs}/*.log`);
    await page.keyboard.press('Enter');
    await page.keyboard.type('/nowhere/at/all.log');
    await page.keyboard.press('Enter');
    await type(page, page.getByLabel('Tag', { exact: true }), 'bulk');
    await page.keyboard.press('Enter');
    await press(page, page.getByTestId('watch'));
    const results = page.getByTestId('results');
    await results.getByRole('row').nth(2).waitFor();
    // The second Bee may read the folder of the logs alone; `up`'s own waits for what is not there yet.
    await results.getByText('1 could not start, 1 waits').waitFor();
    await results.getByText('2 of 4 watched').waitFor();
    expect(await axeViolations(page)).toEqual([]);
  }, 60_000);

  it('revokes and takes it back', async () => {
    await page.goto(new URL('/agents?tag=bulk', apiary.link).href);
    await press(page, page.getByLabel('Select all shown'), 'Space');
    await press(page, page.getByRole('button', { name: 'Revoke' }));
    await page.getByText('Revoked 2 agents').waitFor();
    await row(second).waitFor({ state: 'detached' });
    await page.keyboard.press('ControlOrMeta+z');
    await row(second).waitFor();
  }, 60_000);

  it('has a page for each host: its figures as they are measured', async () => {
    await page.goto(new URL(`/agents/${second}`, apiary.link).href);
    await press(page, page.getByRole('link', { name: 'Metrics' }));
    await page.getByText('This host does not tell its figures').waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await press(page, page.getByRole('button', { name: 'Watch its figures' }));
    await page.getByText('No figures in this time').waitFor();
    await apiary.client.addTargets({
      agents: [second],
      urls: ['metrics:?interval=1'],
      tags: [],
      history: false,
    });
    await page.getByRole('img', { name: /^CPU: used [0-9.]+ % now, [0-9.]+ % at most/ }).waitFor();
    await page.getByRole('img', { name: /^Memory: used/ }).waitFor();
    await tabTo(page, page.getByLabel('Time range'));
    await page.keyboard.type('Last 5');
    await page.waitForURL('**/metrics?range=5m');
    await page.getByRole('img', { name: /^Load: 1 minute/ }).waitFor();
    expect(await axeViolations(page)).toEqual([]);
  }, 60_000);

  it('shows what a host’s checks say, and what happened to it', async () => {
    await press(page, page.getByRole('link', { name: /^Checks/ }));
    await page.getByText('Nothing is checked on this host').waitFor();
    const urls = ['check:check_fine?interval=1', 'check:check_raid?interval=1'];
    await apiary.client.addTargets({ agents: [second], urls, tags: [], history: false });
    const checks = page.getByTestId('checks');
    await checks.getByText('RAID CRITICAL: md0 degraded').waitFor();
    await checks.getByText('Critical', { exact: true }).waitFor();
    await checks.getByText('warns at 80, critical at 90').waitFor();
    plugin('check_raid', "echo 'RAID OK'");
    await checks.getByText('RAID OK').waitFor();
    await checks.getByText('Critical', { exact: true }).waitFor({ state: 'detached' });
    expect(await axeViolations(page)).toEqual([]);
    await press(page, page.getByRole('link', { name: 'Events' }));
    const events = page.getByTestId('host-events');
    await events.getByText('check:check_fine?interval=1').waitFor();
    await events.getByText('Approved').first().waitFor();
    await bee?.stop();
    bee = undefined;
    await events.getByText('Not heard any more').waitFor();
    expect(await axeViolations(page)).toEqual([]);
  }, 60_000);

  it('says on every live page that the connection is lost, and fills in what came meanwhile', async () => {
    const board = await page.evaluate<string>(`fetch('/api/dashboards', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        name: 'Errors',
        panels: [{ id: 'e', title: 'E', kind: 'log', query: '"lost its queen" OR honey', columns: 12 }],
      }),
    }).then((answer) => answer.json()).then(({ dashboard }) => '/dashboards/' + dashboard.id)`);
    const paths = ['/agents', '/home', board];
    const pages = await Promise.all(
      paths.map(async (path) => {
        const each = await page.context().newPage();
        await each.goto(new URL(path, apiary.link).href);
        return each;
      }),
    );
    const [agents, home, dashboard] = pages;
    await agents?.getByTestId('fleet').waitFor();
    await home?.getByTestId('latest-errors').getByText('lost its queen').waitFor();
    await dashboard?.getByText('lost its queen').first().waitFor();
    const lost = (each: Page) => each.getByRole('alert').filter({ hasText: 'No connection since' });
    process.kill(apiary.children().hive ?? 0, 'SIGKILL');
    for (const each of pages) await lost(each).waitFor();
    appendFileSync(file, `${new Date().toISOString()} ERROR honey boils over in the meantime\n`);
    for (const each of pages) await lost(each).waitFor({ state: 'detached' });
    await home?.getByTestId('latest-errors').getByText('boils over in').waitFor();
    await dashboard?.getByText('boils over in').first().waitFor();
    writing = setInterval(write, 50);
    const rate = agents?.locator(`[data-testid="fleet"] tr[data-agent="${own}"] .ap-cell-rate`);
    await eventually(async () => Number(await rate?.textContent()) > 0 || undefined, 'a rate');
    clearInterval(writing);
    for (const each of pages) await each.close();
    await page.goto(new URL('/agents', apiary.link).href);
    await row(own).waitFor();
  }, 90_000);

  it.each(['dark', 'light'] as const)(
    'has no accessibility violation and fits a phone, %s',
    async (colorScheme) => {
      await page.emulateMedia({ colorScheme });
      const host = `/agents/${second}`;
      const paths = ['/agents', host, `${host}/metrics`, `${host}/checks`, `${host}/events`];
      for (const width of [1440, 360]) {
        await page.setViewportSize({ width, height: 780 });
        for (const path of paths) {
          await page.goto(new URL(path, apiary.link).href);
          await page.getByRole('heading', { level: 1 }).first().waitFor();
          expect([path, width, await axeViolations(page)]).toEqual([path, width, []]);
          const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
          expect([path, width, overflow]).toEqual([path, width, 0]);
        }
      }
    },
    90_000,
  );
});
