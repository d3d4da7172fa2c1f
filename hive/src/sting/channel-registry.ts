/** The channels that people set up: checked by their kind's shape, their secrets sealed. */
import type { Actor } from '@apiary/common/bus/bus.ts';
import type { Versioned } from '@apiary/common/documents/documents.ts';
import { AppError } from '@apiary/common/errors.ts';
import { CHANNELS_MAX } from '@apiary/common/limits/deliveries.ts';
import type {
  ChannelKind,
  ChannelView,
  channelInputSchema,
} from '@apiary/common/messages/channel.ts';
import { newId } from '@apiary/common/random.ts';
import type { z } from 'zod';
import { channelType } from './channels/index.ts';
import type { ChannelDocument } from './model.ts';
import type { Parts } from './parts.ts';

type Input = z.output<typeof channelInputSchema>;

/** Adds, changes and removes channels. */
export class ChannelRegistry {
  readonly #parts: Parts;
  /** One after another, so that two of one name or one per-device kind cannot be added at once. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** All channels, by name. */
  async list(): Promise<ChannelView[]> {
    const found = await this.#parts.model.channels.find();
    return found
      .map(({ document }) => viewOf(document))
      .sort((a, b) => a.name.localeCompare(b.name));
  }

  /**
   * Adds a channel, or changes the one of that name; secrets that are left out stay.
   *
   * @throws AppError `setting-invalid` naming the field; `already-exists` for a second per-device channel
   * of a kind, or another kind under a name that is taken; `too-many`
   */
  async put(input: Input, actor: Actor): Promise<ChannelView> {
    return await this.#inTurn(async () => {
      const before = await this.find(input.name);
      if (before && before.document.kind !== input.kind) {
        const { name, kind } = before.document;
        throw new AppError(
          'already-exists',
          `${name} is a channel of kind ${kind}: remove it first`,
        );
      }
      if (!before) await this.#makeRoom(input.kind);
      const document = this.#documentOf(input, before?.document, actor);
      if (before) await this.#parts.model.channels.replace(document, before.version);
      else await this.#parts.model.channels.insert(document);
      return viewOf(document);
    });
  }

  /** @throws AppError `not-found` naming the first that is not there */
  async remove(names: readonly string[]): Promise<string[]> {
    const found = await Promise.all(names.map((name) => this.get(name)));
    for (const { document } of found) await this.#parts.model.channels.delete(document.id);
    return found.map(({ document }) => document.name);
  }

  /** @throws AppError `not-found` */
  async get(name: string): Promise<Versioned<ChannelDocument>> {
    const found = await this.find(name);
    if (found) return found;
    throw new AppError('not-found', `there is no channel ${name}`);
  }

  async find(name: string): Promise<Versioned<ChannelDocument> | undefined> {
    return (await this.#parts.model.channels.find({ name }, { limit: 1 }))[0];
  }

  /** The channel that serves devices of a kind. */
  async ofKind(kind: ChannelKind): Promise<Versioned<ChannelDocument> | undefined> {
    return (await this.#parts.model.channels.find({ kind }, { limit: 1 }))[0];
  }

  /** Settings and secrets together. @throws AppError `store-corrupt` */
  fieldsOf({ id, settings, sealed }: ChannelDocument): Record<string, unknown> {
    return { ...settings, ...this.#parts.secrets.unseal(sealed, id) };
  }

  #documentOf(input: Input, before: ChannelDocument | undefined, actor: Actor): ChannelDocument {
    const { name, kind, enabled } = input;
    const type = channelType(kind);
    const known = before ? this.#knownOf(before) : (type.initial?.() ?? {});
    const kept = Object.fromEntries(
      Object.entries(known).filter(
        ([field]) => type.secrets.includes(field) || type.initial !== undefined,
      ),
    );
    const given = Object.fromEntries(
      Object.entries(input.secrets).filter(([, value]) => value !== ''),
    );
    for (const field of Object.keys(given)) {
      if (!type.secrets.includes(field)) {
        throw new AppError('setting-invalid', `${field} is no secret of a channel of kind ${kind}`);
      }
    }
    const fields = checked(type.fields, { ...kept, ...input.settings, ...given }, kind);
    const id = before?.id ?? newId();
    const isSecret = ([field]: [string, unknown]) => type.secrets.includes(field);
    const secrets = Object.entries(fields).filter(isSecret);
    const texts = secrets.map(([field, value]): [string, string] => [field, String(value)]);
    return {
      id,
      name,
      kind,
      enabled,
      settings: Object.fromEntries(Object.entries(fields).filter((entry) => !isSecret(entry))),
      secretsSet: texts.map(([field]) => field),
      sealed: this.#parts.secrets.seal(Object.fromEntries(texts), id),
      createdMs: before?.createdMs ?? this.#parts.context.clock.now(),
      createdBy: before?.createdBy ?? actor.name,
    };
  }

  /** What is kept of a channel; secrets that the key file does not open have to be entered again. */
  #knownOf(before: ChannelDocument): Record<string, unknown> {
    try {
      return this.fieldsOf(before);
    } catch (error) {
      this.#parts.context.log.warn({ channel: before.name, err: error }, 'channel.secrets-lost');
      return before.settings;
    }
  }

  async #makeRoom(kind: ChannelKind): Promise<void> {
    if ((await this.#parts.model.channels.count()) >= CHANNELS_MAX) {
      throw new AppError('too-many', `there are ${CHANNELS_MAX} channels already`);
    }
    const { perDevice, title } = channelType(kind);
    const other = perDevice ? await this.ofKind(kind) : undefined;
    if (other) {
      const { name } = other.document;
      throw new AppError('already-exists', `${title}: ${name} serves them all; change that one`);
    }
  }

  async #inTurn<R>(task: () => Promise<R>): Promise<R> {
    const mine = this.#last.then(task, task);
    this.#last = mine.catch(() => undefined);
    return await mine;
  }
}

function viewOf({ sealed: _sealed, ...shown }: ChannelDocument): ChannelView {
  return shown;
}

function checked(shape: z.ZodObject, fields: unknown, kind: ChannelKind): Record<string, unknown> {
  const result = shape.strict().safeParse(fields);
  if (result.success) {
    return Object.fromEntries(
      Object.entries(result.data).filter(([, value]) => value !== undefined),
    );
  }
  const [issue] = result.error.issues;
  const where = issue?.path.join('.') ?? '';
  throw new AppError('setting-invalid', `${kind}${where && ` ${where}`}: ${issue?.message ?? ''}`);
}
