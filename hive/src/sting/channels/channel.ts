/**
 * What a channel is: one kind of address that notifications go to. A kind is one file that declares its
 * set-up form as a zod shape and opens channels; `channel.contract.ts` says how they behave.
 */
import type { Clock } from '@apiary/common/clock.ts';
import type { ChannelKind } from '@apiary/common/messages/channel.ts';
import type { DeliveryMessage } from '@apiary/common/messages/delivery.ts';
import { z } from 'zod';
import type { Device } from '../model.ts';
import type { Resolve } from '../outbound/address.ts';
import type { SendOutbound } from '../outbound/request.ts';

/** What is told, with everything that a channel needs to tell it. */
export interface Notification {
  readonly message: DeliveryMessage;
  /** The same for every attempt of this delivery and for no other one: 32 hexadecimal digits. */
  readonly key: string;
  /** The same for everything about this alert: 32 hexadecimal digits. */
  readonly thread: string;
  /** Opens the search at that moment. */
  readonly url: string;
  /** Confirmed by a POST on their page; absent once there is nothing to acknowledge. */
  readonly acknowledgeUrl: string | undefined;
  readonly silenceUrl: string | undefined;
}

/** What a channel wants to know again at the next message about the same alert. */
export type ChannelMemory = Readonly<Record<string, string>>;

/** One attempt. */
export interface SendOrder {
  readonly notification: Notification;
  /** Set where the kind is per device. */
  readonly device: Device | undefined;
  readonly memory: ChannelMemory;
  /** False when an earlier attempt may have arrived although nobody knows. */
  readonly isFirst: boolean;
  /** Aborted after `ATTEMPT_MS_MAX`. */
  readonly signal: AbortSignal;
}

/** What came of an attempt. `refused`: trying again cannot help until a person changes something. */
export type SendResult =
  | { readonly outcome: 'sent'; readonly note: string; readonly memory?: ChannelMemory }
  | {
      readonly outcome: 'retry';
      readonly note: string;
      readonly afterMs?: number;
      /** True where the pause is asked of the whole channel, as by a rate limit. */
      readonly pausesChannel?: boolean;
    }
  | { readonly outcome: 'refused'; readonly note: string }
  | { readonly outcome: 'gone'; readonly note: string };

/** An opened channel. */
export interface Channel {
  /** Never rejects for what the other side does; a rejection counts as `retry`. */
  send(order: SendOrder): Promise<SendResult>;
  /** Lets go of connections. */
  close(): Promise<void>;
}

/** The outside as channels see it. */
export interface ChannelEnvironment {
  readonly clock: Clock;
  readonly resolve: Resolve;
  readonly request: SendOutbound;
}

/** A kind of channel. */
export interface ChannelType {
  readonly kind: ChannelKind;
  readonly title: string;
  readonly summary: string;
  /** True where it notifies the registered devices of users, one delivery for each. */
  readonly perDevice: boolean;
  /** True where it keeps something for each alert (an issue, an incident), and is never told in bundles. */
  readonly perAlert: boolean;
  /** Deliveries at once. */
  readonly attemptsMax: number;
  /** Settings and secrets together. */
  readonly fields: z.ZodObject;
  /** Names of the fields that are secrets. */
  readonly secrets: readonly string[];
  /** Fields that are made when a channel is, such as a key pair. */
  readonly initial?: () => Readonly<Record<string, string>>;
  /** @throws ZodError for fields that do not fit */
  open(fields: unknown, environment: ChannelEnvironment): Channel;
}

/** Declares a kind; `open` gets the fields as the shape gives them. */
export function defineChannel<S extends z.ZodObject>(
  declared: Omit<ChannelType, 'fields' | 'open' | 'secrets'> & {
    readonly fields: S;
    readonly secrets: readonly (keyof z.output<S> & string)[];
    readonly open: (fields: z.output<S>, environment: ChannelEnvironment) => Channel;
  },
): ChannelType {
  return {
    ...declared,
    open: (fields, environment) => declared.open(declared.fields.parse(fields), environment),
  };
}

/** The field that every kind has whose address a person types. */
export const privateAddressField = z.boolean().default(false).meta({
  title: 'Private address',
  description: 'Allows addresses of the local network. Off, only public ones are connected to.',
});

/** The certificate of an authority that is trusted beside the usual ones. @param purpose `for a server of your own.` */
export function authorityField(purpose: string) {
  return z
    .string()
    .max(16_384)
    .optional()
    .meta({
      title: 'Certificate',
      lines: true,
      description: `PEM of the authority to trust, ${purpose}`,
    });
}

/** A secret or a setting that must not be empty. */
export function requiredText(title: string, description: string): z.ZodString {
  return z.string(`${title} is missing`).trim().min(1, `${title} is missing`).max(4096).meta({
    title,
    description,
  });
}

/** An http(s) address. */
export function addressField(title: string, description: string): z.ZodURL {
  return z
    .url({ protocol: /^https?$/, error: `${title} is no http(s) address` })
    .max(2048)
    .meta({ title, description });
}
