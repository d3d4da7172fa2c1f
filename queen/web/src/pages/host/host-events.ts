/** What happened to a host, from everything that keeps it: its own document, targets, ledger, alerts, Apiary's log. Pure. */
import type { AgentView, Target } from '@apiary/common/messages/agent.ts';
import type { Alert } from '@apiary/common/messages/alerts.ts';
import type { LedgerProblem } from '@apiary/common/messages/ledger.ts';
import type { LogRecord } from '@apiary/common/record.ts';
import { z } from 'zod';
import { byteSize } from '../../components/figures.ts';
import { shownUrl } from '../agents/target-url.ts';

/** One event. */
export interface HostEvent {
  readonly key: string;
  readonly atMs: number;
  readonly title: string;
  readonly detail: string;
  readonly kind: 'good' | 'bad' | 'plain';
  readonly link?: string;
}

/** The host's own document: when it joined, who decided on it, whether it is heard. */
export function agentEvents(agent: AgentView): HostEvent[] {
  const { approval, decidedMs, decidedBy, facts, firstSeenMs, life, lifeSinceMs } = agent;
  const joined: HostEvent = {
    key: 'joined',
    atMs: firstSeenMs,
    title: 'Joined',
    detail: `Bee ${facts.version}, ${facts.system}`,
    kind: 'plain',
  };
  const decided: HostEvent[] =
    decidedMs === undefined || approval === 'pending'
      ? []
      : [
          {
            key: 'decided',
            atMs: decidedMs,
            title: approval === 'approved' ? 'Approved' : 'Revoked',
            detail: decidedBy === undefined ? '' : `by ${decidedBy}`,
            kind: 'plain',
          },
        ];
  const isDead = life === 'dead';
  const lives: HostEvent[] =
    lifeSinceMs === undefined || life === 'unknown'
      ? []
      : [
          {
            key: 'life',
            atMs: lifeSinceMs,
            title: isDead ? 'Not heard any more' : 'Heard',
            detail: '',
            kind: isDead ? 'bad' : 'good',
          },
        ];
  return [joined, ...decided, ...lives];
}

/** Targets that it has now. */
export function targetEvents(targets: readonly Target[]): HostEvent[] {
  return targets.map(({ id, url, createdMs, createdBy, status }) => {
    const hasFailed = status.state === 'failed';
    const reason = hasFailed ? `, failed: ${status.reason ?? 'no reason given'}` : '';
    const detail = `${shownUrl(url)}${createdBy === '' ? '' : `, by ${createdBy}`}${reason}`;
    const kind = hasFailed ? 'bad' : 'plain';
    return { key: id, atMs: createdMs, title: 'Target added', detail, kind };
  });
}

/** Bytes that stood still or are missing. */
export function ledgerEvents(problems: readonly LedgerProblem[]): HostEvent[] {
  return problems.map(({ kind, generation, file, bytes, reason, atMs, overMs }) => ({
    key: `${generation} ${atMs}`,
    atMs,
    title: `${byteSize(bytes)} ${kind === 'gap' ? 'are missing' : 'stood still'}`,
    detail: `${file}: ${reason}${overMs === undefined ? '' : ', over'}`,
    kind: overMs === undefined ? 'bad' : 'plain',
  }));
}

/** Alerts that name the host or its Bee in their group. */
export function alertEvents(agent: AgentView, alerts: readonly Alert[]): HostEvent[] {
  return alerts
    .filter(({ group }) => group.host === agent.name || group.agent === agent.id)
    .map(({ id, title, firedMs, startedMs, state, link }) => ({
      key: id,
      atMs: firedMs ?? startedMs,
      title,
      detail: state,
      kind: state === 'firing' ? 'bad' : 'plain',
      link,
    }));
}

const lineSchema = z.object({ msg: z.string(), level: z.number().optional() });

const TITLES: Readonly<Record<string, readonly [string, HostEvent['kind']]>> = {
  'agent-alive': ['Heard', 'good'],
  'agent-dead': ['Not heard any more', 'bad'],
};

/** pino's number for a warning. */
const WARN = 40;

/** What Apiary's own components logged about it. */
export function logEvents(records: readonly LogRecord[]): HostEvent[] {
  return records.flatMap(({ id, time, body }) => {
    const line = readLine(body);
    if (!line) return [];
    const isBad = (line.level ?? 0) >= WARN;
    const [title, kind] = TITLES[line.msg] ?? [line.msg, isBad ? 'bad' : 'plain'];
    return [{ key: id, atMs: time, title, detail: '', kind }];
  });
}

/** All of them, the latest first; of the same at the same time one. */
export function inOrder(...lists: readonly (readonly HostEvent[])[]): HostEvent[] {
  const seen = new Set<string>();
  return lists
    .flat()
    .sort((a, b) => b.atMs - a.atMs)
    .filter(({ title, detail, atMs }) => {
      const mark = `${title} ${detail} ${Math.round(atMs / 2_000)}`;
      if (seen.has(mark)) return false;
      seen.add(mark);
      return true;
    });
}

function readLine(body: string): z.output<typeof lineSchema> | undefined {
  try {
    return lineSchema.safeParse(JSON.parse(body)).data;
  } catch {
    return undefined;
  }
}
