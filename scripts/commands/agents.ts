import { parseSettings, settingsHelp, switchSchema } from '@apiary/common/config.ts';
import { AppError } from '@apiary/common/errors.ts';
import type { Agent, AgentView } from '@apiary/common/messages/agent.ts';
import { ROUTES } from '@apiary/queen/routes.ts';
import { ApiClient } from '../api-client.ts';
import type { CommandIo } from '../command.ts';
import { ledgerText } from '../ledger-text.ts';
import { connectionSettings } from '../settings.ts';
import { printable, table } from '../terminal-text.ts';

const shape = {
  ...connectionSettings,
  json: { schema: switchSchema, help: 'prints one JSON document: {"agents"} or {"ledger"}' },
} as const;

const USAGE = [
  './apiary agents [list | approve NAME… | revoke NAME…]',
  './apiary agents NAME',
].join('\n');

/** `./apiary agents [list | NAME | approve NAME… | revoke NAME…]`; a NAME may be an id. */
export async function run(argv: readonly string[], io: CommandIo): Promise<number> {
  if (argv.includes('--help')) {
    io.stdout.write(`${USAGE}\n${settingsHelp(shape)}\n`);
    return 0;
  }
  const { settings, words } = parseSettings(shape, argv, io.env);
  const [verb = 'list', ...names] = words;
  const toJson = (value: unknown) => io.stdout.write(`${JSON.stringify(value)}\n`);
  if (verb === 'list') {
    if (names.length > 0) throw new AppError('setting-invalid', 'agents list takes no names');
    const answer = await (await ApiClient.connect(settings, io.signal)).listAgents();
    if (settings.json) toJson(answer);
    else io.stdout.write(agentTable(answer.agents));
    return 0;
  }
  if (verb !== 'approve' && verb !== 'revoke') {
    if (names.length > 0)
      throw new AppError('setting-invalid', `agents has no ${verb}: see --help`);
    const client = await ApiClient.connect(settings, io.signal);
    const ledger = await client.call(ROUTES.readLedger, undefined, { agent: verb });
    if (settings.json) toJson({ ledger });
    else io.stdout.write(ledgerText(ledger));
    return 0;
  }
  if (names.length === 0) {
    throw new AppError('setting-invalid', `agents ${verb}: name the agents, as agents list does`);
  }
  const client = await ApiClient.connect(settings, io.signal);
  const answer = await client.decide(verb, names);
  if (settings.json) toJson(answer);
  else for (const agent of answer.agents) io.stdout.write(decided(agent));
  return 0;
}

function decided({ name, approval, fingerprint }: Agent): string {
  return `${approval} ${printable(name)} (${printable(fingerprint)})\n`;
}

function agentTable(agents: readonly AgentView[]): string {
  if (agents.length === 0) return 'No Bee has joined yet: run ./apiary bee <broker> on a host.\n';
  return table([
    ['NAME', 'APPROVAL', 'LIFE', 'TARGETS', 'FINGERPRINT', 'SYSTEM'],
    ...agents.map((agent) => [
      agent.name,
      agent.approval,
      agent.life,
      agent.failedTargets > 0
        ? `${agent.targets} (${agent.failedTargets} failed)`
        : `${agent.targets}`,
      agent.fingerprint,
      `${agent.facts.system} ${agent.facts.architecture}`,
    ]),
  ]);
}
