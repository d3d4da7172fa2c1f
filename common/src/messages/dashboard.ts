/** Dashboards: panels over searches on twelve columns, for oneself or for all. */
import { z } from 'zod';
import { DASHBOARD_PANELS_MAX } from '../limits/screens.ts';
import { queryFieldsSchema } from './query-field.ts';

/** How a panel shows its lines. */
export const PANEL_KINDS = ['number', 'lines', 'bars', 'donut', 'table', 'log'] as const;

/** One panel; panels stand in their order and flow into rows of twelve columns. */
export const panelSchema = z.object({
  id: z.string().min(1).max(64),
  title: z.string().trim().min(1).max(120),
  kind: z.enum(PANEL_KINDS),
  query: z.string().max(16_384),
  /** What its lines are compared by: the first one; without it by level. */
  fields: queryFieldsSchema.optional(),
  /** Columns of twelve. */
  columns: z.int().min(2).max(12),
});

/** See {@link panelSchema}. */
export type Panel = z.output<typeof panelSchema>;

/** What a person saves. */
export const dashboardInputSchema = z.object({
  /** Of the one to change; absent: a new one. */
  id: z.string().min(1).max(64).optional(),
  name: z.string().trim().min(1).max(120),
  /** `15m`, as in a search's address. */
  range: z
    .string()
    .max(64)
    .regex(/^(all|\d{1,6}[dhms])$/)
    .default('15m'),
  panels: z
    .array(panelSchema)
    .max(DASHBOARD_PANELS_MAX)
    .refine((panels) => new Set(panels.map(({ id }) => id)).size === panels.length, {
      message: 'two panels have the same id',
    }),
  /** Everybody sees it; needs the role `editor`. */
  shared: z.boolean().default(false),
});

/** See {@link dashboardInputSchema}. */
export type DashboardInput = z.input<typeof dashboardInputSchema>;

/** A dashboard as stored; written by queen. */
export const dashboardSchema = dashboardInputSchema.extend({
  id: z.string(),
  range: z.string(),
  shared: z.boolean(),
  owner: z.string(),
  savedMs: z.number(),
});

/** See {@link dashboardSchema}. */
export type Dashboard = z.output<typeof dashboardSchema>;
