/** What a search thread and its owner tell one another. */
import type { ErrorCode } from '@apiary/common/errors.ts';
import type { Part } from '@apiary/common/messages/actions/honeycomb-cluster.ts';
import type { ChunkList } from '../../holdings/chunk-list.ts';
import type { Holders } from '../claims.ts';
import type { Request } from '../part-search.ts';
import type { TallySpan } from '../tally.ts';

/** A part of a search: sealed chunks, which the thread reads from the store itself. */
export interface ThreadTask {
  readonly request: Request;
  readonly list: ChunkList;
  readonly span: TallySpan | undefined;
  readonly nowMs: number;
  readonly share: SentShare;
}

/** What the thread's {@link SharedChunks} are made of. */
export interface SentShare {
  readonly memory: SharedArrayBuffer;
  readonly holder: number;
  readonly holders: Holders;
}

/** A task on its way: as large however many chunks there are. The thread was told of them before. */
export interface SentTask extends Omit<ThreadTask, 'list'> {
  /** Of the list of chunks. */
  readonly epoch: number;
}

/** Chunks on their way, each by place in the lists. Their entries are read from the store when they are looked at. */
export interface SentChunks {
  readonly ids: readonly string[];
  readonly numbers: Uint32Array;
  readonly homes: Uint8Array;
  /** The times of each, the least and the most. */
  readonly times: Float64Array;
}

/** How the list of chunks changes. */
export interface SentChange {
  /** Of the list that it is made of; undefined: none of that is left. */
  readonly before: number | undefined;
  readonly epoch: number;
  /** Numbers. */
  readonly removed: readonly number[];
  readonly added: SentChunks;
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
  | { readonly type: 'chunks'; readonly change: SentChange }
  | { readonly type: 'search'; readonly id: number; readonly task: SentTask }
  | { readonly type: 'cancel'; readonly id: number }
  /** Lets go of chunks that are gone. */
  | { readonly type: 'forget'; readonly chunks: readonly string[] }
  /** Lets go of all that is decoded. */
  | { readonly type: 'cool' };

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
