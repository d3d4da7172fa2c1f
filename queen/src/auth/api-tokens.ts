/** API tokens: secrets for programs, shown once, of which only the hash is stored. */
import type { Clock } from '@apiary/common/clock.ts';
import type {
  Collection,
  CollectionDefinition,
  Documents,
} from '@apiary/common/documents/documents.ts';
import { eachDocument } from '@apiary/common/documents/pages.ts';
import { AppError } from '@apiary/common/errors.ts';
import { API_TOKENS_MAX, LAST_USE_INTERVAL_MS } from '@apiary/common/limits/access.ts';
import { tokenViewSchema } from '@apiary/common/messages/access.ts';
import { newGeneration } from '@apiary/common/random.ts';
import { z } from 'zod';
import { hashToken, newSecretToken } from './secret-token.ts';

/** By which programs that look for leaked secrets recognise one. */
const PREFIX = 'apiary_';

const apiTokenSchema = tokenViewSchema.extend({
  /** SHA-256 of the secret. */
  hash: z.string(),
});

/** A token as stored. */
export type ApiToken = z.output<typeof apiTokenSchema>;

/** The collection, also the name in `document.changed.api-tokens`. */
export const API_TOKENS: CollectionDefinition<ApiToken> = {
  name: 'api-tokens',
  schema: apiTokenSchema,
  indexes: ['hash', 'user'],
};

/** Makes, finds and revokes tokens. */
export class ApiTokens {
  readonly #tokens: Collection<ApiToken>;
  readonly #clock: Clock;

  private constructor(tokens: Collection<ApiToken>, clock: Clock) {
    this.#tokens = tokens;
    this.#clock = clock;
  }

  /** Opens the collection. */
  static async open(documents: Documents, clock: Clock): Promise<ApiTokens> {
    return new ApiTokens(await documents.collection(API_TOKENS), clock);
  }

  /** A new token and its secret, which nobody can read again. @throws AppError `too-many` */
  async create(
    wanted: Pick<ApiToken, 'name' | 'user' | 'role' | 'scopes' | 'expiresMs'>,
  ): Promise<{ readonly secret: string; readonly token: ApiToken }> {
    if ((await this.#tokens.count()) >= API_TOKENS_MAX) await this.#sweep();
    const secret = `${PREFIX}${newSecretToken()}`;
    const token: ApiToken = {
      ...wanted,
      id: newGeneration(),
      hash: hashToken(secret),
      createdMs: this.#clock.now(),
    };
    await this.#tokens.insert(token);
    return { secret, token };
  }

  /** The living token of a secret. */
  async find(secret: string): Promise<ApiToken | undefined> {
    if (!secret.startsWith(PREFIX)) return undefined;
    const [found] = await this.#tokens.find({ hash: hashToken(secret) }, { limit: 1 });
    const token = found?.document;
    return token && token.expiresMs > this.#clock.now() ? token : undefined;
  }

  /** Notes that it was used, now and then. */
  async used(token: ApiToken): Promise<void> {
    const now = this.#clock.now();
    if (now - (token.usedMs ?? 0) < LAST_USE_INTERVAL_MS) return;
    await this.#tokens.update(token.id, (known) => known && { ...known, usedMs: now });
  }

  /** All, or those of one person. */
  async list(user?: string): Promise<ApiToken[]> {
    const tokens: ApiToken[] = [];
    const filter = user === undefined ? {} : { user };
    for await (const { document } of eachDocument(this.#tokens, filter)) tokens.push(document);
    return tokens.sort((a, b) => b.createdMs - a.createdMs);
  }

  async get(id: string): Promise<ApiToken | undefined> {
    return (await this.#tokens.get(id))?.document;
  }

  /** True if it was there. */
  async revoke(id: string): Promise<boolean> {
    return await this.#tokens.delete(id);
  }

  async #sweep(): Promise<void> {
    const now = this.#clock.now();
    const expired = (await this.list()).filter((token) => token.expiresMs <= now);
    if (expired.length === 0) {
      throw new AppError('too-many', `There are ${API_TOKENS_MAX} tokens already: revoke some.`);
    }
    for (const token of expired) await this.#tokens.delete(token.id);
  }
}
