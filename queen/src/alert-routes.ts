/** Routes of rules, alerts and silences: a part of Queen's table. pheromone answers. */
import { pheromoneActions } from '@apiary/common/messages/actions/pheromone.ts';
import { z } from 'zod';
import { bare, route } from './route.ts';

const actions = pheromoneActions;

/** See the file's head. */
export const ALERT_ROUTES = {
  listRules: route('get', '/api/rules', {
    ...bare,
    access: actions.listRules.role,
    summary: 'Lists all alert rules',
    response: actions.listRules.response,
  }),
  putRules: route('post', '/api/rules', {
    ...bare,
    access: actions.putRules.role,
    summary: 'Makes or replaces alert rules by their ids: all of them or none',
    body: actions.putRules.request,
    response: actions.putRules.response,
  }),
  removeRules: route('post', '/api/rules/remove', {
    ...bare,
    access: actions.removeRules.role,
    summary: 'Removes alert rules; their alerts end',
    body: actions.removeRules.request,
    response: actions.removeRules.response,
  }),
  starterRules: route('get', '/api/rules/starter', {
    ...bare,
    access: actions.starterRules.role,
    summary: 'Proposes rules that do not exist yet',
    response: actions.starterRules.response,
  }),
  exportRules: route('get', '/api/rules/export', {
    ...bare,
    access: actions.exportRules.role,
    summary: 'Gives all alert rules as a YAML file',
    response: actions.exportRules.response,
  }),
  applyRules: route('post', '/api/rules/apply', {
    ...bare,
    access: actions.applyRules.role,
    summary: 'Makes or changes the rules of a YAML file: all of them or none',
    body: actions.applyRules.request,
    response: actions.applyRules.response,
  }),
  tryRule: route('post', '/api/rules/try', {
    ...bare,
    access: actions.try.role,
    scope: 'rules:read',
    summary: 'Tells when a rule would have fired in a stretch of stored time',
    body: actions.try.request,
    response: actions.try.response,
  }),
  listAlerts: route('get', '/api/alerts', {
    ...bare,
    access: actions.listAlerts.role,
    summary: 'Lists alerts, the ones changed last first',
    query: z.object({
      state: actions.listAlerts.request.shape.state,
      rule: z.string().max(64).optional(),
      limit: z.coerce.number().pipe(actions.listAlerts.request.shape.limit.unwrap()).default(200),
    }),
    response: actions.listAlerts.response,
  }),
  acknowledgeAlerts: route('post', '/api/alerts/acknowledge', {
    ...bare,
    access: actions.acknowledge.role,
    summary: 'Acknowledges alerts: they are not repeated or escalated any more',
    body: actions.acknowledge.request,
    response: actions.acknowledge.response,
  }),
  listSilences: route('get', '/api/silences', {
    ...bare,
    access: actions.listSilences.role,
    summary: 'Lists silences and maintenance windows that are not over',
    response: actions.listSilences.response,
  }),
  putSilences: route('post', '/api/silences', {
    ...bare,
    access: actions.putSilences.role,
    summary: 'Makes silences, or maintenance windows where they recur',
    body: actions.putSilences.request,
    response: actions.putSilences.response,
  }),
  removeSilences: route('post', '/api/silences/remove', {
    ...bare,
    access: actions.removeSilences.role,
    summary: 'Ends silences',
    body: actions.removeSilences.request,
    response: actions.removeSilences.response,
  }),
} as const;
