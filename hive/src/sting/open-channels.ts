import type { ChannelRegistry } from './channel-registry.ts';
import type { Channel } from './channels/channel.ts';
import { channelType } from './channels/index.ts';
import type { ChannelDocument } from './model.ts';
import type { Parts } from './parts.ts';

/** Channels that are in use, opened once and again after each change of their set-up. */
export class OpenChannels {
  readonly #parts: Parts;
  readonly #registry: ChannelRegistry;
  readonly #open = new Map<string, { readonly version: number; readonly channel: Channel }>();

  constructor(parts: Parts, registry: ChannelRegistry) {
    this.#parts = parts;
    this.#registry = registry;
  }

  /**
   * By id, else by the name that the rule has (the channel may have been made again); a text says why it
   * cannot be used.
   *
   * @throws AppError `store-corrupt` when its secrets do not open
   */
  async open(id: string, name: string): Promise<Channel | string> {
    const { channels } = this.#parts.model;
    const found = (id && (await channels.get(id))) || (await this.#registry.find(name));
    if (!found) {
      await this.#open.get(id)?.channel.close();
      this.#open.delete(id);
      return `there is no channel ${name}: add it, then send this again`;
    }
    const { document, version } = found;
    if (!document.enabled) return `the channel ${name} is switched off`;
    const known = this.#open.get(document.id);
    if (known?.version === version) return known.channel;
    const channel = this.openNow(document);
    this.#open.set(document.id, { version, channel });
    // Attempts that are under way on the old one end by themselves.
    await known?.channel.close();
    return channel;
  }

  /** One that the caller closes. @throws AppError `store-corrupt` */
  openNow(document: ChannelDocument): Channel {
    const fields = this.#registry.fieldsOf(document);
    return channelType(document.kind).open(fields, this.#parts.environment);
  }

  async close(): Promise<void> {
    for (const { channel } of this.#open.values()) await channel.close();
    this.#open.clear();
  }
}
