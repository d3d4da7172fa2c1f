/**
 * No engine builds the images here, so what can be known without one is checked: every file parses, copies what
 * is there, and names commands, settings and ports that exist.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { PassThrough } from 'node:stream';
import { BEE_PERMISSIONS } from '@apiary/common/bus/topology.ts';
import { describe, expect, it } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { COMMANDS } from '../scripts/commands/index.ts';
import { HOST_COMPONENTS } from '../scripts/host.ts';
import { HTTP_PORT } from '../scripts/settings.ts';
import { ENVIRONMENT, HONEYCOMB_FLAGS, NODE_FLAGS } from '../scripts/supervisor.ts';

const root = resolve(import.meta.dirname, '..');
const IMAGES = ['bee', 'hive', 'queen'] as const;
const COMPOSE = ['docker/compose.yaml', 'docker/compose.cluster.yaml'];
const KUBERNETES = readdirSync(join(root, 'docker/kubernetes')).map(
  (name) => `docker/kubernetes/${name}`,
);

const STATUS_PORT = '4290';
const PROBE_OF = (path: string) =>
  `fetch('http://127.0.0.1:${STATUS_PORT}/${path}').then((r)=>process.exit(r.ok?0:1),()=>process.exit(1))`;

const textOf = (file: string) => readFileSync(join(root, file), 'utf8');

function documentsOf(file: string): unknown[] {
  return parseAllDocuments(textOf(file), { merge: true }).map((document) => {
    expect(document.errors).toEqual([]);
    return document.toJS();
  });
}

interface Instruction {
  readonly word: string;
  readonly rest: string;
}

/** The instructions of each stage, first `FROM` first. */
function stagesOf(image: string): Instruction[][] {
  const lines = textOf(`docker/${image}.Dockerfile`)
    .replace(/^#.*\n/gm, '')
    .replace(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line.trim() !== '');
  const stages: Instruction[][] = [];
  for (const line of lines) {
    const [word = '', ...rest] = line.split(' ');
    if (word === 'FROM') stages.push([]);
    stages.at(-1)?.push({ word, rest: rest.join(' ') });
  }
  return stages;
}

function lastStage(image: string) {
  const stage = stagesOf(image).at(-1) ?? [];
  const all = (word: string) => stage.filter((each) => each.word === word).map(({ rest }) => rest);
  const list = (word: string) => z.array(z.string()).parse(JSON.parse(all(word)[0] ?? '[]'));
  const variables = all('ENV').flatMap((rest) => rest.trim().split(/\s+/));
  return { all, list, env: Object.fromEntries(variables.map((each) => each.split('='))) };
}

/** What `./apiary COMMAND --help` says that it takes. */
async function settingsOf(command: string): Promise<Set<string>> {
  const entry = COMMANDS.find(({ name }) => name === command);
  if (!entry) throw new Error(`there is no command ${command}`);
  const stdout = new PassThrough({ encoding: 'utf8' });
  const { run } = await entry.load();
  await run(['--help'], {
    ...{ stdout, stderr: stdout, stdin: stdout, env: {}, signal: AbortSignal.abort() },
    ...{ ready: () => undefined, program: '', parent: undefined },
  });
  const help: string = stdout.read();
  return new Set(help.match(/APIARY_[A-Z_]+/g));
}

/** Fails unless the image's command line is one, and takes each of the variables. */
async function expectRunnable(
  image: string,
  words: readonly string[],
  environment: readonly string[],
): Promise<void> {
  const [command, ...components] = image === 'bee' ? ['bee'] : words;
  const taken = await settingsOf(command ?? '');
  if (image === 'bee') taken.add('APIARY_BROKER');
  if (command === 'hive') expect(HOST_COMPONENTS).toEqual(expect.arrayContaining(components));
  else expect(components).toEqual([]);
  const ours = environment.filter((name) => name.startsWith('APIARY_'));
  expect(ours.filter((name) => !taken.has(name))).toEqual([]);
}

it('The image of the Hive runs a honeycomb as `up` does.', () => {
  const { list, env } = lastStage('hive');
  const [node, warning, ...flags] = list('ENTRYPOINT');
  expect([node, warning]).toEqual(['node', NODE_FLAGS[0]]);
  expect(flags).toEqual([...HONEYCOMB_FLAGS, '/app/dist/bundle/apiary.js']);
  expect(env).toMatchObject(ENVIRONMENT);
});

describe.each(IMAGES)('the image of %s', (image) => {
  const stages = stagesOf(image);
  const stage = lastStage(image);

  it('copies only what is there, or what the first stage made', () => {
    const copies = stages.flat().filter(({ word }) => word === 'COPY');
    const sources = copies
      .filter(({ rest }) => !rest.startsWith('--from='))
      .flatMap(({ rest }) => rest.split(' ').slice(0, -1));
    expect(sources.length).toBeGreaterThan(5);
    expect(sources.filter((source) => !existsSync(join(root, source)))).toEqual([]);
    const made = stage.all('COPY').filter((rest) => rest.startsWith('--from='));
    expect(made.length).toBeGreaterThan(0);
    for (const rest of made) {
      expect(rest).toMatch(/^--from=build \/app\/(dist\/bundle|queen\/web\/dist)(\/bee\.mjs)? /);
    }
  });

  it('begins from the Node that the project needs, in both stages', () => {
    const { engines } = z
      .object({ engines: z.object({ node: z.string() }) })
      .parse(JSON.parse(textOf('package.json')));
    const base = `node:${/\d+/.exec(engines.node)?.[0]}-slim`;
    expect(stages.map((each) => each[0]?.rest)).toEqual([`${base} AS build`, base]);
  });

  it('runs as a user by number, who is not root', () => {
    expect(stage.all('USER')).toEqual(['1000:1000']);
  });

  it('asks its status port how it is', () => {
    expect(stage.env.APIARY_STATUS_PORT).toBe(STATUS_PORT);
    const [check = ''] = stage.all('HEALTHCHECK');
    expect(JSON.parse(check.slice(check.indexOf('[')))).toEqual([
      'node',
      '-e',
      PROBE_OF('healthz'),
    ]);
  });

  it('runs a command that takes its settings', async () => {
    await expectRunnable(image, stage.list('CMD'), Object.keys(stage.env));
  });
});

it("shows Queen's own port, and no other image shows one", () => {
  expect(lastStage('queen').all('EXPOSE')).toEqual([String(HTTP_PORT)]);
  expect(lastStage('queen').env.APIARY_HTTP_PORT).toBe(String(HTTP_PORT));
  expect([...lastStage('bee').all('EXPOSE'), ...lastStage('hive').all('EXPOSE')]).toEqual([]);
});

const conditions = z.record(z.string(), z.object({ condition: z.string() }));
const serviceSchema = z.object({
  image: z.string(),
  build: z.object({ context: z.literal('..'), dockerfile: z.string() }).optional(),
  user: z.string(),
  command: z.array(z.string()).default([]),
  environment: z.record(z.string(), z.string()).default({}),
  volumes: z.array(z.string()).default([]),
  ports: z.array(z.string()).default([]),
  networks: z.union([z.array(z.string()), z.record(z.string(), z.unknown())]).default([]),
  depends_on: conditions.default({}),
  healthcheck: z.object({ test: z.array(z.string()) }).optional(),
  restart: z.string(),
});
const composeSchema = z.object({
  services: z.record(z.string(), serviceSchema),
  volumes: z.record(z.string(), z.unknown()),
  networks: z.record(z.string(), z.unknown()).default({}),
});

describe.each(COMPOSE)('%s', (file) => {
  const { services, volumes, networks } = composeSchema.parse(documentsOf(file)[0]);
  const entries = Object.entries(services);
  const imageOf = (service: z.infer<typeof serviceSchema>) =>
    IMAGES.find((image) => service.image === `apiary-${image}`);

  it.each(entries)('%s runs a real command with real settings', async (_, service) => {
    const image = imageOf(service);
    expect(image === undefined).toBe(service.build === undefined);
    if (!image) return;
    expect(service.build?.dockerfile).toBe(`docker/${image}.Dockerfile`);
    expect(existsSync(join(root, service.build?.dockerfile ?? ''))).toBe(true);
    const own = lastStage(image);
    const environment = [...Object.keys(own.env), ...Object.keys(service.environment)];
    const words = service.command.length > 0 ? service.command : own.list('CMD');
    await expectRunnable(image, words, environment);
  });

  it.each(entries)('%s is not root, and says how it is or ends', (_, service) => {
    expect(service.user).toMatch(/^[1-9]\d*:[1-9]\d*$/);
    const isChecked = imageOf(service) !== undefined || service.healthcheck !== undefined;
    expect(isChecked || service.restart === 'no').toBe(true);
  });

  it('mounts, joins and waits for what there is', () => {
    for (const { volumes: mounts, networks: joined, depends_on: needs } of Object.values(
      services,
    )) {
      const sources = mounts.map((mount) => mount.split(':')[0] ?? '');
      const files = sources.filter((source) => source.startsWith('./'));
      for (const each of files.filter((source) => !source.startsWith('./secrets/'))) {
        expect(existsSync(join(root, 'docker', each))).toBe(true);
      }
      const named = sources.filter((source) => !/^[./]/.test(source));
      expect(Object.keys(volumes)).toEqual(expect.arrayContaining(named));
      const names = Array.isArray(joined) ? joined : Object.keys(joined);
      expect(Object.keys(networks)).toEqual(expect.arrayContaining(names));
      expect(Object.keys(services)).toEqual(expect.arrayContaining(Object.keys(needs)));
    }
  });

  it('waits for the health only of what has a check', () => {
    const waits = entries.flatMap(([, { depends_on: needs }]) => Object.entries(needs));
    for (const [name, { condition }] of waits) {
      const other = services[name];
      const ends = condition === 'service_completed_successfully';
      expect(other?.restart === 'no').toBe(ends);
      if (!ends && other) expect(imageOf(other) ?? other.healthcheck).toBeDefined();
    }
  });

  it("publishes Queen's port alone, on loopback", () => {
    for (const service of Object.values(services)) {
      for (const port of service.ports) {
        expect(service.image).toBe('apiary-queen');
        expect(port).toMatch(new RegExp(`^127\\.0\\.0\\.1:\\d+:${HTTP_PORT}$`));
      }
    }
    expect(Object.values(services).flatMap(({ ports }) => ports).length).toBeGreaterThan(0);
  });
});

it('gives Bees on RabbitMQ the permissions that the embedded broker gives them', () => {
  const { configure, write, read } = BEE_PERMISSIONS;
  const wanted = `set_permissions bee '${configure}' '${write}' '${read}'`;
  expect(textOf('docker/compose.cluster.yaml').replaceAll('$$', '$')).toContain(wanted);
});

it('names the same three nodes of RabbitMQ in both files', () => {
  const nodes = textOf('docker/rabbitmq.conf').match(/(?<=rabbit@)\S+/g) ?? [];
  const { services } = composeSchema.parse(documentsOf('docker/compose.cluster.yaml')[0]);
  expect(nodes).toEqual(Object.keys(services).filter((name) => name.startsWith('rabbitmq-')));
});

const probeSchema = z.object({ exec: z.object({ command: z.array(z.string()) }) });
const workloadSchema = z.object({
  kind: z.enum(['Deployment', 'DaemonSet']),
  metadata: z.object({ name: z.string(), namespace: z.literal('apiary') }),
  spec: z.object({
    selector: z.object({ matchLabels: z.record(z.string(), z.string()) }),
    template: z.object({
      metadata: z.object({ labels: z.record(z.string(), z.string()) }),
      spec: z.object({
        securityContext: z.object({
          runAsNonRoot: z.literal(true),
          runAsUser: z.number().min(1),
        }),
        containers: z.array(
          z.object({
            image: z.string(),
            args: z.array(z.string()).default([]),
            env: z.array(
              z.object({
                name: z.string(),
                value: z.string().optional(),
                valueFrom: z
                  .object({ secretKeyRef: z.object({ name: z.string(), key: z.string() }) })
                  .optional(),
              }),
            ),
            securityContext: z.object({ allowPrivilegeEscalation: z.literal(false) }),
            livenessProbe: probeSchema,
            readinessProbe: probeSchema,
            volumeMounts: z.array(
              z.object({
                name: z.string(),
                mountPath: z.string(),
                readOnly: z.boolean().default(false),
              }),
            ),
          }),
        ),
        volumes: z.array(z.object({ name: z.string() })),
      }),
    }),
  }),
});

describe('the Kubernetes manifests', () => {
  const objects = KUBERNETES.flatMap(documentsOf);
  const kindOf = (object: unknown) => z.object({ kind: z.string() }).parse(object).kind;
  const workloads = objects
    .filter((object) => ['Deployment', 'DaemonSet'].includes(kindOf(object)))
    .map((object) => workloadSchema.parse(object));
  const secrets = objects
    .filter((object) => kindOf(object) === 'Secret')
    .map((object) =>
      z
        .object({
          metadata: z.object({ name: z.string() }),
          stringData: z.record(z.string(), z.string()),
        })
        .parse(object),
    );

  it('are the Bee on every node, and Hive and Queen as deployments', () => {
    const kinds = workloads.map(({ kind, metadata }) => `${kind} ${metadata.name}`).sort();
    expect(kinds).toEqual([
      'DaemonSet bee',
      'Deployment hive',
      'Deployment honeycomb',
      'Deployment queen',
    ]);
  });

  it('run real commands with real settings, from secrets where they hold a password', async () => {
    for (const { spec } of workloads) {
      expect(spec.template.metadata.labels).toEqual(spec.selector.matchLabels);
      for (const { image, args, env } of spec.template.spec.containers) {
        const name = IMAGES.find((each) => image.startsWith(`apiary-${each}:`)) ?? '';
        const names = [...Object.keys(lastStage(name).env), ...env.map((each) => each.name)];
        await expectRunnable(name, args, names);
        for (const { name: variable, valueFrom } of env) {
          const isSecret = ['APIARY_BROKER', 'APIARY_STORE'].includes(variable);
          expect(valueFrom !== undefined).toBe(isSecret);
          if (!valueFrom) continue;
          const { name: secret, key } = valueFrom.secretKeyRef;
          const found = secrets.find(({ metadata }) => metadata.name === secret);
          expect(Object.keys(found?.stringData ?? {})).toContain(key);
        }
      }
    }
  });

  it('ask the status port inside the pod, because it is on loopback', () => {
    for (const { spec } of workloads) {
      for (const { livenessProbe, readinessProbe } of spec.template.spec.containers) {
        expect(livenessProbe.exec.command).toEqual(['node', '-e', PROBE_OF('healthz')]);
        expect(readinessProbe.exec.command).toEqual(['node', '-e', PROBE_OF('readyz')]);
      }
    }
  });

  it('mount volumes that there are, and the log files of the pods read-only', () => {
    for (const { metadata, spec } of workloads) {
      const { containers, volumes } = spec.template.spec;
      const mounts = containers.flatMap((container) => container.volumeMounts);
      expect(mounts.map(({ name }) => name)).toEqual(volumes.map(({ name }) => name));
      const pods = mounts.filter(({ mountPath }) => mountPath === '/var/log/pods');
      expect(pods.map(({ readOnly }) => readOnly)).toEqual(metadata.name === 'bee' ? [true] : []);
    }
  });

  it("lead to Queen's port", () => {
    const services = objects.filter((object) => kindOf(object) === 'Service');
    const targets = services.flatMap(
      (object) =>
        z
          .object({ spec: z.object({ ports: z.array(z.object({ targetPort: z.number() })) }) })
          .parse(object).spec.ports,
    );
    expect(targets).toEqual([{ targetPort: HTTP_PORT }]);
  });
});
