/** What people see of messages that were put aside, and what they may decide about them. */
import { z } from 'zod';
import { LETTER_BODY_CHARS_MAX, LETTERS_DECIDED_MAX, LETTERS_LOOK_MAX } from '../limits/letters.ts';

/** Where it lies: `dead` was unreadable or not allowed, `quarantine` is data of an agent that is not approved. */
export const letterQueueSchema = z.enum(['dead', 'quarantine']);

/** One message that was put aside. */
export const letterSchema = z.object({
  /** Made from what it holds: the same message has the same id, wherever it is looked at. */
  id: z.string(),
  /** Copies of it that lie there. */
  copies: z.int().positive(),
  /** The message's kind: `data`, `handshake`, `heartbeat`, … */
  type: z.string(),
  reason: z.string(),
  /** What that means and what can be done about it, for a person. */
  explanation: z.string(),
  /** The queue that it came by; re-queued it goes there again. */
  source: z.string(),
  /** The sender as it names itself; not proven. */
  agent: z.string().optional(),
  host: z.string().optional(),
  atMs: z.number().optional(),
  bytes: z.int(),
  /** The text of a control message, or the first lines of data; absent where there is neither. */
  text: z.string().optional(),
  isCut: z.boolean(),
  /** Why it cannot be edited; absent where it can. */
  fixed: z.string().optional(),
});

/** See {@link letterSchema}. */
export type Letter = z.output<typeof letterSchema>;

/** What may be listed. */
export const listLettersSchema = z.object({
  queue: letterQueueSchema.default('dead'),
  limit: z.coerce.number().int().min(1).max(LETTERS_LOOK_MAX).default(LETTERS_LOOK_MAX),
});

/** The oldest of them, and how many wait in all. */
export const lettersSchema = z.object({ letters: z.array(letterSchema), waiting: z.int() });

/** What is to become of some. */
export const decideLettersSchema = z
  .object({
    queue: letterQueueSchema.default('dead'),
    ids: z
      .array(z.string().regex(/^[0-9a-f]{32}$/))
      .min(1)
      .max(LETTERS_DECIDED_MAX),
    action: z.enum(['requeue', 'discard']),
    /** Sent in place of the message; for one control message that nobody signed. */
    text: z.string().max(LETTER_BODY_CHARS_MAX).optional(),
  })
  .refine(
    ({ ids, action, text }) => text === undefined || (ids.length === 1 && action === 'requeue'),
    {
      message: 'an edited text is for one message that is queued again',
    },
  );

/** What became of each. */
export const decidedLettersSchema = z.object({
  results: z.array(
    z.object({ id: z.string(), done: z.int().nonnegative(), reason: z.string().optional() }),
  ),
  waiting: z.int(),
});
