/** What a search thread and its owner tell one another. */
import type { ChunkEntry } from '@apiary/common/chunks/chunks.ts';
import type { ErrorCode } from '@apiary/common/errors.ts';
import type { Part } from '@apiary/common/messages/actions/honeycomb-cluster.ts';
import type { Request } from '../part-search.ts';
import type { TallySpan } from '../tally.ts';

/** A part of a search: sealed chunks, which the thread reads from the store itself. */
export interface ThreadTask {
  readonly request: Request;
  readonly chunks: readonly ChunkEntry[];
  readonly span: TallySpan | undefined;
  readonly nowMs: number;
  readonly shared: SentShare;
}

/** What {@link Claims} are made of in a thread, and what it may take over. */
export interface SentShare {
  readonly claims: SharedArrayBuffer;
  readonly holder: number;
  /** The place of its first chunk among all chunks of the search; the others follow. */
  readonly first: number;
  readonly others: readonly SentSpare[];
}

/** Chunks of another one. The thread reads the entry of one that it takes over itself. */
export interface SentSpare {
  readonly first: number;
  readonly ids: readonly string[];
  /** The times of each, the least and the most. */
  readonly times: Float64Array;
}

/**
 * A task on its way: entries of chunks go to the thread once. Measured on 57 chunks of 8 MB: to copy their entries
 * took 0.9 ms of each search, and it grows with the store.
 */
export interface SentTask extends Omit<ThreadTask, 'chunks'> {
  /** Ids of the chunks. */
  readonly chunks: readonly string[];
  /** Those of them that the thread has not been told of. */
  readonly fresh: readonly ChunkEntry[];
}

/** What the thread is started with. */
export interface ThreadStart {
  /** Folder of the chunk store. */
  readonly folder: string;
  /** Bound of what it keeps decoded. */
  readonly cacheBytesMax: number;
}

/** To the thread. */
export type ToThread =
  | { readonly type: 'search'; readonly id: number; readonly task: SentTask }
  | { readonly type: 'cancel'; readonly id: number }
  | { readonly type: 'forget'; readonly chunks: readonly string[] };

/** From the thread: `ready` once, then for each search its parts, of which `end` is the last, or an error. */
export type FromThread =
  | { readonly type: 'ready' }
  | { readonly type: 'part'; readonly id: number; readonly part: Part }
  | {
      readonly type: 'error';
      readonly id: number;
      readonly code: ErrorCode;
      readonly message: string;
    };
