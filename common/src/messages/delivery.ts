/**
 * Messages on `sting.deliveries`: one thing that happened to one alert, for all its channels and users.
 * JSON, persistent, routing key {@link DELIVERY_KEY}. pheromone publishes from an outbox, so the same
 * message may come again: `id` is what it is told apart by, for ever the same for the same occasion.
 */
import { z } from 'zod';
import {
  ALERT_LINE_CHARS_MAX,
  ALERT_LINES_MAX,
  ALERT_TEXT_CHARS_MAX,
  ALERT_TITLE_CHARS_MAX,
  BUNDLE_ALERTS_MAX,
  RULE_CHANNELS_MAX,
} from '../limits/alerts.ts';

/** Routing key on the exchange `sting.deliveries`. */
export const DELIVERY_KEY = 'delivery';

/** Severities of alerts, least first. */
export const SEVERITIES = ['info', 'warning', 'critical'] as const;

/** Shape of one of {@link SEVERITIES}. */
export const severitySchema = z.enum(SEVERITIES);

/** What happened to an alert. `escalated` is a repeat to further channels: nobody acknowledged in time. */
export const DELIVERY_KINDS = [
  'fired',
  'repeated',
  'escalated',
  'resolved',
  'acknowledged',
] as const;

/** Shape of one of {@link DELIVERY_KINDS}. */
export const deliveryKindSchema = z.enum(DELIVERY_KINDS);

/** A line that belongs to an alert; log text, so it is data wherever it is shown. */
export const alertLineSchema = z.object({
  time: z.number(),
  host: z.string(),
  /** The record's id. */
  id: z.string(),
  text: z.string().max(ALERT_LINE_CHARS_MAX),
  /** False for a line that only stood beside a matching one. */
  matching: z.boolean(),
});

/** See {@link alertLineSchema}. */
export type AlertLine = z.output<typeof alertLineSchema>;

/** See the file's head. */
export const deliveryMessageSchema = z.object({
  version: z.literal(1),
  /** The de-duplication key: alert, kind and occasion. */
  id: z.string().min(1).max(128),
  /** The alert's id: one conversation in every channel (thread, collapse id, issue). */
  alert: z.string().min(1).max(64),
  /** The rule's id. */
  rule: z.string().min(1).max(64),
  ruleName: z.string(),
  kind: deliveryKindSchema,
  severity: severitySchema,
  title: z.string().max(ALERT_TITLE_CHARS_MAX),
  text: z.string().max(ALERT_TEXT_CHARS_MAX),
  lines: z.array(alertLineSchema).max(ALERT_LINES_MAX),
  /** A path in Queen, beginning with `/`, that opens the search at that moment. */
  link: z.string().startsWith('/').max(4096),
  /** Field → value that the rule groups by; empty without grouping. */
  group: z.record(z.string(), z.string()),
  /** Names of channels. */
  channels: z.array(z.string().min(1).max(64)).max(RULE_CHANNELS_MAX),
  /** Ids of users whose devices are notified; `*` means every user's. */
  users: z.array(z.string().min(1).max(128)).max(RULE_CHANNELS_MAX),
  /** When it happened. */
  atMs: z.number(),
  /** True where it is told in a bundle as well: channels that keep nothing for each alert leave it to that. */
  bundled: z.boolean().optional(),
  /** The alerts that a bundle tells of. Its own `alert` is none: channels that keep something for each leave it out. */
  bundles: z.array(z.string().min(1).max(64)).min(1).max(BUNDLE_ALERTS_MAX).optional(),
});

/** See {@link deliveryMessageSchema}. */
export type DeliveryMessage = z.output<typeof deliveryMessageSchema>;
