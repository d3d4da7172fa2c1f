/**
 * What people may ask a Bee about its host: the names in a folder, the end of a file, what is worth
 * watching. The host's owner's limits hold here as for targets; what is closed is named, with the reason.
 */
import { z } from 'zod';
import {
  CONTAINER_LABELS_MAX,
  FILE_END_BYTES_MAX,
  FOLDER_ENTRIES_MAX,
  HOST_CONTAINERS_MAX,
  SUGGESTIONS_MAX,
} from '../limits/host-view.ts';

const path = z
  .string()
  .min(1)
  .max(4096)
  .regex(/^\/[^\0]*$/, 'expected an absolute path');
const reason = z.string().max(1024);

/** A question to a Bee. */
export const questionSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('folder'), path, match: z.string().max(255) }),
  z.object({
    kind: z.literal('file-end'),
    path,
    bytes: z.number().int().min(1).max(FILE_END_BYTES_MAX),
  }),
  z.object({ kind: z.literal('suggestions') }),
]);

/** See {@link questionSchema}. */
export type Question = z.output<typeof questionSchema>;

/** One name in a folder. */
export const folderEntrySchema = z.object({
  name: z.string().max(1024),
  kind: z.enum(['folder', 'file', 'other']),
  /** It is a link; `kind` is what it leads to. */
  link: z.boolean(),
  bytes: z.number().optional(),
  modifiedMs: z.number().optional(),
  /** It may be looked into (folders) or watched (files). */
  open: z.boolean(),
  /** Why not, and what to do about it on the host. */
  reason: reason.optional(),
  /** A target reads it now. */
  watched: z.boolean(),
});

/** See {@link folderEntrySchema}. */
export type FolderEntry = z.output<typeof folderEntrySchema>;

/** A folder's names: folders first, then by name. */
export const folderSchema = z.object({
  kind: z.literal('folder'),
  path: z.string(),
  /** Folders that the host's owner allows. */
  roots: z.array(z.string()).max(64),
  /** False: it lies outside the roots (then `entries` are the ways to them), or cannot be read. */
  open: z.boolean(),
  reason: reason.optional(),
  entries: z.array(folderEntrySchema).max(FOLDER_ENTRIES_MAX),
  /** Names that match and are not in `entries`. */
  omitted: z.number().int().nonnegative(),
});

/** See {@link folderSchema}. */
export type Folder = z.output<typeof folderSchema>;

/** The last bytes of a file, from the beginning of a line where one begins in them. */
export const fileEndSchema = z.object({
  kind: z.literal('file-end'),
  path: z.string(),
  bytes: z.number().int().nonnegative(),
  modifiedMs: z.number(),
  /** Offset of the first byte of `text`. */
  from: z.number().int().nonnegative(),
  /** As UTF-8; what is none is shown as U+FFFD. */
  text: z.string(),
});

/** See {@link fileEndSchema}. */
export type FileEnd = z.output<typeof fileEndSchema>;

/** Something worth watching. */
export const suggestionSchema = z.object({
  /** The target's URL, as it may be added. */
  url: z.string().max(2048),
  /** `nginx`, `Docker containers`, `written by java`. */
  title: z.string().max(255),
  kind: z.enum(['service', 'file', 'journald', 'containers', 'metrics']),
  /** Files that it covers now. */
  files: z.number().int().nonnegative().optional(),
  bytes: z.number().nonnegative().optional(),
  modifiedMs: z.number().optional(),
  open: z.boolean(),
  reason: reason.optional(),
  /** A target with this URL is set, or its files are read already. */
  watched: z.boolean(),
});

/** See {@link suggestionSchema}. */
export type Suggestion = z.output<typeof suggestionSchema>;

/** A container that runs on the host. */
export const hostContainerSchema = z.object({
  name: z.string().max(255),
  image: z.string().max(512),
  labels: z
    .record(z.string().max(255), z.string().max(512))
    .refine((labels) => Object.keys(labels).length <= CONTAINER_LABELS_MAX),
});

/** See {@link hostContainerSchema}. */
export type HostContainer = z.output<typeof hostContainerSchema>;

/** What to watch on a host. */
export const suggestionsSchema = z.object({
  kind: z.literal('suggestions'),
  suggestions: z.array(suggestionSchema).max(SUGGESTIONS_MAX),
  containers: z.array(hostContainerSchema).max(HOST_CONTAINERS_MAX),
});

/** See {@link suggestionsSchema}. */
export type Suggestions = z.output<typeof suggestionsSchema>;

/** What a Bee says to a {@link Question}: the same kind, or why not. */
export const answerSchema = z.discriminatedUnion('kind', [
  folderSchema,
  fileEndSchema,
  suggestionsSchema,
  z.object({
    kind: z.literal('refused'),
    code: z.enum(['not-found', 'target-forbidden', 'too-many', 'internal']),
    reason,
  }),
]);

/** See {@link answerSchema}. */
export type Answer = z.output<typeof answerSchema>;

/** Which agent a question is for, by id or name. */
export const ofAgentSchema = z.object({ agent: z.string().min(1).max(255) });

/** A folder of an agent's host. */
export const folderRequestSchema = ofAgentSchema.extend({
  path: path.default('/'),
  /** Names that hold this text, whatever its case. */
  match: z.string().max(255).default(''),
});

/** The end of a file of an agent's host. */
export const fileEndRequestSchema = ofAgentSchema.extend({
  path,
  bytes: z.coerce
    .number()
    .int()
    .min(1)
    .max(FILE_END_BYTES_MAX)
    .default(16 * 1024),
});
