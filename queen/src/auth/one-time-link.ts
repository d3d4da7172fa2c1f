/**
 * One-time sign-in links. The token travels in the URL's fragment, which no server or proxy logs,
 * and is consumed by a POST, so that a link preview cannot use it up. Only its hash is stored.
 */
import type { Clock } from '@apiary/common/clock.ts';
import type {
  Collection,
  CollectionDefinition,
  Documents,
} from '@apiary/common/documents/documents.ts';
import { AppError } from '@apiary/common/errors.ts';
import { SIGN_IN_LINK_MS, SIGN_IN_LINKS_MAX } from '@apiary/common/limits.ts';
import { z } from 'zod';
import { hashToken, newSecretToken } from './secret-token.ts';
import type { Users } from './users.ts';

const linkSchema = z.object({
  /** The token's hash. */
  id: z.string(),
  createdMs: z.number(),
  expiresMs: z.number(),
});

type Link = z.output<typeof linkSchema>;

const LINKS: CollectionDefinition<Link> = {
  name: 'sign-in-links',
  schema: linkSchema,
  indexes: [],
};

/** Makes and consumes one-time links. */
export class OneTimeLinks {
  readonly #links: Collection<Link>;
  readonly #clock: Clock;
  readonly #users: Pick<Users, 'hasPassword'>;

  private constructor(links: Collection<Link>, clock: Clock, users: Pick<Users, 'hasPassword'>) {
    this.#links = links;
    this.#clock = clock;
    this.#users = users;
  }

  /** Opens the collection. */
  static async open(
    documents: Documents,
    clock: Clock,
    users: Pick<Users, 'hasPassword'>,
  ): Promise<OneTimeLinks> {
    return new OneTimeLinks(await documents.collection(LINKS), clock, users);
  }

  /**
   * A new token that lives SIGN_IN_LINK_MS; forgets the expired and, past the bound, the oldest.
   *
   * @throws AppError `password-needed` once a password exists
   */
  async create(): Promise<{ token: string; expiresMs: number }> {
    if (await this.#users.hasPassword()) {
      throw new AppError(
        'password-needed',
        'Passwords exist, so there are no links any more: sign in with a name and password. ./apiary users password NAME sets a new one.',
      );
    }
    await this.#sweep();
    const token = newSecretToken();
    const now = this.#clock.now();
    const expiresMs = now + SIGN_IN_LINK_MS;
    await this.#links.insert({ id: hashToken(token), createdMs: now, expiresMs });
    return { token, expiresMs };
  }

  /** Uses a token up; of two at once one wins. @throws AppError `link-invalid` */
  async consume(token: string): Promise<void> {
    const id = hashToken(token);
    const found = await this.#links.get(id);
    const wasThere = found !== undefined && (await this.#links.delete(id));
    if (await this.#users.hasPassword()) {
      throw new AppError('link-invalid', 'Passwords exist: sign in with a name and password.');
    }
    if (!wasThere || found.document.expiresMs <= this.#clock.now()) {
      throw new AppError(
        'link-invalid',
        'This link was used or is older than 15 minutes: run `./apiary link` for a new one.',
      );
    }
  }

  async #sweep(): Promise<void> {
    const now = this.#clock.now();
    const all = (await this.#links.find()).map(({ document }) => document);
    const alive = all
      .filter((link) => link.expiresMs > now)
      .sort((a, b) => b.createdMs - a.createdMs)
      .slice(0, SIGN_IN_LINKS_MAX - 1);
    const kept = new Set(alive.map((link) => link.id));
    for (const link of all) if (!kept.has(link.id)) await this.#links.delete(link.id);
  }
}
