/** Deliveries as people see them: the log, sending again, and the end of old ones. */
import { AppError } from '@apiary/common/errors.ts';
import {
  DELIVERIES_KEPT_MAX,
  DELIVERIES_KEPT_MS,
  DELIVERIES_SWEEP_MS,
} from '@apiary/common/limits/deliveries.ts';
import type { DeliveryView, LastDelivery } from '@apiary/common/messages/channel.ts';
import { timePrefix } from './delivery-id.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { Delivery } from './model.ts';
import type { Parts } from './parts.ts';

/** Which deliveries are wanted. */
export interface DeliverySelection {
  readonly state?: Delivery['state'] | undefined;
  readonly alert?: string | undefined;
  readonly channel?: string | undefined;
  readonly after?: string | undefined;
  readonly limit: number;
}

/** See the file's head. */
export class DeliveryLog {
  readonly #parts: Parts;
  readonly #dispatcher: Dispatcher;
  #stopSweep: () => void = () => undefined;
  #sweeping: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(parts: Parts, dispatcher: Dispatcher) {
    this.#parts = parts;
    this.#dispatcher = dispatcher;
  }

  start(): void {
    this.#stopSweep = this.#parts.context.clock.after(DELIVERIES_SWEEP_MS, () => {
      this.#sweeping = this.sweep()
        .catch((error: unknown) => {
          this.#parts.context.log.warn({ err: error }, 'delivery.sweep-failed');
        })
        .finally(() => {
          if (!this.#stopped) this.start();
        });
    });
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#stopSweep();
    await this.#sweeping;
  }

  /** A page, newest first. */
  async list({ state, alert, channel, after, limit }: DeliverySelection) {
    const filter = {
      ...(state !== undefined && { state }),
      ...(alert !== undefined && { alert }),
      ...(channel !== undefined && { channel }),
    };
    const { deliveries } = this.#parts.model;
    const found = await deliveries.find(filter, { limit, ...(after !== undefined && { after }) });
    const next = found.length === limit ? found.at(-1)?.document.id : undefined;
    return {
      deliveries: found.map(({ document }) => viewOf(document)),
      ...(next !== undefined && { next }),
    };
  }

  /** The latest delivery to a channel by name or a device by id; undefined where there is none any more. */
  async last(to: { readonly channel: string } | { readonly device: string }) {
    const [found] = await this.#parts.model.deliveries.find(to, { limit: 1 });
    if (!found) return undefined;
    const { title, state, atMs, attempts } = found.document;
    const attempt = attempts.at(-1);
    const last: LastDelivery = {
      ...{ title, state, atMs: attempt?.atMs ?? atMs },
      ...(attempt?.note !== undefined && { note: attempt.note }),
    };
    return last;
  }

  /**
   * Tries dead and dropped deliveries again, as if they were new; those that arrived or wait are left.
   *
   * @throws AppError `not-found`
   */
  async resend(ids: readonly string[]): Promise<DeliveryView[]> {
    const views: DeliveryView[] = [];
    for (const id of new Set(ids)) {
      const nextMs = this.#parts.context.clock.now();
      const after = await this.#parts.model.deliveries.update(id, (delivery) => {
        if (!delivery) throw new AppError('not-found', `there is no delivery ${id}`);
        if (delivery.state !== 'dead' && delivery.state !== 'dropped') return undefined;
        return { ...delivery, state: 'waiting', attemptCount: 0, nextMs };
      });
      if (!after) continue;
      if (after.document.state === 'waiting') this.#dispatcher.accept(after);
      views.push(viewOf(after.document));
    }
    return views;
  }

  /** Removes what is older than `DELIVERIES_KEPT_MS` or beyond `DELIVERIES_KEPT_MAX`. */
  async sweep(): Promise<void> {
    const { deliveries, notifications } = this.#parts.model;
    const oldest = timePrefix(this.#parts.context.clock.now() - DELIVERIES_KEPT_MS);
    const beyond = await this.#idBeyondBound();
    const from = beyond !== undefined && beyond < oldest ? beyond : oldest;
    for (;;) {
      const page = await deliveries.find({}, { after: from });
      if (page.length === 0) return;
      for (const { document } of page) {
        await deliveries.delete(document.id);
        const isLast = (await deliveries.count({ message: document.message })) === 0;
        if (isLast) await notifications.delete(document.message);
      }
    }
  }

  async #idBeyondBound(): Promise<string | undefined> {
    const { deliveries } = this.#parts.model;
    if ((await deliveries.count()) <= DELIVERIES_KEPT_MAX) return undefined;
    let after = '';
    for (let left = DELIVERIES_KEPT_MAX; left > 0; ) {
      const page = await deliveries.find({}, { after, limit: Math.min(left, 1000) });
      left -= page.length;
      after = page.at(-1)?.document.id ?? after;
      if (page.length === 0) break;
    }
    return after;
  }
}

function viewOf(delivery: Delivery): DeliveryView {
  const { channelId: _id, thread: _thread, owner: _owner, ...rest } = delivery;
  const { leaseUntilMs: _lease, memory: _memory, ...view } = rest;
  return view;
}
