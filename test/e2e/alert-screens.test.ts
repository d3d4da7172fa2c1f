/** Rules and quiet times as people make them in a real Chromium, with a real pheromone behind it. */
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ALERT_ROUTES } from '@apiary/queen/alert-routes.ts';
import { NOTIFICATION_ROUTES } from '@apiary/queen/notification-routes.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { type RunningApiary, startApiary } from '../harness/apiary-up.ts';
import { axeViolations } from '../harness/axe.ts';
import { openBrowser } from '../harness/browser.ts';

const LOONS = {
  name: 'Loons',
  query: 'loon',
  condition: { type: 'count' as const, count: 1, windowMs: 3_600_000 },
  groupBy: ['lake'],
  users: [],
};

describe('the alerts’ screens', () => {
  let apiary: RunningApiary;
  let browser: Browser;
  let page: Page;
  let logs: string;
  let file: string;
  let origin: string;

  const open = (path: string) => page.goto(`${origin}${path}`);
  const rules = async () => (await apiary.client.call(ALERT_ROUTES.listRules)).rules;

  beforeAll(async () => {
    logs = mkdtempSync(join(tmpdir(), 'apiary-heron-'));
    file = join(logs, 'heron.log');
    writeFileSync(file, '');
    apiary = await startApiary();
    origin = new URL(apiary.link).origin;
    for (const name of ['ops', 'boss']) {
      await apiary.client.call(NOTIFICATION_ROUTES.putChannel, {
        name,
        kind: 'webhook',
        settings: { url: 'https://192.0.2.1/hook' },
        secrets: { secret: 'no secret at all' },
        enabled: false,
      });
    }
    const { agents } = await apiary.client.listAgents();
    const urls = [`file://${encodeURI(file)}`];
    await apiary.client.addTargets({
      agents: [agents[0]?.id ?? ''],
      urls,
      tags: [],
      history: true,
    });
    browser = await openBrowser();
    page = await browser.newPage({ reducedMotion: 'reduce' });
    page.setDefaultTimeout(30_000);
    await page.goto(apiary.link);
    await page.getByTestId('query-input').waitFor();
    const nests = Array.from({ length: 3 }, (_, nest) => `heron nest=${nest} gone wrong\n`);
    appendFileSync(file, `${nests.join('')}the pond is still\n`);
    await open('/search?q=heron&range=all');
    await page.getByTestId('log-row').nth(2).waitFor();
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    await apiary?.stop();
    rmSync(logs, { recursive: true, force: true });
  });

  it('show what a message will say while it is written, with placeholders by the keyboard', async () => {
    await open('/alerts/rules/new?q=heron');
    await page.getByLabel('Name', { exact: true }).fill('Herons');
    await page.getByLabel('At least so many lines').fill('1');
    await page.getByLabel('For each of these on its own').fill('nest');
    await page.getByText('It would have fired 3 times').waitFor();
    await page.getByText('Message', { exact: true }).focus();
    await page.locator('summary', { hasText: 'Message' }).press('Enter');
    const text = page.getByLabel('Text', { exact: true });
    await text.fill('Nest : look\nsecond row');
    await text.press('ControlOrMeta+Home');
    for (const _ of 'Nest ') await page.keyboard.press('ArrowRight');
    await page.getByRole('button', { name: '{nest} of the group' }).press('Enter');
    expect(await text.inputValue()).toBe('Nest {nest}: look\nsecond row');
    await page.keyboard.type('!');
    expect(await text.inputValue()).toBe('Nest {nest}!: look\nsecond row');
    await page.getByLabel('Title').focus();
    await page.getByRole('button', { name: '{rule} the rule’s name' }).click();
    expect(await page.getByLabel('Title').inputValue()).toBe('{rule}');
    const arrives = page.getByTestId('arrives');
    await arrives.getByText('Nest 2!: look').waitFor();
    await arrives.getByText('second row').waitFor();
    await arrives.getByText('Herons', { exact: true }).waitFor();
    await page.getByLabel('Lines before and after the last match').fill('2');
    await arrives.getByText('the pond is still').waitFor();
    await page.getByLabel('Count the matches of each').fill('nest');
  }, 60_000);

  it('say at its field what is wrong, and keep what was typed when it is not saved', async () => {
    await page.locator('summary', { hasText: 'Who is told, and when' }).click();
    const repeat = page.getByLabel('Say it again every');
    await repeat.fill('often');
    await page.getByRole('button', { name: 'Save rule' }).click();
    expect(await repeat.getAttribute('aria-invalid')).toBe('true');
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.type('1h');
    expect(await repeat.inputValue()).toBe('1h');
    await page.route('**/api/rules', (route) =>
      route.request().method() === 'POST'
        ? route.fulfill({
            status: 400,
            contentType: 'application/problem+json',
            body: JSON.stringify({ code: 'query-syntax', detail: 'heron: no such bird' }),
          })
        : route.continue(),
    );
    await page.getByRole('button', { name: 'Save rule' }).click();
    await page.getByRole('alert').getByText('It is not saved. heron: no such bird').waitFor();
    const query = page.getByLabel('Lines that match');
    expect(await query.getAttribute('aria-invalid')).toBe('true');
    expect(await query.inputValue()).toBe('heron');
    await page.unroute('**/api/rules');
  }, 60_000);

  it('escalate in steps, and save all of it', async () => {
    await page.getByLabel('ops').first().check();
    await page.getByLabel('Fire when it held for').fill('30s');
    await page.getByLabel('Told one by one').fill('0');
    await page.getByLabel('Tell nobody while the host itself is dead').uncheck();
    await page.getByLabel('Phones and browsers').selectOption('nobody');
    await page.getByRole('button', { name: 'Tell others after a while' }).click();
    await page.getByRole('button', { name: 'Add a step' }).click();
    const step = (name: string) => page.getByRole('group', { name });
    await step('Step 1').getByLabel('boss').check();
    await step('Step 2').getByLabel('Phones and browsers').selectOption('everybody');
    await page.getByRole('button', { name: 'Tell earlier: step 2' }).press('Enter');
    expect(await step('Step 2').getByLabel('boss').isChecked()).toBe(true);
    expect([await axeViolations(page)]).toEqual([[]]);
    await page.getByRole('button', { name: 'Save rule' }).click();
    await page.getByTestId('rules').getByText('Herons').waitFor();
    expect(await rules()).toMatchObject([
      {
        ...{ id: 'herons', name: 'Herons', query: 'heron', groupBy: ['nest'], title: '{rule}' },
        ...{ text: 'Nest {nest}!: look\nsecond row', contextLines: 2, channels: ['ops'] },
        ...{ countBy: 'nest', bundleAfter: 0 },
        ...{ users: [], forMs: 30_000, repeatMs: 3_600_000, quietWhenHostDead: false },
        escalation: [
          { afterMs: 900_000, channels: [], users: ['*'] },
          { afterMs: 1_800_000, channels: ['boss'], users: [] },
        ],
      },
    ]);
    await page.getByTestId('rules').getByRole('link', { name: 'Herons' }).click();
    await page.locator('summary', { hasText: '2 steps' }).click();
    expect(await step('Step 2').getByLabel('After').inputValue()).toBe('30m');
  }, 60_000);

  it('say of what is no matter of lines when it fires, in place of trying it', async () => {
    await open('/alerts/rules/new');
    await page.getByRole('combobox', { name: 'have' }).selectOption('agent-dead');
    await page.getByLabel('Agents that match').fill('host:web-*');
    await page.getByRole('heading', { name: 'There are no lines to try it on' }).waitFor();
    await page.getByText('It fires as soon as an approved agent’s heartbeats stop').waitFor();
    expect(await page.getByLabel('For each of these on its own').count()).toBe(0);
  }, 60_000);

  it('never replace a rule by a new one of the same name', async () => {
    await open('/alerts/rules/new?q=egret');
    await page.getByLabel('Name', { exact: true }).fill('Herons');
    await page.getByRole('button', { name: 'Save rule' }).click();
    await page.getByTestId('rules').getByText('egret').waitFor();
    expect((await rules()).map(({ id }) => id).sort()).toEqual(['herons', 'herons-2']);
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('Undone').waitFor();
    expect((await rules()).map(({ id }) => id)).toEqual(['herons']);
  }, 60_000);

  it('make, change and end a maintenance window, which the board and its rule tell of', async () => {
    await open('/alerts/silences');
    const form = (name: string) => page.getByRole('form', { name });
    await form('A new silence').getByRole('combobox', { name: 'Rule' }).selectOption('herons');
    await form('A new silence').getByLabel('Other fields').fill('nest=*');
    await form('A new silence').getByRole('combobox', { name: 'Quiet' }).selectOption('weekly');
    const made = form('A new maintenance window');
    await made.getByLabel('For', { exact: true }).fill('a while');
    await made.getByRole('button', { name: 'Silence' }).click();
    await made.getByText('A length of up to a day is needed').waitFor();
    await made.getByLabel('For', { exact: true }).fill('1d');
    for (const day of ['Sat', 'Sun']) await made.getByRole('checkbox', { name: day }).check();
    await made.getByLabel('At', { exact: true }).fill('00:00');
    await made
      .getByTestId('occurrences')
      .getByText(/^Quiet .+, 00:00 to .+ · /)
      .waitFor();
    await made.getByLabel('Why').fill('moult');
    expect(await axeViolations(page)).toEqual([]);
    await made.getByRole('button', { name: 'Silence' }).click();
    const row = page.getByTestId('silences').getByRole('listitem');
    await row.getByText('every day at 00:00 for 24 hours').waitFor();
    await row.getByText(/^quiet now, .+ left$/).waitFor();
    await row.getByText(/^then .+ 00:00/).waitFor();
    await open('/alerts');
    await page
      .getByRole('region', { name: 'Quiet now' })
      .getByText(/Herons, nest \* \(maintenance until .+\)/)
      .waitFor();
    await open('/alerts/rules');
    await page
      .getByTestId('rules')
      .getByText(/^nest \* quiet until/)
      .waitFor();
    await page.getByTestId('rules').getByRole('link', { name: 'Herons' }).click();
    await page.getByRole('link', { name: /^nest \* quiet until/ }).click();
    await row.getByRole('button', { name: 'Change Herons' }).click();
    const changed = form('Change the maintenance window');
    await changed.getByRole('checkbox', { name: 'Sun' }).uncheck();
    await changed.getByRole('button', { name: 'Save' }).click();
    await row.getByText('Mon to Sat at 00:00').waitFor();
    await row.getByRole('button', { name: 'End it' }).click();
    await page.getByText('Nothing is silenced').waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await row.getByText('Mon to Sat at 00:00').waitFor();
    await row.getByRole('button', { name: 'End it' }).click();
    await page.getByText('Nothing is silenced').waitFor();
  }, 60_000);

  it('silence an alert for a usual time from its menu, or for another one from there', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await apiary.client.call(ALERT_ROUTES.putRules, { rules: [{ ...LOONS, id: 'loons' }] });
    await open('/alerts');
    await page.getByTestId('nothing-firing').waitFor();
    appendFileSync(file, 'loon lake=7 calls\n');
    const alert = page.getByTestId('alerts').getByRole('listitem').first();
    await alert.getByText('Who was told').click();
    await alert.getByText('Nobody by a message of its own').waitFor();
    await alert.getByRole('button', { name: 'Silence' }).click();
    expect(await axeViolations(page)).toEqual([]);
    await page.getByRole('button', { name: 'until 8:00 tomorrow' }).click();
    await alert.getByText('silenced').waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await alert.getByText('silenced').waitFor({ state: 'detached' });
    await alert.getByRole('button', { name: 'Silence' }).click();
    await page.getByRole('link', { name: 'another time…' }).click();
    const form = page.getByRole('form', { name: 'A new silence' });
    expect(await form.getByRole('combobox', { name: 'Rule' }).inputValue()).toBe('loons');
    expect(await form.getByLabel('Other fields').inputValue()).toBe('lake=7');
    await form.getByRole('button', { name: 'Silence' }).click();
    await page.getByTestId('silences').getByText('Loons, lake 7').waitFor();
    const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
    expect(overflow).toBe(0);
  }, 60_000);

  it('set up a channel with a key of several lines, and change it without typing that again', async () => {
    await page.setViewportSize({ width: 1440, height: 900 });
    await open('/settings/channels');
    await page.getByRole('button', { name: 'Add a channel' }).click();
    await page.getByLabel('Kind').selectOption('apns');
    const key = '-----BEGIN PRIVATE KEY-----\nnot\none\n-----END PRIVATE KEY-----';
    for (const [label, text] of [
      ['Name', 'phones'],
      ['Key id', 'KEY1234567'],
      ['Team id', 'TEAM123456'],
      ['Key', key],
      ['Topic', 'com.example.app'],
    ] as const) {
      await page.getByLabel(label, { exact: true }).fill(text);
    }
    expect(await axeViolations(page)).toEqual([]);
    const [sent] = await Promise.all([
      page.waitForRequest((request) => request.method() === 'POST'),
      page.getByRole('button', { name: 'Add', exact: true }).click(),
    ]);
    expect(sent.postDataJSON().secrets).toEqual({ key });
    await page.getByRole('button', { name: 'Change phones' }).click();
    await page.getByLabel('Topic').fill('com.example.other');
    await page.getByLabel('Switched on').uncheck();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('row').filter({ hasText: 'phones' }).getByText('off').waitFor();
    const { channels } = await apiary.client.call(NOTIFICATION_ROUTES.listChannels);
    expect(channels.find(({ name }) => name === 'phones')).toMatchObject({
      ...{ enabled: false, secretsSet: ['key'], settings: { topic: 'com.example.other' } },
    });
  }, 60_000);
});
