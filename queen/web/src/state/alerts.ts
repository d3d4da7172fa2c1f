/** Alerts that are pending or firing, as Queen pushes them; rules and silences on request. */
import { pheromoneActions } from '@apiary/common/messages/actions/pheromone.ts';
import { stingActions } from '@apiary/common/messages/actions/sting.ts';
import type { Alert, RuleInput, SilenceInput } from '@apiary/common/messages/alerts.ts';
import { z } from 'zod';
import type { Connection } from './connection.ts';
import { callApi, messageOf } from './http.ts';
import { Store } from './store.ts';

const actions = pheromoneActions;

/** What is known of them. */
export interface AlertsState {
  readonly status: 'loading' | 'ready' | 'failed';
  readonly failure: string | undefined;
  /** Pending and firing, the ones changed last first. */
  readonly alerts: readonly Alert[];
}

/** Watches alerts while the page is open. */
export class AlertWatch {
  readonly state = new Store<AlertsState>({ status: 'loading', failure: undefined, alerts: [] });

  constructor(connection: Connection) {
    connection.on<{ alerts: readonly Alert[] }>('alerts.changed', ({ alerts }) => {
      this.state.set({ status: 'ready', failure: undefined, alerts });
    });
    connection.whenOpen(() => {
      connection
        .request<{ alerts: readonly Alert[] }>('alerts.watch', {})
        .then(({ alerts }) => this.state.set({ status: 'ready', failure: undefined, alerts }))
        .catch((thrown: unknown) => {
          this.state.patch({ status: 'failed', failure: messageOf(thrown) });
        });
    });
  }
}

function post<T extends z.ZodType>(path: string, body: unknown, schema: T, signal?: AbortSignal) {
  return callApi(path, schema, { method: 'POST', body, ...(signal && { signal }) });
}

/** Every call rejects with the AppError that Queen answered. */
export const alerting = {
  rules: async () => (await callApi('/api/rules', actions.listRules.response)).rules,
  starterRules: async () =>
    (await callApi('/api/rules/starter', actions.starterRules.response)).rules,
  putRule: async (rule: RuleInput) =>
    (await post('/api/rules', { rules: [rule] }, actions.putRules.response)).rules[0],
  removeRule: (id: string) => post('/api/rules/remove', { rules: [id] }, z.unknown()),
  tryRule: (rule: RuleInput, from: number, to: number, signal: AbortSignal) =>
    post('/api/rules/try', { rule, from, to }, actions.try.response, signal),
  alerts: async (state: 'active' | 'resolved' | 'all') =>
    (await callApi(`/api/alerts?state=${state}`, actions.listAlerts.response)).alerts,
  acknowledge: (id: string) => post('/api/alerts/acknowledge', { alerts: [id] }, z.unknown()),
  silences: async () => (await callApi('/api/silences', actions.listSilences.response)).silences,
  silence: async (silence: SilenceInput) =>
    (await post('/api/silences', { silences: [silence] }, actions.putSilences.response))
      .silences[0],
  endSilence: (id: string) => post('/api/silences/remove', { silences: [id] }, z.unknown()),
  channels: async () =>
    (await callApi('/api/channels', stingActions.listChannels.response)).channels,
};
