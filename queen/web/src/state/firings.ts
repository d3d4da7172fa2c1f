/** When rules fired: what still fires by push, what is over once it is over. */
import type { Alert } from '@apiary/common/messages/alerts.ts';
import { useEffect, useState } from 'react';
import { alerting } from './alerts.ts';
import { useServices } from './services.ts';
import { useStore } from './use-store.ts';

/** A moment at which a rule fired. */
export interface Firing {
  readonly id: string;
  readonly name: string;
  readonly atMs: number;
  readonly severity: Alert['severity'];
}

/** All that is known of them, once it is `wanted`, the oldest first. */
export function useFirings(wanted: boolean): readonly Firing[] {
  const { alerts } = useServices();
  const { status, alerts: active } = useStore(alerts.state);
  const [ended, setEnded] = useState<readonly Alert[]>([]);
  const ready = wanted && status === 'ready';
  const ids = active.map(({ id }) => id).join(' ');
  // biome-ignore lint/correctness/useExhaustiveDependencies: what fires no more has ended
  useEffect(() => {
    if (!ready) return;
    // Flags are beside the matter: without them the chart is what it was.
    alerting
      .alerts('resolved')
      .then(setEnded)
      .catch(() => {});
  }, [ready, ids]);
  return firingsOf([...active, ...ended]);
}

/** The firings of alerts, each once. */
export function firingsOf(alerts: readonly Alert[]): readonly Firing[] {
  const byId = new Map<string, Firing>();
  for (const { id, ruleName, firedMs, severity } of alerts) {
    if (firedMs !== undefined) byId.set(id, { id, name: ruleName, atMs: firedMs, severity });
  }
  return [...byId.values()].sort((a, b) => a.atMs - b.atMs);
}
