import type { Dashboards } from '../dashboards.ts';
import type { Handlers } from './handler.ts';

/** Dashboards. */
export function dashboardHandlers(
  dashboards: Dashboards,
): Handlers<'listDashboards' | 'saveDashboard' | 'removeDashboards'> {
  return {
    listDashboards: async ({ actor }) => ({ dashboards: await dashboards.list(actor) }),
    saveDashboard: async ({ body, actor }) => ({ dashboard: await dashboards.save(body, actor) }),
    removeDashboards: async ({ body, actor }) => ({
      removed: await dashboards.remove(body.ids, actor),
    }),
  };
}
