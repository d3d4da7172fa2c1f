/**
 * Acknowledge and silence links: whoever holds one may do that one thing until it expires, without an
 * account. A link names the stored message it came with and who got it; opening it changes nothing, a POST does.
 */
import type { ComponentContext } from '@apiary/common/component.ts';
import { AppError } from '@apiary/common/errors.ts';
import { ALERT_LINK_MS } from '@apiary/common/limits/deliveries.ts';
import { callAction } from '@apiary/common/messages/actions/action.ts';
import { pheromoneActions } from '@apiary/common/messages/actions/pheromone.ts';
import type { AlertLink } from '@apiary/common/messages/channel.ts';
import type { DeliveryMessage } from '@apiary/common/messages/delivery.ts';
import { z } from 'zod';
import type { Model } from './model.ts';
import type { Secrets } from './secrets.ts';

/** Minutes that a silence link silences for. */
const SILENCE_MINUTES = 60;

const claimSchema = z.object({
  v: z.literal(1),
  /** What it does. */
  a: z.enum(['acknowledge', 'silence']),
  /** The message's id. */
  m: z.string(),
  /** Who got it. */
  w: z.string(),
  /** Until when, ms since 1970. */
  e: z.number(),
});
type Claim = z.output<typeof claimSchema>;

/** What links are made of. */
export interface AlertLinkParts {
  readonly context: ComponentContext;
  readonly model: Model;
  readonly secrets: Secrets;
  readonly publicUrl: string;
}

/** Makes and honours links. */
export class AlertLinks {
  readonly #parts: AlertLinkParts;

  constructor(parts: AlertLinkParts) {
    this.#parts = parts;
  }

  /** The address of a link; `receiver` is named where it is told who acknowledged. */
  create(action: AlertLink['action'], message: DeliveryMessage, receiver: string): string {
    const claim: Claim = {
      v: 1,
      a: action,
      m: message.id,
      w: receiver,
      // From the message's own time, so that every attempt carries the same link.
      e: message.atMs + ALERT_LINK_MS,
    };
    const text = Buffer.from(JSON.stringify(claim)).toString('base64url');
    return `${this.#parts.publicUrl}/a/${text}.${this.#parts.secrets.sign(text)}`;
  }

  /** What a link would do. @throws AppError `alert-link-invalid` */
  async read(token: string): Promise<AlertLink> {
    const { claim, message } = await this.#open(token);
    return viewOf(claim, message);
  }

  /** Does it. @throws AppError `alert-link-invalid`, or what pheromone says */
  async use(token: string): Promise<AlertLink> {
    const { claim, message } = await this.#open(token);
    const { bus, clock } = this.#parts.context;
    const name = `${claim.w} (link)`;
    const options = {
      actor: { kind: 'user', id: `link:${claim.w}`, name, role: 'editor' },
    } as const;
    if (claim.a === 'acknowledge') {
      const alerts = message.bundles ?? [message.alert];
      await callAction(bus, pheromoneActions.acknowledge, { alerts }, options);
    } else {
      const silence = {
        rule: message.rule,
        group: message.group,
        untilMs: clock.now() + SILENCE_MINUTES * 60_000,
        reason: `by a link in a message to ${claim.w}`,
      };
      await callAction(bus, pheromoneActions.putSilences, { silences: [silence] }, options);
    }
    return viewOf(claim, message);
  }

  async #open(token: string): Promise<{ claim: Claim; message: DeliveryMessage }> {
    const [text = '', signature = ''] = token.split('.');
    if (!this.#parts.secrets.verify(text, signature))
      throw invalid('This link is not one of ours.');
    const claim = claimSchema.parse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')));
    if (claim.e <= this.#parts.context.clock.now()) throw invalid('This link has expired.');
    const stored = await this.#parts.model.notifications.get(claim.m);
    if (!stored) throw invalid('The alert of this link is not kept any more.');
    return { claim, message: stored.document.message };
  }
}

function viewOf(claim: Claim, message: DeliveryMessage): AlertLink {
  return {
    action: claim.a,
    alert: message.alert,
    title: message.title,
    minutes: SILENCE_MINUTES,
    expiresMs: claim.e,
  };
}

function invalid(message: string): AppError {
  return new AppError('alert-link-invalid', message);
}
