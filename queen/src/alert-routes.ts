/** Routes of rules, alerts and silences: a part of Queen's table. pheromone answers. */
import { TRY_DEADLINE_MS } from '@apiary/common/limits/alerts.ts';
import { pheromoneActions } from '@apiary/common/messages/actions/pheromone.ts';
import { z } from 'zod';
import { relay } from './route.ts';

const actions = pheromoneActions;

/** A trial ends by itself before its caller gives up. */
const TRY_ANSWER_MS = TRY_DEADLINE_MS + 5_000;

/** See the file's head. */
export const ALERT_ROUTES = {
  listRules: relay('get', '/api/rules', actions.listRules, 'Lists all alert rules'),
  putRules: relay(
    'post',
    '/api/rules',
    actions.putRules,
    'Makes or replaces alert rules by their ids: all of them or none',
  ),
  removeRules: relay(
    'post',
    '/api/rules/remove',
    actions.removeRules,
    'Removes alert rules; their alerts end',
  ),
  starterRules: relay(
    'get',
    '/api/rules/starter',
    actions.starterRules,
    'Proposes rules that do not exist yet',
  ),
  exportRules: relay(
    'get',
    '/api/rules/export',
    actions.exportRules,
    'Gives all alert rules as a YAML file',
  ),
  applyRules: relay(
    'post',
    '/api/rules/apply',
    actions.applyRules,
    'Makes or changes the rules of a YAML file: all of them or none',
  ),
  tryRule: relay(
    'post',
    '/api/rules/try',
    actions.try,
    'Tells when a rule would have fired in a stretch of stored time',
    {
      scope: 'rules:read',
      deadlineMs: TRY_ANSWER_MS,
    },
  ),
  listAlerts: relay(
    'get',
    '/api/alerts',
    actions.listAlerts,
    'Lists alerts, the ones changed last first',
    {
      query: z.object({
        state: actions.listAlerts.request.shape.state,
        rule: z.string().max(64).optional(),
        limit: z.coerce.number().pipe(actions.listAlerts.request.shape.limit.unwrap()).default(200),
      }),
    },
  ),
  acknowledgeAlerts: relay(
    'post',
    '/api/alerts/acknowledge',
    actions.acknowledge,
    'Acknowledges alerts: they are not repeated or escalated any more',
  ),
  listSilences: relay(
    'get',
    '/api/silences',
    actions.listSilences,
    'Lists silences and maintenance windows that are not over',
  ),
  putSilences: relay(
    'post',
    '/api/silences',
    actions.putSilences,
    'Makes silences, or maintenance windows where they recur',
  ),
  removeSilences: relay('post', '/api/silences/remove', actions.removeSilences, 'Ends silences'),
} as const;
