/** People, tokens and the audit log, by the command line and in the browser, on a running Apiary. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { type RunningApiary, startApiary } from '../harness/apiary-up.ts';
import { axeViolations } from '../harness/axe.ts';
import { openBrowser } from '../harness/browser.ts';
import { runCli } from '../harness/cli.ts';

const PASSWORD = 'four words in a row';
const SCHEMES = ['dark', 'light'] as const;
const SECTIONS = ['users', 'tokens', 'security', 'audit'] as const;

let apiary: RunningApiary;
let browser: Browser;
let origin: string;

beforeAll(async () => {
  apiary = await startApiary();
  browser = await openBrowser();
  origin = `http://127.0.0.1:${apiary.httpPort}`;
}, 120_000);

afterAll(async () => {
  await browser.close();
  await apiary.stop();
});

async function newPage(colorScheme: 'dark' | 'light', width = 1280): Promise<Page> {
  const context = await browser.newContext({ colorScheme, viewport: { width, height: 800 } });
  return await context.newPage();
}

async function signIn(page: Page, name: string, password: string): Promise<void> {
  await page.goto(`${origin}/settings`);
  await page.getByLabel('Name').fill(name);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

describe('the first password', () => {
  it('is set in the browser that came by the link, and ends links', async () => {
    const page = await newPage('dark');
    await page.goto(apiary.link);
    await page.waitForURL('**/search**');
    await page.goto(`${origin}/settings/users`);
    await page.getByText('No password is set yet').waitFor();
    await page.getByRole('button', { name: 'Add a user' }).click();
    await page.getByLabel('Name').fill('mira');
    await page.getByLabel(/^Password/).fill(PASSWORD);
    expect(await axeViolations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.locator('[data-user="mira"]').waitFor();
    const link = await runCli(['link', '--data', apiary.folder]);
    expect(link).toMatchObject({ code: 1, stdout: '' });
    expect(link.stderr).toContain('sign in with a name and password');
    await page.context().close();
  }, 120_000);
});

describe('the command line', () => {
  it('adds people, and takes the password from a pipe', async () => {
    const data = ['--data', apiary.folder];
    const add = ['users', 'add', 'noel', '--role', 'viewer', ...data];
    expect(await runCli(add, { stdin: `${PASSWORD}\n` })).toMatchObject({ code: 0, stderr: '' });
    const short = await runCli(['users', 'add', 'otto', ...data], { stdin: 'short\n' });
    expect(short.code).toBe(1);
    expect(short.stderr).toContain('12 to 256 characters');
    const listed = await runCli(['users', 'list', '--json', ...data]);
    expect(JSON.parse(listed.stdout).users).toMatchObject([
      { name: 'mira', role: 'admin', hasPassword: true },
      { name: 'noel', role: 'viewer', hasPassword: true },
    ]);
  }, 120_000);

  it('talks to another instance by its address and a token, as far as the token goes', async () => {
    const made = await runCli([
      ...['tokens', 'add', 'remote', '--scopes', 'search:read,agents:read', '--role', 'admin'],
      ...['--data', apiary.folder],
    ]);
    const token = made.stdout.trim();
    expect(token).toMatch(/^apiary_/);
    const env = { APIARY_URL: origin, APIARY_TOKEN: token };
    const agents = await runCli(['agents', '--json'], { env });
    expect(JSON.parse(agents.stdout).agents).toHaveLength(1);
    const byFlag = await runCli(['search', '*', '--json', '--url', origin, '--token', token]);
    expect(byFlag.code).toBe(0);
    const refused = await runCli(['targets', 'list'], { env });
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toContain('targets:read');
    const without = await runCli(['agents', '--url', origin]);
    expect(without.code).toBe(2);
    expect(without.stderr).toContain('--token');
    const dead = await runCli(['agents', '--url', 'http://127.0.0.1:9', '--token', token]);
    expect(dead.stderr).toContain('nothing answers at http://127.0.0.1:9');
  }, 120_000);

  it('tells who changed what', async () => {
    const audit = await runCli(['audit', '--json', '--data', apiary.folder]);
    const { entries } = JSON.parse(audit.stdout);
    expect(entries).toContainEqual(
      expect.objectContaining({ who: 'admin', via: 'link', action: 'addUser', result: 'ok' }),
    );
    expect(audit.stdout).not.toContain(PASSWORD);
  }, 120_000);
});

describe('the browser', () => {
  it('says what is wrong with a sign-in, and lets the right one in', async () => {
    const page = await newPage('light');
    await signIn(page, 'noel', 'wrong');
    await page.getByRole('alert').getByText('The name or the password is wrong.').waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await signIn(page, 'noel', PASSWORD);
    await page.getByRole('heading', { name: 'Settings' }).waitFor();
    // A viewer sees what is theirs.
    expect(await page.getByRole('link', { name: 'Users and roles' }).count()).toBe(0);
    await page.context().close();
  }, 120_000);

  it('is signed out at once when a person is removed', async () => {
    const page = await newPage('dark');
    await signIn(page, 'noel', PASSWORD);
    await page.getByRole('heading', { name: 'Settings' }).waitFor();
    const removed = await runCli(['users', 'remove', 'noel', '--data', apiary.folder]);
    expect(removed.code).toBe(0);
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await page.context().close();
  }, 120_000);

  it('makes and revokes a token, which is shown once', async () => {
    const page = await newPage('dark');
    await signIn(page, 'mira', PASSWORD);
    await page.getByRole('link', { name: 'API tokens' }).click();
    await page.getByRole('button', { name: 'Make a token' }).click();
    await page.getByLabel('What it is for').fill('a test');
    await page.getByLabel('search:read').check();
    expect(await axeViolations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Make', exact: true }).click();
    const secret = await page.getByTestId('secret').textContent();
    expect(secret).toMatch(/^apiary_/);
    const env = { APIARY_URL: origin, APIARY_TOKEN: secret ?? '' };
    expect((await runCli(['search', '*', '--json'], { env })).code).toBe(0);
    await page.getByRole('button', { name: 'Revoke a test' }).click();
    await page.getByLabel('Type a test to confirm').fill('a test');
    expect(await axeViolations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Revoke', exact: true }).click();
    await page.getByRole('button', { name: 'Revoke a test' }).waitFor({ state: 'detached' });
    expect((await runCli(['search', '*', '--json'], { env })).code).toBe(1);
    await page.context().close();
  }, 120_000);

  it.each(SCHEMES)(
    'has no axe violations and nothing wider than a phone, %s',
    async (scheme) => {
      const page = await newPage(scheme);
      await signIn(page, 'mira', PASSWORD);
      await page.getByRole('heading', { name: 'Settings' }).waitFor();
      for (const width of [1280, 360]) {
        await page.setViewportSize({ width, height: 800 });
        for (const section of SECTIONS) {
          await page.goto(`${origin}/settings/${section}`);
          await page.locator('.ap-settings-body table').first().waitFor();
          expect([section, width, await axeViolations(page)]).toEqual([section, width, []]);
          const overflow: unknown = await page.evaluate(
            'document.documentElement.scrollWidth - innerWidth',
          );
          expect([section, width, overflow]).toEqual([section, width, 0]);
        }
      }
      await page.context().close();
    },
    90_000,
  );
});
