/** The OpenAPI 3.1 document, generated from the table of routes. */
import { z } from 'zod';
import { scopeOfRoute } from './auth/scopes.ts';
import { EXAMPLES, type RouteExample } from './openapi-examples.ts';
import { problemSchema } from './problem.ts';
import { ROUTES, type Route } from './routes.ts';

type Json = Record<string, unknown>;

/** Describes every route: OpenAPI 3.1, whose schemas are JSON Schema 2020-12 as zod writes it. */
export function openapiDocument(version: string): Json {
  const paths: Record<string, Json> = {};
  const examples: Readonly<Record<string, RouteExample>> = EXAMPLES;
  for (const [name, route] of Object.entries(ROUTES)) {
    const described = operation(name, route, examples[name] ?? {});
    const path = route.path.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method]: described };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Apiary',
      version,
      description:
        'Everything that the web UI does. Times are milliseconds since 1970. `x-access` is the least role, `x-scope` what an API token has to be good for.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    paths,
    components: {
      schemas: { Problem: schema(problemSchema, 'output') },
      securitySchemes: {
        session: { type: 'apiKey', in: 'cookie', name: 'apiary_session' },
        token: { type: 'http', scheme: 'bearer' },
      },
    },
  };
}

function operation(name: string, route: Route, example: RouteExample): Json {
  const isOpen = route.access === 'public' || route.access === 'local';
  return {
    operationId: name,
    summary: route.summary,
    'x-access': route.access,
    ...(route.access === 'public' ? {} : { 'x-scope': scopeOfRoute(route) }),
    security: isOpen ? [] : [{ session: [] }, { token: [] }],
    ...(isNothing(route.body) ? {} : { requestBody: requestBody(route.body, example.body) }),
    ...parameters(route),
    responses: {
      ...success(route, example.response),
      default: {
        description: 'What went wrong',
        content: {
          'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
        },
      },
    },
  };
}

function requestBody(body: z.ZodType, example: unknown): Json {
  const content = { 'application/json': { schema: schema(body, 'input'), ...exampled(example) } };
  return { required: true, content };
}

function success(route: Route, example: unknown): Json {
  if (isNothing(route.response)) return { 204: { description: 'Done' } };
  const type = route.contentType ?? 'application/json';
  const content: Json = {
    [type]: { schema: schema(route.response, 'output'), ...exampled(example) },
  };
  if (route.line) content['application/x-ndjson'] = { schema: schema(route.line, 'output') };
  return { 200: { description: route.summary, content } };
}

function exampled(example: unknown): Json {
  return example === undefined ? {} : { example };
}

function parameters({ path, query }: Route): Json {
  const inPath = [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
  const { properties, required } = schema(query, 'input');
  const needed = Array.isArray(required) ? required : [];
  const inQuery = Object.entries(properties ?? {}).map(([name, shape]) => ({
    name,
    in: 'query',
    required: needed.includes(name),
    schema: shape,
  }));
  const list = [...inPath, ...inQuery];
  return list.length > 0 ? { parameters: list } : {};
}

function isNothing(shape: z.ZodType): boolean {
  return shape instanceof z.ZodUndefined;
}

function schema(shape: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _dialect, ...json } = z.toJSONSchema(shape, { io, unrepresentable: 'any' });
  return json;
}
