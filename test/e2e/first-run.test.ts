/** From a new machine to an alert on a phone, by the keyboard alone, in a real Chromium. */
import { appendFileSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { type RunningApiary, startApiary } from '../harness/apiary-up.ts';
import { axeViolations } from '../harness/axe.ts';
import { openBrowser } from '../harness/browser.ts';
import { eventually } from '../harness/eventually.ts';
import { press, type } from '../harness/keyboard.ts';
import { type RunningBee, startBee } from '../harness/second-bee.ts';

describe('the first run', () => {
  let apiary: RunningApiary;
  let browser: Browser;
  let page: Page;
  let logs: string;
  let bee: RunningBee | undefined;
  let phone: Server;
  let phoneUrl: string;
  let own: string;
  const arrived: string[] = [];

  beforeAll(async () => {
    logs = realpathSync(mkdtempSync(join(tmpdir(), 'apiary-first-')));
    writeFileSync(join(logs, 'app.log'), '');
    phone = createServer((request, response) => {
      let body = '';
      request.on('data', (data: Buffer) => {
        body += data.toString();
      });
      request.on('end', () => {
        arrived.push(body);
        response.end('{}');
      });
    }).listen(0, '127.0.0.1');
    apiary = await startApiary();
    own = (await apiary.client.listAgents()).agents[0]?.id ?? '';
    const { port } = phone.address() as AddressInfo;
    phoneUrl = `http://127.0.0.1:${port}`;
    browser = await openBrowser();
    page = await browser.newPage({ reducedMotion: 'reduce' });
    page.setDefaultTimeout(30_000);
    await page.goto(apiary.link);
    await page.getByTestId('query-input').waitFor();
  }, 120_000);

  afterAll(async () => {
    await browser.close();
    await bee?.stop();
    await apiary.stop();
    phone.close();
    rmSync(logs, { recursive: true, force: true });
  });

  it('shows the line to type, and the Bee as it arrives', async () => {
    await page.goto(new URL('/agents', apiary.link).href);
    await press(page, page.getByRole('link', { name: 'Install a Bee' }));
    await page.getByText('install-bee.sh').waitFor();
    await page.getByRole('heading', { name: 'A Bee arrives here' }).waitFor();
    bee = startBee(apiary.amqpPort, '--allow', logs);
    await page.getByRole('heading', { name: 'A Bee has arrived' }).waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await press(page, page.getByRole('button', { name: 'Approve' }));
    await page.getByRole('heading', { name: /^A Bee has arrived.*done$/ }).waitFor();
  }, 60_000);

  it('offers what the Bee has found, ticked, and its lines flow', async () => {
    const found = page.getByRole('list', { name: /^Found on/ });
    expect(await found.getByLabel('metrics:').isChecked()).toBe(true);
    await press(page, page.getByRole('button', { name: /^Watch th/ }));
    await page.getByRole('list', { name: 'Watched' }).getByText('metrics:').waitFor();
    await page.getByTestId('first-lines').getByText('"metric":"memory"').waitFor();
    await page.getByRole('heading', { name: /^Lines flow.*done$/ }).waitFor();
    expect(await axeViolations(page)).toEqual([]);
  }, 90_000);

  it('sends a message to a phone, and an alert when something is wrong', async () => {
    await press(page, page.getByText('A server of your own'));
    await type(page, page.getByLabel('Server'), phoneUrl);
    await press(page, page.getByLabel('It stands in the local network'), 'Space');
    await press(page, page.getByRole('button', { name: 'Send a message to try it' }));
    await page.getByText('Sent. It should be on the phone by now.').waitFor();
    expect(arrived[0]).toMatch(/"topic":"apiary-[a-z0-9]{16}"/);
    await press(page, page.getByRole('button', { name: 'It has arrived' }));
    await page.getByText('Alerts go to phone.').waitFor();
    await press(page, page.getByRole('button', { name: /^Switch on [0-9]+ rules/ }));
    await page.getByText(/[0-9]+ rules are on\./).waitFor();
    await apiary.client.addTargets({
      agents: [own],
      urls: [`file://${logs}/app.log`],
      tags: [],
      history: false,
    });
    appendFileSync(join(logs, 'app.log'), `${new Date().toISOString()} Kernel panic: no queen\n`);
    await eventually(() => arrived.find((text) => text.includes('no queen')), 'the phone is told');
  }, 90_000);

  it.each(['dark', 'light'] as const)('fits a phone, %s', async (colorScheme) => {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width: 360, height: 780 });
    expect(await axeViolations(page)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBe(0);
  });
});
