import { createHash, timingSafeEqual } from 'node:crypto';
import { AppError } from '@apiary/common/errors.ts';
import { linearRegExp } from '@apiary/common/query/linear-engine.ts';
import { AmqpError } from './amqp-error.ts';

/** What may be done to a resource. */
export type Operation = 'configure' | 'write' | 'read';

/** An account of the broker. */
export interface BrokerUser {
  readonly name: string;
  readonly password: string;
  /** Regular expressions over names, as in RabbitMQ: not anchored, and an empty one matches nothing. */
  readonly permissions: {
    readonly configure: string;
    readonly write: string;
    readonly read: string;
  };
  /** Connections of this account at once; default: only the broker's own bound. */
  readonly connectionsMax?: number;
  /**
   * Its publishing is held for memory, but not for a disk that fills: what it writes is small, has the
   * reserve, and empties the queues.
   */
  readonly usesDiskReserve?: boolean;
}

/** A signed-in account. */
export class Account {
  readonly name: string;
  readonly connectionsMax: number;
  readonly usesDiskReserve: boolean;
  readonly #patterns: Readonly<Record<Operation, RegExp>>;

  /** @throws AppError `setting-invalid` for what is no regular expression. */
  constructor(user: BrokerUser) {
    this.name = user.name;
    this.usesDiskReserve = user.usesDiskReserve ?? false;
    this.connectionsMax = user.connectionsMax ?? Number.POSITIVE_INFINITY;
    const { configure, write, read } = user.permissions;
    this.#patterns = { configure: compile(configure), write: compile(write), read: compile(read) };
  }

  /** @throws AmqpError 403 unless the account may do this. The default exchange is `amq.default` here. */
  check(operation: Operation, kind: 'exchange' | 'queue', name: string): void {
    const shown = kind === 'exchange' && name === '' ? 'amq.default' : name;
    if (this.#patterns[operation].test(shown)) return;
    throw new AmqpError(
      403,
      `access to ${kind} '${shown}' in vhost '/' refused for user '${this.name}'`,
    );
  }
}

function compile(pattern: string): RegExp {
  try {
    return linearRegExp(pattern === '' ? '$^' : pattern);
  } catch (error) {
    throw new AppError('setting-invalid', `permission ${pattern}: no regular expression`, {
      cause: error,
    });
  }
}

/** All accounts of a broker. */
export class Accounts {
  readonly #accounts = new Map<string, { account: Account; passwordHash: Buffer }>();

  constructor(users: readonly BrokerUser[]) {
    for (const user of users) {
      this.#accounts.set(user.name, {
        account: new Account(user),
        passwordHash: hash(user.password),
      });
    }
  }

  /** The account if the password is right. Takes as long for unknown names. */
  signIn(name: string, password: string): Account | undefined {
    const entry = this.#accounts.get(name);
    const given = hash(password);
    const right = timingSafeEqual(given, entry?.passwordHash ?? hash(''));
    return entry && right ? entry.account : undefined;
  }
}

function hash(password: string): Buffer {
  return createHash('sha256').update(password).digest();
}
