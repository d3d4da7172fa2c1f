import { DASHBOARDS_MAX } from '@apiary/common/limits/screens.ts';
import { type Dashboard, dashboardSchema } from '@apiary/common/messages/dashboard.ts';
import type { OwnedDocuments, OwnedKind } from './owned-documents.ts';

/** Panels over searches. */
export const DASHBOARDS: OwnedKind<Dashboard> = {
  definition: { name: 'dashboards', schema: dashboardSchema, indexes: ['owner', 'shared'] },
  word: 'dashboard',
  most: DASHBOARDS_MAX,
};

/** One's own, and those that all share. */
export type Dashboards = OwnedDocuments<Dashboard>;
