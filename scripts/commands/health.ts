import { parseSettings, settingsHelp, switchSchema } from '@apiary/common/config.ts';
import type { Health, Vitals } from '@apiary/common/messages/vitals.ts';
import { ROUTES } from '@apiary/queen/routes.ts';
import { ApiClient } from '../api-client.ts';
import type { CommandIo } from '../command.ts';
import { connectionSettings } from '../settings.ts';
import { printable, table } from '../terminal-text.ts';

const shape = {
  ...connectionSettings,
  json: { schema: switchSchema, help: 'prints one JSON document: {"health"}' },
} as const;

/** `./apiary health`: how Apiary itself is. Exit code 1 when something is not well. */
export async function run(argv: readonly string[], io: CommandIo): Promise<number> {
  if (argv.includes('--help')) {
    io.stdout.write(`./apiary health\n${settingsHelp(shape)}\n`);
    return 0;
  }
  const { settings } = parseSettings(shape, argv, io.env);
  const client = await ApiClient.connect(settings, io.signal);
  const answer = await client.call(ROUTES.health, undefined, {});
  io.stdout.write(settings.json ? `${JSON.stringify(answer)}\n` : healthText(answer.health));
  return answer.health.well ? 0 : 1;
}

function healthText(health: Health): string {
  const { queue, lagMs, disk } = health;
  const facts = [
    `${health.linesPerSecond} lines/s`,
    ...(queue ? [`${queue.waiting} blocks wait (most ${queue.most})`] : []),
    ...(lagMs === undefined ? [] : [`stored ${lagMs} ms after being read`]),
    ...waitingText(health),
    ...(disk ? [`${megabytes(disk.freeBytes)} MB of disk free`] : []),
    `${health.dead} dead letters`,
    `${health.quarantined} in quarantine`,
  ];
  const state = health.well ? 'All well.' : health.sentences.join('\n');
  return `${printable(state)}\n${facts.join(', ')}\n\n${table([
    ['COMPONENTS', 'MEMORY MB', 'CPU %', 'UP', 'VERSION'],
    ...health.processes.map(processRow),
  ])}`;
}

/** What honeycombs have taken and not stored yet. */
function waitingText({ atMs, processes }: Health): string[] {
  const all = processes.flatMap(({ ingest }) => ingest?.uncommitted ?? []);
  if (all.length === 0) return [];
  const messages = all.reduce((sum, each) => sum + each.messages, 0);
  const oldestMs = Math.max(0, atMs - Math.min(...all.map(({ sinceMs }) => sinceMs)));
  return [`${messages} being stored (oldest ${oldestMs} ms)`];
}

function processRow({ components, residentBytes, cpuShare, ...times }: Vitals): string[] {
  const minutes = Math.floor((times.atMs - times.startedMs) / 60_000);
  return [
    printable(components.join(' ')),
    megabytes(residentBytes),
    (100 * cpuShare).toFixed(1),
    `${Math.floor(minutes / 60)}h ${minutes % 60}m`,
    printable(times.version),
  ];
}

function megabytes(bytes: number): string {
  return Math.round(bytes / 1_048_576).toString();
}
