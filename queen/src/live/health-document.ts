/** What the processes say about themselves, as one document with a sentence on whatever is not well. */
import { QUEUE } from '@apiary/common/bus/topology.ts';
import { COMMIT_LATE_MS, INGEST_LAG_LATE_MS } from '@apiary/common/limits/health.ts';
import type { Health, Vitals } from '@apiary/common/messages/vitals.ts';
import type { IngestRate } from './rate-feed.ts';

/** The fullest that the queue of log blocks was. */
export interface QueuePeak {
  readonly most: number;
  readonly mostAtMs: number;
}

/** What the document is made of. */
export interface HealthFacts {
  readonly now: number;
  readonly processes: readonly Vitals[];
  readonly rate: IngestRate | undefined;
  readonly peak: QueuePeak;
  /** False while a component that was not heard yet may still speak. */
  readonly isSettled: boolean;
}

/** Components that have to run somewhere, with what is missing while they do not. */
const NEEDED = {
  honeycomb:
    'No honeycomb runs: nothing can be searched. Lines wait in the broker and at the Bees; none is lost.',
  agentmanager: 'agentmanager does not run: agents and targets cannot be changed.',
  agentmonitor: 'agentmonitor does not run: nobody notices when a host dies.',
  pheromone: 'pheromone does not run: no rule is judged. It catches up when it is back.',
  sting: 'sting does not run: messages to people wait until it is back.',
  queen: 'queen does not tell how she is.',
} as const;

/** Puts it together; the peak goes into the next call. */
export function healthOf(facts: HealthFacts): { health: Health; peak: QueuePeak } {
  const { now, processes, rate } = facts;
  const queues = processes.flatMap((process) => process.queues);
  const waiting = depthOf(queues, QUEUE.blocks);
  const peak =
    waiting !== undefined && waiting > facts.peak.most
      ? { most: waiting, mostAtMs: now }
      : facts.peak;
  const lags = processes.flatMap(({ ingest }) => ingest?.lagMs ?? []);
  const lagMs = lags.length > 0 ? Math.max(...lags) : undefined;
  const disk = leastFree(processes);
  const dead = depthOf(queues, QUEUE.dead) ?? 0;
  const components = componentsOf(facts);
  const sentences = [
    ...components.filter(({ state }) => state === 'missing').map(({ name }) => sentenceOf(name)),
    ...stoppedSentences(processes, now),
    ...uncommittedSentences(processes, now),
    ...lateSentences(processes),
    ...(disk && disk.freeBytes < 2 * disk.reserveBytes ? [diskSentence(disk)] : []),
    ...(dead > 0
      ? [`${dead} refused ${dead === 1 ? 'message waits' : 'messages wait'} for a person.`]
      : []),
  ];
  const health: Health = {
    ...{ atMs: now, well: sentences.length === 0, sentences },
    linesPerSecond: rate?.linesPerSecond ?? 0,
    bytesPerSecond: rate?.bytesPerSecond ?? 0,
    ...(waiting !== undefined && { queue: { waiting, ...peak } }),
    ...(lagMs !== undefined && { lagMs }),
    dead,
    quarantined: depthOf(queues, QUEUE.quarantine) ?? 0,
    ...(disk && { disk }),
    components,
    processes: [...processes],
  };
  return { health, peak };
}

function componentsOf({ now, processes, isSettled }: HealthFacts): Health['components'] {
  const names = Object.keys(NEEDED);
  return names.flatMap((name) => {
    const running = processes.filter(({ components }) => components.includes(name));
    if (running.length === 0 && !isSettled) return [];
    const isLate = name === 'honeycomb' && running.some((each) => isBehind(each, now));
    const state = running.length === 0 ? 'missing' : isLate ? 'late' : 'well';
    return [{ name, state, processes: running.length }];
  });
}

function isBehind({ ingest }: Vitals, now: number): boolean {
  if (ingest?.stopped !== undefined || isStuck(ingest, now)) return true;
  return (ingest?.lagMs ?? 0) > INGEST_LAG_LATE_MS;
}

function isStuck(ingest: Vitals['ingest'], now: number): boolean {
  return ingest?.uncommitted !== undefined && now - ingest.uncommitted.sinceMs > COMMIT_LATE_MS;
}

function sentenceOf(name: string): string {
  return Object.hasOwn(NEEDED, name) ? NEEDED[name as keyof typeof NEEDED] : `${name} is missing.`;
}

function stoppedSentences(processes: readonly Vitals[], now: number): string[] {
  return processes.flatMap(({ ingest }) => {
    if (!ingest?.stopped) return [];
    const { reason, sinceMs } = ingest.stopped;
    const seconds = Math.max(0, Math.round((now - sinceMs) / 1000));
    return [
      `honeycomb has taken nothing in for ${seconds} s: ${reason} ` +
        'Lines wait in the broker and at the Bees; none is lost.',
    ];
  });
}

/** Of commits that do not come to an end; one that failed is told with its reason. */
function uncommittedSentences(processes: readonly Vitals[], now: number): string[] {
  const honeycombs = processes.filter(({ ingest }) => ingest !== undefined);
  return honeycombs.flatMap(({ ingest }, index) => {
    if (!ingest?.uncommitted || ingest.stopped || !isStuck(ingest, now)) return [];
    const { step, messages, sinceMs } = ingest.uncommitted;
    const seconds = Math.round((now - sinceMs) / 1000);
    const what = messages === 1 ? 'message waits' : 'messages wait';
    return [
      `${nameOf(index, honeycombs)} has not stored what came ${seconds} s ago (${step}; ${messages} ${what}). ` +
        'Nothing is lost; its log says more.',
    ];
  });
}

function nameOf(index: number, honeycombs: readonly Vitals[]): string {
  return honeycombs.length > 1 ? `honeycomb ${index + 1} of ${honeycombs.length}` : 'honeycomb';
}

function lateSentences(processes: readonly Vitals[]): string[] {
  const honeycombs = processes.filter(({ ingest }) => ingest !== undefined);
  return honeycombs.flatMap(({ ingest }, index) => {
    const lagMs = ingest?.lagMs ?? 0;
    if (ingest?.stopped || lagMs <= INGEST_LAG_LATE_MS) return [];
    return [
      `${nameOf(index, honeycombs)} is ${(lagMs / 1000).toFixed(1)} s behind and catching up. ` +
        'Nothing is lost; its newest lines show a little later.',
    ];
  });
}

type Disk = NonNullable<Vitals['disk']>;

function leastFree(processes: readonly Vitals[]): Disk | undefined {
  return processes
    .flatMap(({ disk }) => disk ?? [])
    .reduce<Disk | undefined>(
      (least, disk) => (least && least.freeBytes <= disk.freeBytes ? least : disk),
      undefined,
    );
}

function diskSentence({ freeBytes, totalBytes }: Disk): string {
  const mega = (bytes: number) => Math.floor(bytes / 1_048_576).toLocaleString('en');
  return `The disk has ${mega(freeBytes)} MB left of ${mega(totalBytes)}: free space on it.`;
}

function depthOf(queues: Vitals['queues'], name: string): number | undefined {
  const depths = queues.flatMap((queue) => (queue.name === name ? queue.waiting : []));
  return depths.length > 0 ? Math.max(...depths) : undefined;
}
