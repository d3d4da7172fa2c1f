/** What the push server took, and the verdict on it: who was told, how often, and under which key. */
import { existsSync, readFileSync } from 'node:fs';
import type { ApnsPush } from '@apiary/hive/sting/testing/apns-server.ts';

/** What the server's process is told, in a file. */
export interface PushServerOrder {
  readonly key: string;
  readonly port: number;
  /** The file that it writes to. */
  readonly pushes: string;
}

/** What was counted. */
export interface PushVerdict {
  readonly alerts: number;
  /** Alerts of which no push came. */
  readonly lost: readonly string[];
  readonly pushes: number;
  /** Alerts in pushes that came again under the key of the first. */
  readonly repeats: number;
  /** Alerts that were told again under another key: a phone would show them twice. */
  readonly doubled: readonly string[];
}

/** One alert in one push. */
export interface Taken {
  /** The push's key. */
  readonly id: string;
  readonly code: string;
}

/** A push as the file holds it, a line for each alert that it tells of; empty for one that is none of a run. */
export function pushLine({ id, payload }: Pick<ApnsPush, 'id' | 'payload'>): string {
  // What else is told of an alert (repeated, resolved) rightly has a key of its own.
  if (payload.kind !== 'fired') return '';
  const codes = JSON.stringify(payload).matchAll(/code ([\w-]+)\./g);
  return [...new Set([...codes].map(([, code]) => code))]
    .map((code) => `${JSON.stringify({ id, code })}\n`)
    .join('');
}

/** The pushes of a file; a last line that was cut by a kill was not answered either. */
export function readPushes(file: string): Taken[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8').split('\n').slice(0, -1).map(parse);
}

/** Judges what was taken by the codes of the alerts that were provoked. */
export function judgePushes(taken: readonly Taken[], codes: readonly string[]): PushVerdict {
  const wanted = new Set(codes);
  const ours = taken.filter(({ code }) => wanted.has(code));
  const keys = new Map<string, Set<string>>();
  for (const { id, code } of ours) keys.set(code, (keys.get(code) ?? new Set()).add(id));
  const distinct = new Set(ours.map(({ id, code }) => `${id} ${code}`)).size;
  return {
    alerts: codes.length,
    lost: codes.filter((code) => !keys.has(code)),
    pushes: ours.length,
    repeats: ours.length - distinct,
    doubled: [...keys].filter(([, ids]) => ids.size > 1).map(([code]) => code),
  };
}

function parse(line: string): Taken {
  return JSON.parse(line);
}
