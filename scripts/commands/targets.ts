import { type Settings, switchSchema } from '@apiary/common/config.ts';
import { AppError } from '@apiary/common/errors.ts';
import type { TargetResult } from '@apiary/common/messages/actions/agentmanager.ts';
import { typedTargetUrl } from '@apiary/common/messages/typed-target.ts';
import { z } from 'zod';
import { ApiClient } from '../api-client.ts';
import type { CommandIo } from '../command.ts';
import { connectionSettings } from '../settings.ts';
import { table } from '../terminal-text.ts';
import { verbCommand } from '../verbs.ts';

const shape = {
  ...connectionSettings,
  agents: {
    schema: z.string().min(1, 'name agents, or all').optional(),
    value: 'all|NAME,…',
    help: 'add: the agents that shall watch',
  },
  tags: {
    schema: z.string().default(''),
    value: 'TAG,…',
    help: 'add: words that every line of them bears',
    defaultText: '',
  },
  history: { schema: switchSchema, help: 'add: also what the files hold already' },
  json: { schema: switchSchema, help: 'prints one JSON document: {"results"} or {"targets"}' },
} as const;

type TargetSettings = Settings<typeof shape>;

/** `./apiary targets add | list | remove`. Exit code 1 when any of several failed. */
export const run = verbCommand({
  name: 'targets',
  usage: [
    './apiary targets add --agents all|NAME,… [--tags a,b] [--history] PATH|URL…',
    './apiary targets list',
    './apiary targets remove ID…',
  ],
  shape,
  verbs: { list, add, remove },
  initial: 'list',
});

async function list(settings: TargetSettings, rest: readonly string[], io: CommandIo) {
  if (rest.length > 0) throw new AppError('setting-invalid', 'targets list takes no words');
  const { targets } = await (await ApiClient.connect(settings, io.signal)).listTargets();
  if (settings.json) {
    io.stdout.write(`${JSON.stringify({ targets })}\n`);
    return 0;
  }
  const rows = targets.map(({ id, name, url, tags, status }) => [
    id,
    name,
    status.state,
    url,
    tags.join(','),
    status.reason ?? '',
  ]);
  const empty = 'Nothing is watched yet: ./apiary targets add --agents all /var/log/syslog\n';
  const head = ['ID', 'AGENT', 'STATE', 'URL', 'TAGS', 'REASON'];
  io.stdout.write(rows.length > 0 ? table([head, ...rows]) : empty);
  return 0;
}

async function add(settings: TargetSettings, typed: readonly string[], io: CommandIo) {
  const { agents, tags, history } = settings;
  if (agents === undefined) {
    throw new AppError('setting-invalid', '--agents: name agents, separated by commas, or all');
  }
  if (typed.length === 0) {
    throw new AppError('setting-invalid', "targets add: give paths or URLs, e.g. '/var/log/*.log'");
  }
  const urls = typed.map(urlOf);
  const client = await ApiClient.connect(settings, io.signal);
  const { results } = await client.addTargets({
    agents: agents === 'all' ? 'all' : listOf(agents),
    urls,
    tags: listOf(tags),
    history,
  });
  return report(results, settings.json, io);
}

async function remove(settings: TargetSettings, ids: readonly string[], io: CommandIo) {
  if (ids.length === 0) {
    throw new AppError('setting-invalid', 'targets remove: give ids, as targets list shows them');
  }
  const client = await ApiClient.connect(settings, io.signal);
  const { results } = await client.removeTargets(ids);
  return report(results, settings.json, io);
}

function report(results: readonly TargetResult[], json: boolean, io: CommandIo): number {
  if (json) io.stdout.write(`${JSON.stringify({ results })}\n`);
  else {
    const rows = results.map(({ name, url, state, target, reason }) => [
      name,
      state,
      url,
      target ?? '',
      reason ?? '',
    ]);
    io.stdout.write(table([['AGENT', 'STATE', 'URL', 'ID', 'REASON'], ...rows]));
  }
  return results.every(({ ok }) => ok) ? 0 : 1;
}

/** @throws AppError `setting-invalid` for what is neither a whole path nor a URL */
function urlOf(typed: string): string {
  const url = typedTargetUrl(typed);
  if (url !== undefined) return url;
  throw new AppError(
    'setting-invalid',
    `targets add: ${typed} is read on the agents' hosts: give the whole path, e.g. /var/log/app.log`,
  );
}

function listOf(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
