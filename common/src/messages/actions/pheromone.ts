/** What pheromone answers. */
import { z } from 'zod';
import {
  ALERTS_PAGE_MAX,
  RULES_FILE_CHARS_MAX,
  RULES_MAX,
  SILENCES_MAX,
  TRY_BUCKETS,
} from '../../limits/alerts.ts';
import {
  alertSchema,
  ruleInputSchema,
  ruleSchema,
  silenceInputSchema,
  silenceSchema,
} from '../alerts.ts';
import { alertLineSchema } from '../delivery.ts';
import { defineAction } from './action.ts';

const ids = z.array(z.string().min(1).max(64)).min(1).max(ALERTS_PAGE_MAX);

/** What became of each rule of a file. */
export const ruleOutcomeSchema = z.object({
  id: z.string(),
  name: z.string(),
  outcome: z.enum(['made', 'changed', 'same']),
});

/** An alert that a rule would have raised. */
export const triedAlertSchema = z.object({
  group: z.record(z.string(), z.string()),
  startedMs: z.number(),
  firedMs: z.number(),
  /** Absent when it would still fire at the end of the stretch. */
  resolvedMs: z.number().optional(),
  value: z.number(),
  title: z.string(),
  text: z.string(),
  lines: z.array(alertLineSchema),
  link: z.string(),
});

/** See {@link triedAlertSchema}. */
export type TriedAlert = z.output<typeof triedAlertSchema>;

/**
 * What a rule measured over time: matches within its window, a share, or a field's value; of each bucket of `step` ms
 * from `from` on the value nearest to firing, null where nothing was measured.
 */
export const triedMeasureSchema = z.object({
  from: z.number(),
  step: z.number(),
  values: z.array(z.number().nullable()).max(TRY_BUCKETS),
});

/** See {@link triedMeasureSchema}. */
export type TriedMeasure = z.output<typeof triedMeasureSchema>;

/** The table. */
export const pheromoneActions = {
  listRules: defineAction(
    'pheromone.listRules',
    'viewer',
    z.object({}),
    z.object({ rules: z.array(ruleSchema) }),
  ),
  putRules: defineAction(
    'pheromone.putRules',
    'editor',
    z.object({ rules: z.array(ruleInputSchema).min(1).max(RULES_MAX) }),
    z.object({ rules: z.array(ruleSchema) }),
  ),
  removeRules: defineAction(
    'pheromone.removeRules',
    'editor',
    z.object({ rules: ids }),
    z.object({ removed: z.array(z.string()) }),
  ),
  /** Rules that are worth having, to propose; those that exist already are left out. */
  starterRules: defineAction(
    'pheromone.starterRules',
    'viewer',
    z.object({}),
    z.object({ rules: z.array(ruleInputSchema) }),
  ),
  /** All rules as a YAML file. */
  exportRules: defineAction(
    'pheromone.exportRules',
    'viewer',
    z.object({}),
    z.object({ yaml: z.string() }),
  ),
  /** Makes or changes the rules of a YAML file; all of them or, when one is wrong, none. */
  applyRules: defineAction(
    'pheromone.applyRules',
    'editor',
    z.object({ yaml: z.string().max(RULES_FILE_CHARS_MAX) }),
    z.object({ rules: z.array(ruleOutcomeSchema) }),
  ),
  /** When a rule would have fired in a stretch of stored time, at the lines' own times. */
  try: defineAction(
    'pheromone.try',
    'viewer',
    z.object({ rule: ruleInputSchema, from: z.number(), to: z.number() }),
    z.object({
      alerts: z.array(triedAlertSchema),
      /** Matching lines that were looked at. */
      examined: z.number().int(),
      /** False: there were too many lines or alerts, or the time was up; the rest is not judged. */
      complete: z.boolean(),
      /** Up to where it was judged. */
      untilMs: z.number(),
      measured: triedMeasureSchema,
    }),
  ),
  /** Alerts, the ones changed last first. */
  listAlerts: defineAction(
    'pheromone.listAlerts',
    'viewer',
    z.object({
      state: z.enum(['active', 'resolved', 'all']).default('active'),
      rule: z.string().max(64).optional(),
      limit: z.number().int().min(1).max(ALERTS_PAGE_MAX).default(200),
    }),
    z.object({ alerts: z.array(alertSchema) }),
  ),
  acknowledge: defineAction(
    'pheromone.acknowledge',
    'editor',
    z.object({ alerts: ids }),
    z.object({ alerts: z.array(alertSchema) }),
  ),
  listSilences: defineAction(
    'pheromone.listSilences',
    'viewer',
    z.object({}),
    z.object({ silences: z.array(silenceSchema) }),
  ),
  putSilences: defineAction(
    'pheromone.putSilences',
    'editor',
    z.object({ silences: z.array(silenceInputSchema).min(1).max(SILENCES_MAX) }),
    z.object({ silences: z.array(silenceSchema) }),
  ),
  removeSilences: defineAction(
    'pheromone.removeSilences',
    'editor',
    z.object({ silences: ids }),
    z.object({ removed: z.array(z.string()) }),
  ),
  /** Answered by an instance as long as it lives; its rules are taken over when it does not. */
  ping: defineAction(
    'pheromone.ping',
    'viewer',
    z.object({}),
    z.object({ instance: z.string(), rules: z.number().int() }),
  ),
} as const;
