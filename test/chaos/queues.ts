/** What the queues of a broker hold when everything has come to rest: nothing, or something is stuck. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A queue, and how many messages wait in it or for the word of whoever has them. */
export interface QueueDepth {
  readonly name: string;
  readonly ready: number;
  readonly unacknowledged: number;
}

/** Reads them as they are now. */
export type ReadQueues = () => Promise<readonly QueueDepth[]>;

const LOOK_MS = 500;

/**
 * Queues that were never seen empty within a time; those that come and go with a request are empty between
 * two. A broker that cannot be read is looked at again.
 */
export async function stuckQueues(read: ReadQueues, withinMs: number): Promise<string[]> {
  const untilMs = performance.now() + withinMs;
  const seenEmpty = new Set<string>();
  for (;;) {
    const isOver = performance.now() >= untilMs;
    const stuck: string[] = [];
    try {
      for (const { name, ready, unacknowledged } of await read()) {
        if (ready + unacknowledged === 0) seenEmpty.add(name);
        if (seenEmpty.has(name)) continue;
        stuck.push(`${name}: ${ready} wait, ${unacknowledged} are not acknowledged`);
      }
      if (stuck.length === 0 || isOver) return stuck;
    } catch (error) {
      if (isOver) throw error;
    }
    await sleep(LOOK_MS);
  }
}

/** From what `rabbitmqctl list_queues` says of every queue. */
export function rabbitQueues(control: (words: readonly string[]) => Promise<string>): ReadQueues {
  const columns = ['name', 'messages_ready', 'messages_unacknowledged'];
  return async () => {
    const table = await control(['--silent', '--formatter', 'json', 'list_queues', ...columns]);
    const rows: unknown = JSON.parse(table);
    if (!Array.isArray(rows)) throw new Error(`no list of queues: ${table}`);
    return rows.map((row) => ({
      name: String(row.name),
      ready: Number(row.messages_ready),
      unacknowledged: Number(row.messages_unacknowledged),
    }));
  };
}

/** From the figures of the broker that `up` has started on a folder, which are of its durable queues. */
export function embeddedQueues(folder: string): ReadQueues {
  return async () => {
    const log = await readFile(join(folder, 'logs/broker.log'), 'utf8');
    // Each start may have found another one.
    const port = [...log.matchAll(/"port":(\d+).*"msg":"status.listening"/g)].at(-1)?.[1];
    const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    const found = new Map<string, { ready: number; unacked: number }>();
    const figure = /^apiary_broker_queue_messages\{(.*)\} (\d+)/gm;
    for (const [, labels = '', count] of text.matchAll(figure)) {
      const name = /queue="([^"]*)"/.exec(labels)?.[1] ?? '';
      const queue = found.get(name) ?? { ready: 0, unacked: 0 };
      found.set(name, queue);
      if (labels.includes('state="ready"')) queue.ready = Number(count);
      else queue.unacked = Number(count);
    }
    if (found.size === 0) throw new Error('the broker tells of no queue');
    return [...found].map(([name, { ready, unacked }]) => ({
      ...{ name, ready, unacknowledged: unacked },
    }));
  };
}
