import { type Settings, switchSchema } from '@apiary/common/config.ts';
import { AppError } from '@apiary/common/errors.ts';
import type { Agent, AgentView } from '@apiary/common/messages/agent.ts';
import type { AgentTraffic } from '@apiary/common/messages/traffic.ts';
import type { Install } from '@apiary/queen/install-routes.ts';
import { ROUTES } from '@apiary/queen/routes.ts';
import { z } from 'zod';
import { ApiClient } from '../api-client.ts';
import type { CommandIo } from '../command.ts';
import { fileEndText, folderText, suggestionsText } from '../host-text.ts';
import { ledgerText } from '../ledger-text.ts';
import { connectionSettings } from '../settings.ts';
import { printable, table } from '../terminal-text.ts';
import { verbCommand } from '../verbs.ts';

const shape = {
  ...connectionSettings,
  match: {
    schema: z.string().max(255).default(''),
    value: 'TEXT',
    help: 'files: names that hold it',
  },
  end: { schema: switchSchema, help: 'files: PATH is a file, of which the end is shown' },
  json: {
    schema: switchSchema,
    help: 'prints one JSON document: {"agents"}, {"ledger"}, a folder, …',
  },
} as const;

type AgentSettings = Settings<typeof shape>;

/** `./apiary agents [list | NAME | files … | suggestions … | install | approve … | revoke …]`; a NAME may be an id. */
export const run = verbCommand({
  name: 'agents',
  usage: [
    './apiary agents [list | approve NAME… | revoke NAME…]',
    './apiary agents NAME',
    './apiary agents files NAME [PATH] [--match TEXT] [--end]',
    './apiary agents suggestions NAME',
    './apiary agents install',
  ],
  shape,
  verbs: { list, install, files, suggestions, approve, revoke },
  initial: 'list',
  other: show,
});

async function list(settings: AgentSettings, words: readonly string[], io: CommandIo) {
  if (words.length > 0) throw new AppError('setting-invalid', 'agents list takes no names');
  const client = await ApiClient.connect(settings, io.signal);
  const answer = await client.listAgents();
  if (settings.json) io.stdout.write(`${JSON.stringify(answer)}\n`);
  else io.stdout.write(agentTable(answer.agents, await trafficOf(client)));
  return 0;
}

async function install(settings: AgentSettings, words: readonly string[], io: CommandIo) {
  if (words.length > 0) throw new AppError('setting-invalid', 'agents install takes no names');
  const answer = await (await ApiClient.connect(settings, io.signal)).install();
  io.stdout.write(settings.json ? `${JSON.stringify(answer)}\n` : installText(answer));
  return 0;
}

function approve(settings: AgentSettings, names: readonly string[], io: CommandIo) {
  return decide('approve', settings, names, io);
}

function revoke(settings: AgentSettings, names: readonly string[], io: CommandIo) {
  return decide('revoke', settings, names, io);
}

async function decide(
  verb: 'approve' | 'revoke',
  settings: AgentSettings,
  names: readonly string[],
  io: CommandIo,
) {
  if (names.length === 0) {
    throw new AppError('setting-invalid', `agents ${verb}: name the agents, as agents list does`);
  }
  const client = await ApiClient.connect(settings, io.signal);
  const answer = await client.decide(verb, names);
  if (settings.json) io.stdout.write(`${JSON.stringify(answer)}\n`);
  else for (const agent of answer.agents) io.stdout.write(decided(agent));
  return 0;
}

async function show(settings: AgentSettings, words: readonly string[], io: CommandIo) {
  const [agent = '', ...more] = words;
  if (more.length > 0) throw new AppError('setting-invalid', `agents has no ${agent}: see --help`);
  const client = await ApiClient.connect(settings, io.signal);
  const ledger = await client.call(ROUTES.readLedger, undefined, { agent });
  io.stdout.write(settings.json ? `${JSON.stringify({ ledger })}\n` : ledgerText(ledger));
  return 0;
}

/** Exit code 1 for a folder that is closed. */
async function files(settings: AgentSettings, words: readonly string[], io: CommandIo) {
  const [agent, path = '/', ...more] = words;
  if (agent === undefined || more.length > 0) {
    throw new AppError('setting-invalid', 'agents files: give an agent and, if you like, a path');
  }
  const client = await ApiClient.connect(settings, io.signal);
  if (settings.end) {
    const end = await client.call(ROUTES.readFileEnd, undefined, { agent, path });
    io.stdout.write(settings.json ? `${JSON.stringify(end)}\n` : fileEndText(end));
    return 0;
  }
  const { match } = settings;
  const folder = await client.call(ROUTES.listFolder, undefined, { agent, path, match });
  io.stdout.write(settings.json ? `${JSON.stringify(folder)}\n` : folderText(folder));
  return folder.open ? 0 : 1;
}

async function suggestions(settings: AgentSettings, words: readonly string[], io: CommandIo) {
  const [agent, ...more] = words;
  if (agent === undefined || more.length > 0) {
    throw new AppError('setting-invalid', 'agents suggestions: give an agent');
  }
  const client = await ApiClient.connect(settings, io.signal);
  const found = await client.call(ROUTES.suggestTargets, undefined, { agent });
  io.stdout.write(settings.json ? `${JSON.stringify(found)}\n` : suggestionsText(found, agent));
  return 0;
}

function decided({ name, approval, fingerprint }: Agent): string {
  return `${approval} ${printable(name)} (${printable(fingerprint)})\n`;
}

type Traffic = ReadonlyMap<string, AgentTraffic>;

/** Without agentmonitor the table stands all the same. */
async function trafficOf(client: ApiClient): Promise<Traffic> {
  const answer = await client.call(ROUTES.readTraffic).catch(() => ({ traffic: [] }));
  return new Map(answer.traffic.map((each) => [each.agent, each]));
}

function agentTable(agents: readonly AgentView[], traffic: Traffic): string {
  if (agents.length === 0) return 'No Bee has joined yet: run ./apiary bee <broker> on a host.\n';
  return table([
    ['NAME', 'APPROVAL', 'LIFE', 'LINES/S', 'BEHIND', 'TARGETS', 'FINGERPRINT', 'SYSTEM'],
    ...agents.map((agent) => [
      agent.name,
      agent.approval,
      agent.life,
      `${traffic.get(agent.id)?.linesPerSecond ?? '-'}`,
      `${traffic.get(agent.id)?.lagBytes ?? '-'}`,
      agent.failedTargets > 0
        ? `${agent.targets} (${agent.failedTargets} failed)`
        : `${agent.targets}`,
      agent.fingerprint,
      `${agent.facts.system} ${agent.facts.architecture}`,
    ]),
  ]);
}

/** What to type on the machine that is to be watched. */
function installText({ line, uninstall, broker, hint }: Install): string {
  const rows = [
    ...(line === undefined ? [] : [`Install  ${line}`]),
    ...(uninstall === undefined ? [] : [`Remove   ${uninstall}`]),
    `Broker   ${broker}`,
  ];
  return `${rows.join('\n')}\n\n${hint}\n`;
}
