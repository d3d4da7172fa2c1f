/** Rules, alerts and silences: what pheromone keeps and what people see of it. */
import { z } from 'zod';
import {
  ALERT_LINES_MAX,
  ALERT_TEXT_CHARS_MAX,
  ALERT_TITLE_CHARS_MAX,
  BUNDLE_AFTER_MAX,
  CHECK_ATTEMPTS_MAX,
  CONTEXT_LINES_MAX,
  GROUP_VALUE_CHARS_MAX,
  RULE_CHANNELS_MAX,
  RULE_COUNT_MAX,
  RULE_GROUP_FIELDS_MAX,
  WINDOW_MS_MAX,
} from '../limits/alerts.ts';
import { alertLineSchema, severitySchema } from './delivery.ts';

const ruleIdSchema = z.string().regex(/^[\w-]{1,40}$/, 'a rule id is 1 to 40 of a-z, 0-9, _ and -');
const windowMs = z
  .number()
  .int()
  .multipleOf(1000, 'windows are whole seconds, in milliseconds')
  .min(1000)
  .max(WINDOW_MS_MAX);
const fieldName = z.string().min(1).max(GROUP_VALUE_CHARS_MAX);
const queryText = z.string().max(16_384);

/** `n` matches within a window. Fires at once. */
export const countConditionSchema = z.object({
  type: z.literal('count'),
  count: z.number().int().min(1).max(RULE_COUNT_MAX),
  windowMs,
});

/** `factor` times as many (`up`) or as few (`down`) matches as in the same window before. */
export const rateConditionSchema = z.object({
  type: z.literal('rate'),
  direction: z.enum(['up', 'down']).default('up'),
  factor: z.number().gt(1).max(10_000),
  windowMs,
  /** Matches that the larger of both windows needs, so that 1 → 3 is no alarm. */
  minimum: z.number().int().min(1).default(10),
});

/** No match for a whole window; with groups: of a group that was seen before. */
export const absenceConditionSchema = z.object({ type: z.literal('absence'), windowMs });

/** A value of a field, or without one a pattern of lines, that never came before. */
export const firstConditionSchema = z.object({
  type: z.literal('first'),
  field: fieldName.optional(),
  /** Learns for so long after the rule was made. */
  learnMs: z
    .number()
    .int()
    .min(0)
    .max(30 * 24 * 3_600_000)
    .default(3_600_000),
  /** The alert ends so long after the value last came. */
  windowMs: windowMs.default(600_000),
});

/** `count` values of a numeric field above or below a bound within a window. Fires at once. */
export const thresholdConditionSchema = z.object({
  type: z.literal('threshold'),
  field: fieldName,
  direction: z.enum(['above', 'below']),
  value: z.number(),
  count: z.number().int().min(1).max(RULE_COUNT_MAX).default(1),
  windowMs: windowMs.default(60_000),
});

/** Every value of a numeric field above or below a bound for a whole window: a metric that stays there. */
export const sustainedConditionSchema = z.object({
  type: z.literal('sustained'),
  field: fieldName,
  direction: z.enum(['above', 'below']),
  value: z.number(),
  windowMs: windowMs.default(300_000),
});

/** A monitoring check (records of `check:` targets) that is bad `attempts` times in a row, or flaps. */
export const checkConditionSchema = z.object({
  type: z.literal('check'),
  /** From which status on it is bad; `warning` takes UNKNOWN as bad too. */
  level: z.enum(['warning', 'critical']).default('critical'),
  attempts: z.number().int().min(1).max(CHECK_ATTEMPTS_MAX).default(3),
  /** How far back results are read after a restart. */
  windowMs: windowMs.default(3_600_000),
});

/** Matches of the rule's query against those of another, above a bound. */
export const ratioConditionSchema = z.object({
  type: z.literal('ratio'),
  of: queryText,
  above: z.number().min(0),
  windowMs,
  /** Matches of the other query that the window needs. */
  minimum: z.number().int().min(1).default(20),
});

/** An approved agent whose heartbeats stopped; the query chooses by `host`, `agent` and `tags`. */
export const agentDeadConditionSchema = z.object({ type: z.literal('agent-dead') });

/** A target that its agent cannot watch; the query sees its URL as `target`. */
export const targetFailedConditionSchema = z.object({ type: z.literal('target-failed') });

/** Any condition. */
export const conditionSchema = z.discriminatedUnion('type', [
  countConditionSchema,
  rateConditionSchema,
  absenceConditionSchema,
  firstConditionSchema,
  thresholdConditionSchema,
  sustainedConditionSchema,
  checkConditionSchema,
  ratioConditionSchema,
  agentDeadConditionSchema,
  targetFailedConditionSchema,
]);

/** See {@link conditionSchema}. */
export type RuleCondition = z.output<typeof conditionSchema>;

const tellSchema = {
  /** Names of channels. */
  channels: z.array(z.string().min(1).max(64)).max(RULE_CHANNELS_MAX).default([]),
  /** Users whose devices are notified; `*` is everybody. */
  users: z.array(z.string().min(1).max(128)).max(RULE_CHANNELS_MAX).default(['*']),
};
const durationMs = z
  .number()
  .int()
  .min(0)
  .max(30 * 24 * 3_600_000);

