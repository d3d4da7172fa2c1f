import type { SearchPart } from '@apiary/common/messages/actions/honeycomb.ts';
import { savedQuerySchema } from '@apiary/common/messages/saved-query.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { makeRecord } from '../testing/fake-hive.ts';
import { bearer, type QueenFixture, startQueenFixture } from '../testing/queen-fixture.ts';

const answerSchema = z.object({
  secret: z.string().default(''),
  query: savedQuerySchema.optional(),
  queries: z.array(savedQuerySchema).default([]),
  removed: z.array(z.string()).optional(),
});

let fixture: QueenFixture;
const tokens = new Map<string, string>();

async function call(who: string, method: string, path: string, body?: unknown) {
  const token = tokens.get(who) ?? fixture.token;
  const init = { method, headers: bearer(token), ...(body ? { body: JSON.stringify(body) } : {}) };
  const answer = await fixture.fetch(path, init);
  return { status: answer.status, body: answerSchema.parse(await answer.json()) };
}

beforeAll(async () => {
  fixture = await startQueenFixture();
  for (const [name, role] of [
    ['mira', 'editor'],
    ['jonas', 'viewer'],
  ] as const) {
    await call('owner', 'POST', '/api/users', { name, role });
    const made = await call('owner', 'POST', '/api/tokens', { name: 't', user: name, role });
    tokens.set(name, made.body.secret);
  }
});

afterAll(() => fixture.stop());

describe('saved queries', () => {
  const names = async (who: string): Promise<string[]> => {
    const { body } = await call(who, 'GET', '/api/queries');
    return body.queries.map(({ name }) => name);
  };
  const save = (who: string, body: object) => call(who, 'POST', '/api/queries', body);

  it('are one’s own until they are shared', async () => {
    const own = await save('mira', { name: 'own', query: 'level:error', range: '4h' });
    const team = await save('mira', { name: 'team', query: 'x', shared: true });
    expect([own.status, team.status]).toEqual([200, 200]);
    expect(await names('mira')).toEqual(['own', 'team']);
    expect(await names('jonas')).toEqual(['team']);
  });

  it('are shared by editors, and changed by their owner or an administrator', async () => {
    const { body } = await call('jonas', 'GET', '/api/queries');
    const [team] = body.queries;
    expect((await save('jonas', { name: 'a', query: 'a', shared: true })).status).toBe(403);
    expect((await save('jonas', { ...team, name: 'mine now', shared: false })).status).toBe(403);
    const changed = await save('owner', { ...team, name: 'renamed' });
    expect(changed.body.query).toMatchObject({ name: 'renamed', owner: 'mira' });
  });

  it('of others do not exist', async () => {
    const { body } = await save('mira', { name: 'secret', query: 's' });
    const id = body.query?.id ?? '';
    expect((await save('owner', { id, name: 'x', query: 'x' })).status).toBe(404);
    const removal = await call('jonas', 'POST', '/api/queries/remove', { ids: [id] });
    expect(removal.status).toBe(404);
    const own = await call('mira', 'POST', '/api/queries/remove', { ids: [id, 'gone'] });
    expect(own.body.removed).toEqual([id]);
  });

  it.each([{ range: 'yesterday' }, { name: ' ' }, { query: 'x'.repeat(16_385) }])(
    'refuse %j',
    async (wrong) => {
      expect((await save('mira', { name: 'n', query: 'q', ...wrong })).status).toBe(400);
    },
  );
});

describe('an export', () => {
  const get = (path: string) => fixture.fetch(path, { headers: bearer(fixture.token) });

  it('goes on from page to page until the end', async () => {
    fixture.hive.search = async function* (request): AsyncGenerator<SearchPart> {
      const from = Number(request.cursor ?? 0);
      yield { type: 'records', records: [makeRecord(from), makeRecord(from + 1)] };
      const next = from < 4 ? { next: String(from + 2) } : {};
      yield { type: 'done', total: 6, elapsedMs: 1, missing: [], ...next };
    };
    const answer = await get('/api/export?query=x&format=raw&from=5');
    expect(answer.headers.get('content-disposition')).toMatch(
      /^attachment; filename="apiary-.*log"$/,
    );
    expect(await answer.text()).toBe([0, 1, 2, 3, 4, 5].map((n) => `line ${n}\n`).join(''));
    expect(fixture.hive.searches.at(-1)).toMatchObject({ query: 'x', from: 5, order: 'oldest' });
  });

  it('takes no more than it was asked for', async () => {
    const answer = await get('/api/export?query=x&format=raw&limit=2');
    expect(await answer.text()).toBe('line 0\nline 1\n');
  });

  it('says a mistake in the query as a problem', async () => {
    expect((await get('/api/export?query=((')).status).toBe(400);
  });

  it('is cut off where the rest is missing', async () => {
    fixture.hive.search = async function* (): AsyncGenerator<SearchPart> {
      yield { type: 'records', records: [makeRecord(1)] };
      yield { type: 'done', total: 1, elapsedMs: 1, missing: ['1 of 2 honeycombs'] };
    };
    await expect(get('/api/export?query=x').then((answer) => answer.text())).rejects.toThrow();
  });
});
