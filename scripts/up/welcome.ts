/** The last step of `up`: everything runs; a person is told how to come in. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { toAppError } from '@apiary/common/errors.ts';
import { ApiClient } from '../api-client.ts';
import type { CommandIo } from '../command.ts';
import type { ReadyFacts } from '../supervisor.ts';
import type { Plan } from './plan.ts';

const OWN_BEE_TRY_MS = 50;
const OWN_BEE_TRIES = 300;

/** Prints the way in, once this machine's own Bee is approved; returns what it printed as facts. */
export async function welcome(plan: Plan, io: CommandIo, startedMs: number): Promise<ReadyFacts> {
  const client = await ApiClient.local(plan.folder);
  await ownBeeApproved(plan, client, io);
  await watchThisMachine(plan, client, io);
  const { url, hint } = await wayIn(plan, client);
  writeFileSync(join(plan.folder, 'run/origin'), `${plan.origin}\n`);
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  io.stdout.write(
    `\nApiary is ready (${seconds} s).\n\n` +
      `  Open   ${url}\n` +
      `         ${hint}\n` +
      `  Broker ${plan.beeBrokerUrl}\n` +
      `${await agentsLine(client)}` +
      `  Data   ${plan.folder}\n\n` +
      'Ctrl-C ends it.\n',
  );
  return { url, httpPort: plan.httpPort, amqpPort: plan.amqpPort };
}

/** The line that installs a Bee, where other machines could use it. */
async function agentsLine(client: ApiClient): Promise<string> {
  const { line, reach } = await client.install();
  return line && reach === 'network' ? `  Agents ${line}\n` : '';
}

/** A one-time link, or once there are passwords the plain address. */
async function wayIn(plan: Plan, client: ApiClient): Promise<{ url: string; hint: string }> {
  try {
    const { url } = await client.createSignInLink();
    const hint = 'The link signs you in once, within 15 minutes; ./apiary link makes another.';
    return { url, hint };
  } catch (thrown) {
    if (toAppError(thrown).code !== 'password-needed') throw thrown;
    return { url: plan.origin, hint: 'Sign in with your name and password.' };
  }
}

/** On the very first start this machine's logs and Apiary's own are watched, so that the screen is not empty. */
async function watchThisMachine(plan: Plan, client: ApiClient, io: CommandIo): Promise<void> {
  const mark = join(plan.folder, 'run/first-targets-set');
  if (existsSync(mark)) return;
  const add = async (urls: readonly string[], tags: readonly string[]) => {
    const agents = [plan.ownAgent];
    const { results } = await client.addTargets({ agents, urls, tags, history: true });
    const failed = results.find((result) => result.state === 'failed');
    if (failed) io.stderr.write(`apiary: ${failed.url}: ${failed.reason ?? 'failed'}\n`);
  };
  const system = ['*.log', 'syslog', 'messages'].map((name) => `file:///var/log/${name}`);
  try {
    await add(system, ['system']);
    await add([`file://${join(plan.folder, 'logs')}/*.log`], ['apiary']);
    writeFileSync(mark, '');
  } catch (thrown) {
    io.stderr.write(`apiary: first targets were not set: ${toAppError(thrown).message}\n`);
  }
}

/** Resolves when this machine's own Bee has greeted and is approved; says so when that takes too long. */
async function ownBeeApproved(plan: Plan, client: ApiClient, io: CommandIo): Promise<void> {
  for (let triesLeft = OWN_BEE_TRIES; triesLeft > 0 && !io.signal.aborted; triesLeft -= 1) {
    const { agents } = await client.listAgents();
    if (agents.some(({ id, approval }) => id === plan.ownAgent && approval === 'approved')) return;
    await setTimeout(OWN_BEE_TRY_MS);
  }
  if (!io.signal.aborted) io.stderr.write("apiary: this machine's own Bee has not greeted yet\n");
}
