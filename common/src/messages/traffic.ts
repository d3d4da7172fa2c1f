/** How much each agent sends and how far its data is behind, from its heartbeats and its ledger. */
import { z } from 'zod';
import { TRAFFIC_SLOTS_MAX } from '../limits/traffic.ts';
import { agentIdSchema } from './agent.ts';

/** What an agent does now; told at each change. */
export const trafficChangeSchema = z.object({
  agent: agentIdSchema,
  /** Between the last two heartbeats; 0 while it is dead. */
  linesPerSecond: z.number().nonnegative(),
  /** As the broker confirmed them. */
  bytesPerSecond: z.number().nonnegative(),
  /** Bytes that are there and not stored yet, of all its files. */
  lagBytes: z.number().int().nonnegative(),
  /** The newest point of its trend: where it begins, a multiple of TRAFFIC_SLOT_MS, and its lines a second. */
  slotMs: z.number(),
  slotLinesPerSecond: z.number().nonnegative(),
});

/** See {@link trafficChangeSchema}. */
export type TrafficChange = z.output<typeof trafficChangeSchema>;

/** The same with the trend: lines a second by slot, oldest first; the last one begins at `slotMs`. */
export const agentTrafficSchema = trafficChangeSchema
  .omit({ slotLinesPerSecond: true })
  .extend({ trend: z.array(z.number().nonnegative()).min(1).max(TRAFFIC_SLOTS_MAX) });

/** See {@link agentTrafficSchema}. */
export type AgentTraffic = z.output<typeof agentTrafficSchema>;
