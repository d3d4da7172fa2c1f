/** Dashboards of this person and of the team, by Queen's API. */
import {
  type Dashboard,
  type DashboardInput,
  dashboardSchema,
} from '@apiary/common/messages/dashboard.ts';
import { z } from 'zod';
import { callApi } from './http.ts';

const listSchema = z.object({ dashboards: z.array(dashboardSchema) });
const savedSchema = z.object({ dashboard: dashboardSchema });

/** Every call rejects with the AppError that Queen answered. */
export const dashboardsApi = {
  list: async (): Promise<readonly Dashboard[]> =>
    (await callApi('/api/dashboards', listSchema)).dashboards,
  save: async (body: DashboardInput): Promise<Dashboard> =>
    (await callApi('/api/dashboards', savedSchema, { method: 'POST', body })).dashboard,
  remove: (id: string) =>
    callApi('/api/dashboards/remove', z.unknown(), { method: 'POST', body: { ids: [id] } }),
};
