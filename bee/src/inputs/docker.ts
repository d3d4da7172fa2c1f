/**
 * `docker:` targets: logs of all containers, through Docker's socket. Containers that start later are followed
 * from their first line. A record's `file` is `docker:NAME/stdout` or `…/stderr`. Where each container's log
 * goes on (a time, as Docker can tell no offset) lies in the spool with the records. Option:
 * `docker:?socket=/path`, in a folder that the owner allows.
 */
import { realpathSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { AppError } from '@apiary/common/errors.ts';
import { DOCKER_CONTAINERS_MAX } from '@apiary/common/limits.ts';
import { z } from 'zod';
import type { SpoolRecord } from '../spool/frame.ts';
import { wordsOf } from '../system-error.ts';
import { DockerFrames } from './docker-frames.ts';
import { getJson, openStream } from './docker-socket.ts';
import { forbiddenReason, isAllowed } from './file/open.ts';
import { LineSplitter } from './line-splitter.ts';
import type { ProducerContext, StartProducer } from './spooled-input.ts';

const SOCKET = '/var/run/docker.sock';
const SHORT_ID = 12;
const EVENTS = encodeURIComponent(JSON.stringify({ type: ['container'], event: ['start'] }));

const listSchema = z.array(z.looseObject({ Id: z.string().regex(/^[0-9a-f]{12,}$/) }));
const containerSchema = z.looseObject({
  Name: z.string(),
  Config: z.looseObject({ Tty: z.boolean() }),
});
const eventSchema = z.looseObject({ Actor: z.looseObject({ ID: z.string() }) });
const positionsSchema = z.record(z.string(), z.string());

/** Producer of `docker:` targets. */
export const startDocker: StartProducer = async (context) => {
  const socket = socketOf(context);
  const followers = new Followers(context, socket);
  // Before the list, so that no start is missed between the two.
  const events = await openStream(socket, `/events?filters=${EVENTS}`, context.signal);
  await followers.startAll();
  const watching = followers.watch(events).then(
    () => context.failed('Docker ended the connection.'),
    (error: unknown) => context.failed(`Docker: ${wordsOf(error)}`),
  );
  return {
    async stop() {
      events.destroy();
      await Promise.all([watching, followers.ended()]);
    },
  };
};

class Followers {
  readonly #context: ProducerContext;
  readonly #socket: string;
  readonly #running = new Map<string, Promise<void>>();
  /** Container → the time of its last line that is in the spool. */
  #positions: Record<string, string> = {};

  constructor(context: ProducerContext, socket: string) {
    this.#context = context;
    this.#socket = socket;
  }

  async startAll(): Promise<void> {
    const { spool, spec, clock } = this.#context;
    const { cursor } = spool;
    const containers = listSchema.parse(await getJson(this.#socket, '/containers/json'));
    const ids = containers.map(({ Id }) => Id);
    if (cursor !== undefined) this.#positions = positionsSchema.parse(JSON.parse(cursor));
    else if (!spec.history) {
      const now = `${new Date(clock.now()).toISOString().slice(0, -1)}000000Z`;
      this.#positions = Object.fromEntries(ids.map((id) => [short(id), now]));
      await spool.begin(JSON.stringify(this.#positions));
    }
    for (const id of ids) this.#follow(id);
    this.#tell();
  }

  /** Follows what starts, until Docker ends or the target goes. */
  async watch(events: IncomingMessage): Promise<void> {
    const lines = new LineSplitter();
    for await (const chunk of events) {
      for (const line of lines.push(chunk)) {
        const event = eventSchema.safeParse(JSON.parse(line.toString()));
        if (event.success) this.#follow(event.data.Actor.ID);
      }
      this.#tell();
    }
  }

  async ended(): Promise<void> {
    await Promise.all(this.#running.values());
  }

  #tell(): void {
    const isFull = this.#running.size >= DOCKER_CONTAINERS_MAX;
    const note = `Of more than ${DOCKER_CONTAINERS_MAX} containers the rest is not followed.`;
    this.#context.active(this.#running.size, isFull ? note : undefined);
  }

  #follow(id: string): void {
    if (this.#running.has(id) || this.#running.size >= DOCKER_CONTAINERS_MAX) return;
    const work = this.#read(id)
      .catch((error: unknown) => {
        if (this.#context.signal.aborted) return;
        this.#context.log.warn({ container: id, error: wordsOf(error) }, 'docker.lost');
      })
      .finally(() => {
        this.#running.delete(id);
        if (!this.#context.signal.aborted) this.#tell();
      });
    this.#running.set(id, work);
  }

  async #read(id: string): Promise<void> {
    const { signal, spool, spec } = this.#context;
    const container = containerSchema.parse(await getJson(this.#socket, `/containers/${id}/json`));
    const name = container.Name.replace(/^\//, '');
    const position = this.#positions[short(id)] ?? '';
    const since = position === '' ? '0' : sinceOf(position);
    const options = `follow=1&stdout=1&stderr=1&timestamps=1&since=${since}`;
    const path = `/containers/${id}/logs?${options}`;
    const setMs = spool.isNew && spec.history ? this.#context.clock.now() : Number.NaN;
    const frames = new DockerFrames(container.Config.Tty);
    const stream = await openStream(this.#socket, path, signal);
    for await (const chunk of stream) {
      const lines = frames.push(chunk).filter(({ time }) => time > position);
      const records: SpoolRecord[] = lines.map(({ stream: source, time, body }) => ({
        body,
        name: `docker:${name}/${source}`,
        history: Date.parse(time) < setMs,
      }));
      const last = records.at(-1);
      if (!last) continue;
      this.#positions[short(id)] = lines.at(-1)?.time ?? position;
      records[records.length - 1] = { ...last, cursor: JSON.stringify(this.#kept()) };
      await spool.appendWhenRoom(records, signal);
    }
  }

  /** Of containers that are gone nothing is remembered, so that a cursor stays small. */
  #kept(): Record<string, string> {
    const running = new Set([...this.#running.keys()].map(short));
    const kept = Object.entries(this.#positions).filter(([id]) => running.has(id));
    return Object.fromEntries(kept);
  }
}

function short(id: string): string {
  return id.slice(0, SHORT_ID);
}

/** Seconds with nanoseconds, as Docker takes them; it gives lines of that very time again. */
function sinceOf(time: string): string {
  const seconds = Math.floor(Date.parse(time) / 1000);
  return `${seconds}.${(/\.(\d+)Z$/.exec(time)?.[1] ?? '0').padEnd(9, '0')}`;
}

function socketOf({ spec, allowance }: ProducerContext): string {
  const path = new URLSearchParams(spec.url.replace(/^docker:\??/, '')).get('socket');
  if (path === null) return SOCKET;
  const real = realpathSync(path);
  if (isAllowed(real, allowance)) return real;
  throw new AppError('target-forbidden', forbiddenReason(path, real, allowance));
}