/** A rule as people write it. */
export const ruleInputSchema = z.object({
  /** Made from the name when absent. */
  id: ruleIdSchema.optional(),
  name: z.string().min(1).max(120),
  enabled: z.boolean().default(true),
  query: queryText.default(''),
  condition: conditionSchema,
  /** `host`, `tag`, `file`, `level`, or any field of the line. */
  groupBy: z.array(fieldName).max(RULE_GROUP_FIELDS_MAX).default([]),
  severity: severitySchema.default('warning'),
  ...tellSchema,
  /** Placeholders: `{rule}`, `{severity}`, `{count}`, `{counts}`, `{value}`, `{window}`, `{group}`, `{host}`, `{line}`, any field. */
  title: z.string().max(ALERT_TITLE_CHARS_MAX).optional(),
  text: z.string().max(ALERT_TEXT_CHARS_MAX).optional(),
  /** Messages tell how many matches each value of this field has, where there are several; empty: none. */
  countBy: z.string().max(GROUP_VALUE_CHARS_MAX).default('host'),
  /** After so many messages within half a minute what follows is told together; 0: never. */
  bundleAfter: z.number().int().min(0).max(BUNDLE_AFTER_MAX).default(5),
  /** Lines before and after the last match. */
  contextLines: z.number().int().min(0).max(CONTEXT_LINES_MAX).default(0),
  /** Pending for so long before it fires. */
  forMs: durationMs.default(0),
  /** Told again this often while it fires and nobody acknowledged; 0 is never. */
  repeatMs: durationMs.default(4 * 3_600_000),
  /** Quiet while the group's host is dead. */
  quietWhenHostDead: z.boolean().default(true),
  /** Who else is told when nobody acknowledged in time. */
  escalation: z
    .array(z.object({ afterMs: durationMs.min(1000), ...tellSchema }))
    .max(8)
    .default([]),
});

/** See {@link ruleInputSchema}. */
export type RuleInput = z.input<typeof ruleInputSchema>;

/** A rule as stored; written by pheromone. */
export const ruleSchema = ruleInputSchema.extend({
  id: ruleIdSchema,
  createdMs: z.number(),
  createdBy: z.string(),
  updatedMs: z.number(),
  updatedBy: z.string(),
});

/** See {@link ruleSchema}. */
export type Rule = z.output<typeof ruleSchema>;

/** Why nobody is told of an alert that fires. */
export const quietReasonSchema = z.enum(['silence', 'maintenance', 'host-dead']);

/** See {@link quietReasonSchema}. */
export type QuietReason = z.output<typeof quietReasonSchema>;

/** An alert as people see it; written by pheromone, kept after its end. */
export const alertSchema = z.object({
  id: z.string(),
  rule: z.string(),
  ruleName: z.string(),
  severity: severitySchema,
  state: z.enum(['pending', 'firing', 'resolved']),
  /** Field → value. */
  group: z.record(z.string(), z.string()),
  title: z.string(),
  text: z.string(),
  lines: z.array(alertLineSchema).max(ALERT_LINES_MAX),
  /** A path of the UI: the search at that moment. */
  link: z.string(),
  /** What the condition measured: matches, a factor, a share, a value. */
  value: z.number(),
  /** When the condition began to hold. */
  startedMs: z.number(),
  firedMs: z.number().optional(),
  resolvedMs: z.number().optional(),
  acknowledgedBy: z.string().optional(),
  acknowledgedMs: z.number().optional(),
  quiet: quietReasonSchema.optional(),
  /** Messages about it so far. */
  told: z.number().int(),
  updatedMs: z.number(),
});

/** See {@link alertSchema}. */
export type Alert = z.output<typeof alertSchema>;

/** A silence as people write it; with `recurs` a maintenance window. */
export const silenceInputSchema = z.object({
  /** Of the silence that it takes the place of; a new one has its own. */
  id: z
    .string()
    .regex(/^[\w-]{1,64}$/)
    .optional(),
  /** Of one rule; absent: of all. */
  rule: ruleIdSchema.optional(),
  /** Field → value that the alert's group must have; `*` stands for any characters. */
  group: z.record(z.string(), z.string().max(GROUP_VALUE_CHARS_MAX)).default({}),
  fromMs: z.number().optional(),
  untilMs: z.number(),
  /** Active only then, between `fromMs` and `untilMs`. */
  recurs: z
    .object({
      /** 0 is Sunday. */
      days: z.array(z.number().int().min(0).max(6)).min(1).max(7),
      from: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'expected HH:MM'),
      minutes: z
        .number()
        .int()
        .min(1)
        .max(24 * 60),
      /** An IANA time zone. */
      zone: z.string().max(64).default('UTC'),
    })
    .optional(),
  reason: z.string().max(1024).default(''),
});

/** See {@link silenceInputSchema}. */
export type SilenceInput = z.input<typeof silenceInputSchema>;

/** A silence as stored; written by pheromone. */
export const silenceSchema = silenceInputSchema.extend({
  id: z.string(),
  fromMs: z.number(),
  createdBy: z.string(),
  createdMs: z.number(),
});

/** See {@link silenceSchema}. */
export type Silence = z.output<typeof silenceSchema>;
