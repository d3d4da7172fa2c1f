/** Phones and browsers that users registered. */
import type { Actor } from '@apiary/common/bus/bus.ts';
import { eachDocument } from '@apiary/common/documents/pages.ts';
import { AppError } from '@apiary/common/errors.ts';
import { DEVICES_MAX, DEVICES_PER_USER_MAX } from '@apiary/common/limits/deliveries.ts';
import {
  type ChannelKind,
  channelInputSchema,
  type DeviceView,
  type deviceInputSchema,
} from '@apiary/common/messages/channel.ts';
import type { z } from 'zod';
import type { ChannelRegistry } from './channel-registry.ts';
import { keyOf } from './delivery-id.ts';
import type { Device } from './model.ts';
import type { Parts } from './parts.ts';

/** Everybody's devices. */
export const EVERYBODY = '*';

/** Who comes by a one-time link or with the data folder's own token: not among the users, yet people. */
const WITHOUT_ACCOUNT: ReadonlySet<string> = new Set(['admin', 'local']);

/** Registers, lists and forgets devices. */
export class Devices {
  readonly #parts: Parts;
  readonly #channels: ChannelRegistry;

  constructor(parts: Parts, channels: ChannelRegistry) {
    this.#parts = parts;
    this.#channels = channels;
  }

  /** One user's devices, or everybody's for an admin. @throws AppError `forbidden` */
  async list(everybody: boolean, actor: Actor): Promise<DeviceView[]> {
    if (everybody && !isAdmin(actor)) {
      throw new AppError('forbidden', 'Only an admin sees the devices of others.');
    }
    const found = await this.of(everybody ? [EVERYBODY] : [actor.id]);
    return found.map(viewOf).sort((a, b) => b.registeredMs - a.registeredMs);
  }

  /**
   * Registers a device for the actor. The same device again is noted as still there, and belongs to
   * whoever registered it last; past a user's bound the one registered longest ago goes.
   *
   * @throws AppError `too-many`, `not-found` when no channel serves its kind, `forbidden` for a token of nobody
   */
  async register(input: z.output<typeof deviceInputSchema>, actor: Actor): Promise<DeviceView> {
    const { devices } = this.#parts.model;
    if (!(await this.#isPerson(actor.id))) {
      throw new AppError(
        'forbidden',
        'A device belongs to a person: sign in, or use a person’s token.',
      );
    }
    if (input.kind === 'web-push') await this.webPushKey();
    else if (!(await this.#channels.ofKind('apns'))) {
      throw new AppError('not-found', 'No channel serves Apple devices: an admin adds one first.');
    }
    const address = input.kind === 'apns' ? input.token.toLowerCase() : input.endpoint;
    const id = keyOf(input.kind, address);
    const known = await devices.get(id);
    if (!known && (await devices.count()) >= DEVICES_MAX) {
      throw new AppError('too-many', `${DEVICES_MAX} devices are registered already`);
    }
    const { clock } = this.#parts.context;
    const device: Device = { ...input, id, user: actor.id, registeredMs: clock.now() };
    await devices.put(device);
    await this.#keepWithinBound(actor.id);
    return viewOf(device);
  }

  /** @throws AppError `not-found`, also for somebody else's unless an admin asks */
  async remove(ids: readonly string[], actor: Actor): Promise<string[]> {
    for (const id of ids) {
      await this.get(id, actor);
      await this.#parts.model.devices.delete(id);
    }
    return [...ids];
  }

  /** @throws AppError `not-found`, also for somebody else's unless an admin asks */
  async get(id: string, actor: Actor): Promise<Device> {
    const found = await this.#parts.model.devices.get(id);
    if (!found || (found.document.user !== actor.id && !isAdmin(actor))) {
      throw new AppError('not-found', `you have no device ${id}`);
    }
    return found.document;
  }

  /**
   * All devices of some users; `*` stands for everybody. Devices of whoever was removed from the users are
   * forgotten here, so that their phones hear nothing more.
   */
  async of(users: readonly string[], kind?: Device['kind']): Promise<Device[]> {
    const found: Device[] = [];
    const filter = {
      ...(users.includes(EVERYBODY) ? {} : { user: users }),
      ...(kind === undefined ? {} : { kind }),
    };
    for await (const { document } of eachDocument(this.#parts.model.devices, filter)) {
      found.push(document);
    }
    const gone = new Set<string>();
    for (const user of new Set(found.map((device) => device.user))) {
      if (!(await this.#isPerson(user))) gone.add(user);
    }
    if (gone.size === 0) return found;
    for (const { id, user, name } of found.filter((device) => gone.has(device.user))) {
      this.#parts.context.log.info({ device: name, user }, 'device.user-gone');
      await this.#parts.model.devices.delete(id);
    }
    return found.filter((device) => !gone.has(device.user));
  }

  /** The public key for browsers; the channel behind it is made at the first call. */
  async webPushKey(): Promise<string> {
    const kind: ChannelKind = 'web-push';
    const input = channelInputSchema.parse({ name: 'browsers', kind });
    const creator: Actor = { kind: 'component', id: 'sting', name: 'sting', role: 'system' };
    if (!(await this.#channels.ofKind(kind))) {
      await this.#channels.put(input, creator).catch(async (error: unknown) => {
        // Another call was quicker.
        if (!(await this.#channels.ofKind(kind))) throw error;
      });
    }
    const channel = await this.#channels.ofKind(kind);
    return String(channel?.document.settings.publicKey ?? '');
  }

  async #isPerson(user: string): Promise<boolean> {
    return WITHOUT_ACCOUNT.has(user) || (await this.#parts.model.users.get(user)) !== undefined;
  }

  async #keepWithinBound(user: string): Promise<void> {
    const own = (await this.of([user])).sort((a, b) => b.registeredMs - a.registeredMs);
    for (const { id } of own.slice(DEVICES_PER_USER_MAX))
      await this.#parts.model.devices.delete(id);
  }
}

function isAdmin({ role }: Actor): boolean {
  return role === 'admin' || role === 'system';
}

function viewOf({ id, user, kind, name, registeredMs }: Device): DeviceView {
  return { id, user, kind, name, registeredMs };
}
