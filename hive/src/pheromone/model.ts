/**
 * The documents of pheromone. A rule's state is one document: who owns it, its place in the log, its
 * alerts, and what is still to be handed to sting. It is replaced by compare-and-set on its version, so an
 * owner that lost its lease cannot write, and whatever was written together is true together.
 */

import type {
  Collection,
  CollectionDefinition,
  Documents,
} from '@apiary/common/documents/documents.ts';
import {
  RULE_ALERTS_MAX,
  RULE_ENDED_MAX,
  RULE_MARKS_MAX,
  RULE_OUTBOX_MAX,
} from '@apiary/common/limits/alerts.ts';
import {
  type Alert,
  alertSchema,
  quietReasonSchema,
  type Rule,
  ruleSchema,
  type Silence,
  silenceSchema,
} from '@apiary/common/messages/alerts.ts';
import { deliveryMessageSchema } from '@apiary/common/messages/delivery.ts';
import { placeSchema } from '@apiary/common/standing/place.ts';
import { z } from 'zod';
import { bundlingSchema } from './bundling.ts';

/** A point that was passed: the last number judged of each stretch, with the watermark there. */
const markSchema = z.preprocess(
  (stored) => {
    // Before there were several honeycombs it was one number.
    const { sequence, ...rest } = z.looseObject({ sequence: z.number().optional() }).parse(stored);
    return sequence === undefined ? stored : { ...rest, sequences: [sequence] };
  },
  z.object({ sequences: z.array(z.number().int()), atMs: z.number() }),
);

/** An alert that is pending or fires, as its rule's state keeps it. */
const liveAlertSchema = z.object({
  id: z.string(),
  /** The group's key. */
  key: z.string(),
  state: z.enum(['pending', 'firing']),
  startedMs: z.number(),
  firedMs: z.number().optional(),
  /** Event time of the last verdict. */
  lastMs: z.number(),
  first: z.string(),
  value: z.number(),
  /** Messages about it so far; numbers their ids. */
  told: z.number().int(),
  toldMs: z.number().optional(),
  escalated: z.number().int(),
  quiet: quietReasonSchema.optional(),
  acknowledgedBy: z.string().optional(),
  acknowledgedMs: z.number().optional(),
});

/** See {@link liveAlertSchema}. */
export type LiveAlert = z.output<typeof liveAlertSchema>;

const ruleStateSchema = z.object({
  /** The rule's id. */
  id: z.string(),
  /** The instance that judges it; empty when nobody does. */
  owner: z.string(),
  leaseUntilMs: z.number(),
  /** Tells what is judged; a state of something else is not gone on with. */
  judged: z.string(),
  /** Matches are complete from then on. */
  sinceMs: z.number(),
  cursors: z.object({ query: placeSchema.optional(), of: placeSchema.optional() }),
  /** Points that were passed by `cursors.query`, oldest first. */
  marks: z.array(markSchema).max(RULE_MARKS_MAX),
  alerts: z.array(liveAlertSchema).max(RULE_ALERTS_MAX),
  /** Ids of alerts that ended, the last ones. */
  ended: z.array(z.string()).max(RULE_ENDED_MAX),
  outbox: z.array(deliveryMessageSchema).max(RULE_OUTBOX_MAX),
  memory: z.array(z.string()),
  /** What is told together. */
  bundling: bundlingSchema.default({ told: [], waiting: [] }),
});

/** See the file's head. */
export type RuleState = z.output<typeof ruleStateSchema>;

/** Rules; read by everybody through pheromone's actions. */
export const RULES: CollectionDefinition<Rule> = { name: 'rules', schema: ruleSchema, indexes: [] };

/** Silences and maintenance windows. */
export const SILENCES: CollectionDefinition<Silence> = {
  name: 'silences',
  schema: silenceSchema,
  indexes: [],
};

const ALERTS: CollectionDefinition<Alert> = {
  name: 'alerts',
  schema: alertSchema,
  indexes: ['state', 'rule'],
};

/** One for each rule. */
export const RULE_STATES: CollectionDefinition<RuleState> = {
  name: 'rule-states',
  schema: ruleStateSchema,
  indexes: ['owner'],
};

/** What pheromone writes. */
export interface Model {
  readonly rules: Collection<Rule>;
  readonly alerts: Collection<Alert>;
  readonly silences: Collection<Silence>;
  readonly states: Collection<RuleState>;
}

/** Opens the collections. @throws AppError as `Documents.collection` */
export async function openModel(documents: Documents): Promise<Model> {
  return {
    rules: await documents.collection(RULES),
    alerts: await documents.collection(ALERTS),
    silences: await documents.collection(SILENCES),
    states: await documents.collection(RULE_STATES),
  };
}
