/** Routes of dashboards: a part of Queen's table. */
import { dashboardInputSchema, dashboardSchema } from '@apiary/common/messages/dashboard.ts';
import { z } from 'zod';
import { bare, route } from './route.ts';

/** Routes by name. */
export const DASHBOARD_ROUTES = {
  listDashboards: route('get', '/api/dashboards', {
    ...bare,
    access: 'viewer',
    summary: 'Lists one’s own dashboards and those of the team',
    response: z.object({ dashboards: z.array(dashboardSchema) }),
  }),
  saveDashboard: route('post', '/api/dashboards', {
    ...bare,
    access: 'viewer',
    summary: 'Saves a dashboard or changes a saved one; to share it the role editor is needed',
    body: dashboardInputSchema,
    response: z.object({ dashboard: dashboardSchema }),
  }),
  removeDashboards: route('post', '/api/dashboards/remove', {
    ...bare,
    access: 'viewer',
    summary: 'Removes one’s own dashboards, an administrator also shared ones of others',
    body: z.object({ ids: z.array(z.string().min(1).max(64)).min(1).max(500) }),
    response: z.object({ removed: z.array(z.string()) }),
  }),
} as const;
