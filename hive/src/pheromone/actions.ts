import type { ActionHandlers } from '@apiary/common/messages/actions/action.ts';
import type { pheromoneActions } from '@apiary/common/messages/actions/pheromone.ts';
import type { AlertList } from './alert-list.ts';
import type { Ownership } from './ownership.ts';
import type { Parts } from './parts.ts';
import type { RuleBook } from './rule-book.ts';
import { formatRules, parseRules } from './rules-file.ts';
import { STARTER_RULES } from './starter-rules.ts';
import { tryRule } from './try-rule.ts';

/** What the handlers work with. */
export interface ActionContext {
  readonly parts: Parts;
  readonly book: RuleBook;
  readonly alerts: AlertList;
  readonly ownership: Ownership;
}

/** What pheromone answers on the bus. */
export function actionHandlers(context: ActionContext): ActionHandlers<typeof pheromoneActions> {
  const { parts, book, alerts, ownership } = context;
  const { bus, instance } = parts.context;
  return {
    listRules: async () => ({ rules: await book.rules() }),
    putRules: async ({ rules }, { actor }) => ({ rules: await book.put(rules, actor) }),
    removeRules: async ({ rules }) => ({ removed: await book.remove(rules) }),
    starterRules: async () => {
      const known = new Set((await book.rules()).map(({ id }) => id));
      return { rules: STARTER_RULES.filter(({ id }) => id === undefined || !known.has(id)) };
    },
    exportRules: async () => ({ yaml: formatRules(await book.rules()) }),
    applyRules: async ({ yaml }, { actor }) => ({
      rules: await book.apply(parseRules(yaml), actor),
    }),
    try: (trial, { signal }) => tryRule(bus, trial, signal),
    listAlerts: async (request) => ({ alerts: await alerts.list(request) }),
    acknowledge: async ({ alerts: ids }, { actor }) => ({
      alerts: await alerts.acknowledge(ids, actor),
    }),
    listSilences: async () => ({ silences: await book.silences() }),
    putSilences: async ({ silences }, { actor }) => ({
      silences: await book.silence(silences, actor),
    }),
    removeSilences: async ({ silences }) => ({ removed: await book.unsilence(silences) }),
    ping: async () => ({ instance, rules: ownership.count }),
  };
}
