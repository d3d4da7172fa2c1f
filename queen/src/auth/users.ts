/** People: who may sign in, and as what. */
import type { Clock } from '@apiary/common/clock.ts';
import type {
  Collection,
  CollectionDefinition,
  Documents,
} from '@apiary/common/documents/documents.ts';
import { AppError } from '@apiary/common/errors.ts';
import { USERS_MAX } from '@apiary/common/limits/access.ts';
import { type Role, roleSchema } from '@apiary/common/messages/access.ts';
import { z } from 'zod';
import { checkNewPassword, PasswordHasher, passwordHashSchema } from './password.ts';

/** A person's name, in lower case: also the document's id, so there is one of each. */
export const userNameSchema = z
  .string()
  .trim()
  .toLowerCase()
  .regex(/^[a-z0-9][a-z0-9._@-]{0,63}$/, 'expected letters, digits, . _ @ - (64 at most)');

const userSchema = z.object({
  id: z.string(),
  role: roleSchema,
  /** Absent for one who comes by API tokens only. */
  password: passwordHashSchema.optional(),
  passwordMs: z.number().optional(),
  createdMs: z.number(),
  createdBy: z.string(),
});

/** A person as stored. */
export type User = z.output<typeof userSchema>;

/** The collection, also the name in `document.changed.users`. */
export const USERS: CollectionDefinition<User> = {
  name: 'users',
  schema: userSchema,
  indexes: ['role'],
};

/** Adds, changes, removes and recognises people. */
export class Users {
  readonly #users: Collection<User>;
  readonly #clock: Clock;
  readonly #hasher = new PasswordHasher();

  private constructor(users: Collection<User>, clock: Clock) {
    this.#users = users;
    this.#clock = clock;
  }

  /** Opens the collection. */
  static async open(documents: Documents, clock: Clock): Promise<Users> {
    return new Users(await documents.collection(USERS), clock);
  }

  /** All, by name. */
  async list(): Promise<User[]> {
    return (await this.#users.find()).map(({ document }) => document);
  }

  async get(name: string): Promise<User | undefined> {
    return (await this.#users.get(name))?.document;
  }

  /** True once an administrator can sign in by a password; one-time links are dead from then on. */
  async hasPassword(): Promise<boolean> {
    const admins = await this.#users.find({ role: 'admin' });
    return admins.some(({ document }) => document.password !== undefined);
  }

  /** @throws AppError `already-exists`, `too-many`, or as {@link checkNewPassword} */
  async add(user: {
    readonly name: string;
    readonly role: Role;
    readonly password?: string | undefined;
    readonly by: string;
  }): Promise<User> {
    const { name, role, password, by } = user;
    if ((await this.#users.count()) >= USERS_MAX) {
      throw new AppError('too-many', `There are ${USERS_MAX} people already.`);
    }
    if (password !== undefined) {
      checkNewPassword(password, name);
      if (role !== 'admin') await this.#refuseBeforeAdmin();
    }
    const now = this.#clock.now();
    const made: User = {
      id: name,
      role,
      createdMs: now,
      createdBy: by,
      ...(password !== undefined && {
        password: await this.#hasher.hash(password),
        passwordMs: now,
      }),
    };
    return (await this.#users.insert(made)).document;
  }

  /** @throws AppError `not-found`, or `forbidden` for the last administrator */
  async setRole(name: string, role: Role): Promise<User> {
    const user = await this.#known(name);
    if (user.role === 'admin' && role !== 'admin') await this.#refuseLastAdmin(user);
    return await this.#change(name, (known) => ({ ...known, role }));
  }

  /** @throws AppError `not-found`, or as {@link checkNewPassword} */
  async setPassword(name: string, password: string): Promise<User> {
    checkNewPassword(password, name);
    const user = await this.#known(name);
    if (user.role !== 'admin') await this.#refuseBeforeAdmin();
    const hash = await this.#hasher.hash(password);
    const passwordMs = this.#clock.now();
    return await this.#change(name, (known) => ({ ...known, password: hash, passwordMs }));
  }

  /** @throws AppError `not-found`, or `forbidden` for the last administrator */
  async remove(name: string): Promise<void> {
    await this.#refuseLastAdmin(await this.#known(name));
    await this.#users.delete(name);
  }

  /** The person whose password it is; takes as long for unknown names. @throws AppError `too-many` */
  async recognise(name: string, password: string): Promise<User | undefined> {
    const user = await this.get(name);
    const isRight = await this.#hasher.verify(password, user?.password);
    return isRight ? user : undefined;
  }

  async #known(name: string): Promise<User> {
    const user = await this.get(name);
    if (!user) throw new AppError('not-found', `There is no user ${name}.`);
    return user;
  }

  async #change(name: string, change: (user: User) => User): Promise<User> {
    const after = await this.#users.update(name, (user) => user && change(user));
    if (!after) throw new AppError('not-found', `There is no user ${name}.`);
    return after.document;
  }

  /** Links die with the first password: whoever has it must be able to let others in. */
  async #refuseBeforeAdmin(): Promise<void> {
    if (await this.hasPassword()) return;
    throw new AppError('forbidden', 'The first password must be an administrator’s.');
  }

  async #refuseLastAdmin(user: User): Promise<void> {
    if (user.role !== 'admin' || !user.password) return;
    const admins = (await this.#users.find({ role: 'admin' })).map(({ document }) => document);
    if (admins.some(({ id, password }) => id !== user.id && password)) return;
    throw new AppError('forbidden', `${user.id} is the last administrator with a password.`);
  }
}
