/**
 * Whether the broker's node still belongs to its cluster. A RabbitMQ node that was suspended, or that the others gave up
 * for a moment, can live on beside them: it lets clients in and confirms messages to quorum queues, but what it knows
 * of other queues is its own, so requests and events reach nobody, and `pause_minority` does not always see it. Each
 * connection has a queue that is only its own; from time to time it is looked for on the other nodes. When most of
 * all nodes have never heard of it, this one is left. With fewer than three nodes nobody can tell who is apart.
 */
import type { ChannelModel } from 'amqplib';
import { BUS_SPLIT_BEE_LOOK_MS, BUS_SPLIT_LOOK_MS } from '../limits/bus.ts';
import type { BusConnection, Member } from './connection.ts';
import { openChannel, REPLY_CODE, replyCode } from './declare.ts';

/** What another node says of a queue; undefined where it does not answer. */
export type Sight = 'seen' | 'unseen' | undefined;

/** See the file's head. */
export class SplitWatch implements Member {
  readonly #connection: BusConnection;
  #cancelLook: (() => void) | undefined;

  constructor(connection: BusConnection) {
    this.#connection = connection;
  }

  /** Called by the connection; never rejects. */
  async connected(model: ChannelModel): Promise<void> {
    this.#cancelLook?.();
    try {
      this.#lookLater(model, await ownQueue(model));
    } catch {
      // The connection was lost again.
    }
  }

  async close(): Promise<void> {
    this.#cancelLook?.();
  }

  #lookLater(model: ChannelModel, queue: string): void {
    const { clock, declareTopology } = this.#connection.settings;
    const usualMs = declareTopology ? BUS_SPLIT_LOOK_MS : BUS_SPLIT_BEE_LOOK_MS;
    // Not all at once.
    const pauseMs = usualMs * (0.75 + Math.random() / 2);
    this.#cancelLook = clock.after(pauseMs, () => void this.#look(model, queue));
  }

  async #look(model: ChannelModel, queue: string): Promise<void> {
    const others = this.#connection.otherNodes;
    const isLost = isApart(await this.#sights(others, queue));
    const better = isLost ? await this.#betterNode(others) : undefined;
    if (this.#connection.model !== model) return;
    if (better === undefined) this.#lookLater(model, queue);
    else this.#connection.leaveNode(model, better);
  }

  async #sights(nodes: readonly string[], queue: string): Promise<Sight[]> {
    const look = (url: string) =>
      this.#connection.beside(url, async (other) => await sightOf(other, queue));
    return await Promise.all(nodes.map(look));
  }

  /**
   * Where to go: to others that know of one another. Where each is alone, all meet at the node that stands first in the
   * address: undefined for those who are there.
   */
  async #betterNode(others: readonly string[]): Promise<string | undefined> {
    for (const url of others) {
      const rest = others.filter((other) => other !== url);
      const sights = await this.#connection.beside(url, async (node) => {
        return await this.#sights(rest, await ownQueue(node));
      });
      if (sights?.includes('seen')) return url;
    }
    const { firstNode } = this.#connection;
    return others.includes(firstNode) ? firstNode : undefined;
  }
}

/** Whether most of all nodes do not know of it; `others` are all but the one that is asked about. */
export function isApart(others: readonly Sight[]): boolean {
  const unseen = others.filter((sight) => sight === 'unseen').length;
  return unseen > (others.length + 1) / 2;
}

/** Looks for another connection's own queue: one that is there is locked. */
export async function sightOf(other: ChannelModel, queue: string): Promise<Sight> {
  const channel = await openChannel(other);
  try {
    await channel.checkQueue(queue);
    return 'seen';
  } catch (error) {
    const code = replyCode(error);
    if (code === REPLY_CODE.notFound) return 'unseen';
    return code === REPLY_CODE.resourceLocked ? 'seen' : undefined;
  }
}

/** A queue that goes with its connection; its name. */
export async function ownQueue(model: ChannelModel): Promise<string> {
  const channel = await openChannel(model);
  return (await channel.assertQueue('', { exclusive: true, durable: false })).queue;
}
