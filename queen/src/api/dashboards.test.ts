import { dashboardSchema } from '@apiary/common/messages/dashboard.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { bearer, type QueenFixture, startQueenFixture } from '../testing/queen-fixture.ts';

const answerSchema = z.object({
  dashboard: dashboardSchema.optional(),
  dashboards: z.array(dashboardSchema).default([]),
  removed: z.array(z.string()).optional(),
});

const panel = { id: 'a', title: 'Errors', kind: 'number', query: 'level:error', columns: 3 };

let fixture: QueenFixture;
beforeAll(async () => {
  fixture = await startQueenFixture();
});
afterAll(() => fixture.stop());

describe('dashboards', () => {
  async function call(method: string, path: string, body?: unknown) {
    const init = { method, headers: bearer(fixture.token) };
    const answer = await fixture.fetch(path, {
      ...init,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: answer.status, body: answerSchema.parse(await answer.json()) };
  }

  it('are saved, changed, listed and removed', async () => {
    const made = await call('POST', '/api/dashboards', { name: 'Edge', panels: [panel] });
    expect(made.body.dashboard).toMatchObject({ name: 'Edge', range: '15m', panels: [panel] });
    const id = made.body.dashboard?.id ?? '';
    const panels = [{ ...panel, columns: 12 }];
    await call('POST', '/api/dashboards', { id, name: 'Edge', range: '4h', panels });
    const { body } = await call('GET', '/api/dashboards');
    expect(body.dashboards).toMatchObject([{ id, range: '4h', panels }]);
    const gone = await call('POST', '/api/dashboards/remove', { ids: [id, 'never'] });
    expect(gone.body.removed).toEqual([id]);
  });

  it('have panels that differ, and no more than a socket can feed', async () => {
    const save = (panels: unknown[]) => call('POST', '/api/dashboards', { name: 'x', panels });
    expect((await save([panel, panel])).status).toBe(400);
    const many = Array.from({ length: 9 }, (_, at) => ({ ...panel, id: `p${at}` }));
    expect((await save(many)).status).toBe(400);
    expect((await save([{ ...panel, columns: 13 }])).status).toBe(400);
  });
});
