/**
 * The delivery ledger: for each generation (one life of a file or spool) how far a Bee has seen, read and
 * had confirmed, and how far honeycomb has stored. Bees tell the first three with their heartbeats, the
 * honeycombs tell the last by event; agentmonitor puts them together. All figures are offsets or bytes.
 */
import { z } from 'zod';
import { LEDGER_ENTRIES_PER_HEARTBEAT_MAX, LEDGER_PROBLEMS_KEPT } from '../limits/ledger.ts';
import { agentIdSchema } from './agent.ts';

const bytes = z.number().int().nonnegative();

/** A generation's id. */
export const generationIdSchema = z.string().regex(/^[0-9a-f]{16}$/);

/** Bytes `from` (inclusive) to `to` (exclusive). */
const rangeSchema = z.object({ from: bytes, to: bytes });

/** What a Bee knows of one generation. */
export const ledgerEntrySchema = z.object({
  generation: generationIdSchema,
  target: z.string().max(64),
  /** Its path, or the target's URL where no file is behind it. */
  file: z.string().max(4096),
  /** Where reading began in this life of the Bee: what lies before was confirmed earlier, or is not wanted. */
  from: bytes,
  /** The source's length when it was last looked at. */
  seen: bytes,
  read: bytes,
  confirmed: bytes,
  /** Bytes behind `from` that are no content (holes of NULs) and were not sent. */
  skipped: bytes,
  /** Bytes that were there and went before they were read. */
  lost: bytes,
  /** Up to here an unfinished last line, there already when the target was set, waits for its end. */
  quietTo: bytes,
  /** No more will come. */
  ended: z.boolean(),
});

/** See {@link ledgerEntrySchema}. */
export type LedgerReportEntry = z.output<typeof ledgerEntrySchema>;

/** The part of a ledger that travels with one heartbeat. */
export const ledgerReportSchema = z.object({
  /** The first part of a whole ledger: what was told before is void. */
  begins: z.boolean(),
  entries: z.array(ledgerEntrySchema).max(LEDGER_ENTRIES_PER_HEARTBEAT_MAX),
});

/** See {@link ledgerReportSchema}. */
export type LedgerReport = z.output<typeof ledgerReportSchema>;

/** What honeycomb holds of one generation. */
export const holdingSchema = z.object({
  generation: generationIdSchema,
  /** Merged and ascending; the first HOLDINGS_RANGES_MAX. */
  ranges: z.array(rangeSchema),
  /** Bytes in all ranges, also those that are not told. */
  bytes,
});

/** See {@link holdingSchema}. */
export type Holding = z.output<typeof holdingSchema>;

/**
 * `current`: all that was seen is stored. `moving`: some is under way. `stuck`: some waits and nothing moves.
 * `gap`: bytes are missing for good. `ended`: no more will come, and all of it is stored.
 */
export const LEDGER_STATES = ['current', 'moving', 'stuck', 'gap', 'ended'] as const;

/** One generation as screens show it. */
export const ledgerLineSchema = ledgerEntrySchema.extend({
  /** Offset up to which it is stored without a hole, from `from` on. */
  stored: bytes,
  /** End of the last byte that is stored, whatever is missing before. */
  reached: bytes,
  /** Bytes seen behind `reached`, which are not stored yet. */
  lag: bytes,
  /** Bytes that were confirmed, and that are not stored though later ones are. */
  missing: bytes,
  state: z.enum(LEDGER_STATES),
  /** Since when nothing has moved, or since when it is current. */
  sinceMs: z.number(),
});

/** See {@link ledgerLineSchema}. */
export type LedgerLine = z.output<typeof ledgerLineSchema>;

/** Something that a person should know, until it is over or forgotten. */
export const ledgerProblemSchema = z.object({
  kind: z.enum(['gap', 'stuck']),
  generation: generationIdSchema,
  file: z.string(),
  bytes,
  /** For a person: what happened and what to do. */
  reason: z.string(),
  atMs: z.number(),
  /** When a stop ended. A gap stays. */
  overMs: z.number().optional(),
});

/** See {@link ledgerProblemSchema}. */
export type LedgerProblem = z.output<typeof ledgerProblemSchema>;

/** The ledger of one agent. */
export const agentLedgerSchema = z.object({
  agent: agentIdSchema,
  name: z.string(),
  atMs: z.number(),
  /** False while the Bee has not told all of it since agentmonitor began. */
  complete: z.boolean(),
  /** Sums over all generations: bytes behind their `from`. */
  totals: z.object({
    generations: z.number().int(),
    seen: bytes,
    read: bytes,
    confirmed: bytes,
    stored: bytes,
    lag: bytes,
    lost: bytes,
    missing: bytes,
  }),
  /** Troubled ones first, then by lag, then by path. */
  entries: z.array(ledgerLineSchema),
  /** Generations beyond the bound of `entries`. */
  omitted: z.number().int(),
  problems: z.array(ledgerProblemSchema).max(LEDGER_PROBLEMS_KEPT),
});

/** See {@link agentLedgerSchema}. */
export type AgentLedger = z.output<typeof agentLedgerSchema>;
