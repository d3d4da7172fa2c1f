/** Spoilt requests: bytes that are hardly HTTP, routes without an account, and all of them as a viewer. */
import { EXAMPLES } from '@apiary/queen/openapi-examples.ts';
import { ROUTES, type Route } from '@apiary/queen/routes.ts';
import type { AttackKind, Ground } from './attack.ts';
import { exchange } from './frames.ts';

/** What Queen says when she is not well; a 503 or 504 is an answer. */
const BROKEN = 500;
const ANSWER_MS_MAX = 20_000;

const routes: readonly [string, Route][] = Object.entries(ROUTES);
/** An answer without an end, or with an effect on the account that is used here. */
const LEFT_OUT = new Set(['signOut']);

async function spoiltBytes({ apiary, random }: Ground): Promise<string | undefined> {
  const [, route] = random.one(routes);
  const head = `${route.method.toUpperCase()} ${route.path} HTTP/1.1\r\nHost: 127.0.0.1\r\n`;
  const body = JSON.stringify(random.json());
  const text = `${head}Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  const answer = await exchange(apiary.httpPort, random.spoil(Buffer.from(text)));
  const isBroken = answer.toString('latin1').startsWith(`HTTP/1.1 ${BROKEN}`);
  return isBroken ? `${route.path} answered spoilt bytes with ${BROKEN}` : undefined;
}

async function spoiltRequest(ground: Ground, token: string | undefined) {
  const { random, url } = ground;
  const [name, route] = random.one(routes.filter(([each]) => !LEFT_OUT.has(each)));
  const examples: Readonly<Record<string, { readonly body?: unknown }>> = EXAMPLES;
  const body = random.spoilJson(examples[name]?.body ?? random.json());
  const path = route.path.replaceAll(/:\w+/g, () => encodeURIComponent(text(random.json(0))));
  const search = random.below(3) === 0 ? `?a=${encodeURIComponent(text(random.json()))}` : '';
  const method = random.below(8) === 0 ? random.one(['put', 'patch', 'get']) : route.method;
  const what = `${method.toUpperCase()} ${path} (${name})`;
  const asked = fetch(`${url}${path}${search}`, {
    method: method.toUpperCase(),
    headers: {
      'content-type': random.one(['application/json', 'text/plain', 'application/json']),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    ...(method !== 'get' && { body: JSON.stringify(body) ?? '' }),
    redirect: 'manual',
    signal: AbortSignal.timeout(ANSWER_MS_MAX),
  });
  const response = await asked.catch((error: unknown) => `${what}: ${String(error)}`);
  if (typeof response === 'string') return response;
  await response.body?.cancel();
  if (response.status === BROKEN) return `${what} answered ${BROKEN}`;
  const isOpen = route.access === 'public' || route.access === 'local' || !path.startsWith('/api');
  if (token === undefined && !isOpen && response.ok) return `${what} answered a stranger`;
  return undefined;
}

/** Text that a URL can carry. */
function text(value: unknown): string {
  return String(value).slice(0, 500).toWellFormed();
}

/** See the file's head. */
export const httpAttack: AttackKind = {
  name: 'http',
  summary: 'spoilt requests to every route, as nobody and as a viewer',
  async open(ground) {
    return {
      async once() {
        const way = ground.random.below(3);
        if (way === 0) return await spoiltBytes(ground);
        return await spoiltRequest(ground, way === 1 ? undefined : ground.viewerToken);
      },
      close: async () => {},
    };
  },
};
