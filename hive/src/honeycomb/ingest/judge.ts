import type { Delivery } from '@apiary/common/bus/bus.ts';
import type { AppendMessage } from '@apiary/common/chunks/chunks.ts';
import type { Clock } from '@apiary/common/clock.ts';
import { toAppError } from '@apiary/common/errors.ts';
import {
  decodeDataMessage,
  readDataHeaders,
  type SignedDataHeaders,
  verifyData,
} from '@apiary/common/messages/data/message.ts';
import type { RetentionClasses } from '../life/retention-classes.ts';
import type { Approvals, Standing } from './approvals.ts';
import { splitByClass } from './by-class.ts';

/** What is to be done with a delivery. */
export type Verdict =
  /** One message, or one for each retention class of its runs. */
  | { readonly kind: 'accepted'; readonly messages: readonly AppendMessage[] }
  | { readonly kind: 'quarantine'; readonly agent: string; readonly reason: string }
  | { readonly kind: 'dead'; readonly agent: string | undefined; readonly reason: string };

/** Judges deliveries: who sent them, whether they may, and what they hold. */
export class Judge {
  readonly #approvals: Approvals;
  readonly #classes: RetentionClasses;
  readonly #clock: Clock;

  constructor(approvals: Approvals, classes: RetentionClasses, clock: Clock) {
    this.#approvals = approvals;
    this.#classes = classes;
    this.#clock = clock;
  }

  /** At once for agents that are known to be approved; else the store is asked. */
  judge(delivery: Delivery): Verdict | Promise<Verdict> {
    let headers: SignedDataHeaders;
    try {
      headers = readDataHeaders(delivery.headers);
    } catch (error) {
      return dead(undefined, error);
    }
    const standing = this.#approvals.approved(headers.agent);
    return standing
      ? this.#accept(delivery, headers, standing)
      : this.#judgeUnapproved(delivery, headers);
  }

  async #judgeUnapproved(delivery: Delivery, headers: SignedDataHeaders): Promise<Verdict> {
    const standing = await this.#approvals.read(headers.agent);
    if (standing.approval === 'approved') return this.#accept(delivery, headers, standing);
    try {
      if (standing.publicKey) verifyData(headers, delivery.body, standing.publicKey);
    } catch (error) {
      return dead(headers.agent, error);
    }
    return { kind: 'quarantine', agent: headers.agent, reason: `agent is ${standing.approval}` };
  }

  #accept(delivery: Delivery, headers: SignedDataHeaders, { publicKey }: Standing): Verdict {
    try {
      if (publicKey) verifyData(headers, delivery.body, publicKey);
      const message = decodeDataMessage(headers, delivery.body);
      const arrival = { message, encoded: delivery.body, arrivedMs: this.#clock.now() };
      return {
        kind: 'accepted',
        messages: splitByClass(arrival, (tags) => this.#classes.classOf(tags)),
      };
    } catch (error) {
      return dead(headers.agent, error);
    }
  }
}

function dead(agent: string | undefined, error: unknown): Verdict {
  const { code, message } = toAppError(error);
  return { kind: 'dead', agent, reason: `${code}: ${message}` };
}
