import { SAVED_QUERIES_MAX } from '@apiary/common/limits/screens.ts';
import { type SavedQuery, savedQuerySchema } from '@apiary/common/messages/saved-query.ts';
import type { OwnedDocuments, OwnedKind } from './owned-documents.ts';

/** Searches with a name. */
export const SAVED_QUERIES: OwnedKind<SavedQuery> = {
  definition: { name: 'saved-queries', schema: savedQuerySchema, indexes: ['owner', 'shared'] },
  word: 'saved query',
  most: SAVED_QUERIES_MAX,
};

/** One's own, and those that all share. */
export type SavedQueries = OwnedDocuments<SavedQuery>;
