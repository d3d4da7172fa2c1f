import type { ActionHandlers } from '@apiary/common/messages/actions/action.ts';
import type { agentMonitorActions } from '@apiary/common/messages/actions/agentmonitor.ts';
import type { LedgerKeeper } from './ledger-keeper.ts';
import type { LifeTable } from './life-table.ts';
import type { TrafficTeller } from './traffic-teller.ts';

/** What agentmonitor answers on the bus. */
export function actionHandlers(
  table: LifeTable,
  ledger: LedgerKeeper,
  traffic: TrafficTeller,
): ActionHandlers<typeof agentMonitorActions> {
  return {
    ledger: async ({ agent }) => ledger.view(agent),
    traffic: () => Promise.resolve({ traffic: traffic.all() }),
    listLiveness: () => Promise.resolve({ liveness: [...table.all()] }),
  };
}
