/** Everything about who may come in: people, sessions, API tokens, links, and the audit log. */
import type { Subscription } from '@apiary/common/bus/bus.ts';
import type { ComponentContext } from '@apiary/common/component.ts';
import { z } from 'zod';
import { API_TOKENS, ApiTokens } from './api-tokens.ts';
import { AuditLog } from './audit-log.ts';
import { Authenticator } from './authenticate.ts';
import type { LocalToken } from './local-token.ts';
import { OneTimeLinks } from './one-time-link.ts';
import { SESSIONS, Sessions } from './sessions.ts';
import { SignInLimiter } from './sign-in-limiter.ts';
import { USERS, Users } from './users.ts';

const changeSchema = z.object({ kind: z.enum(['written', 'deleted']) });

/** The parts, opened together. */
export class Accounts {
  readonly users: Users;
  readonly sessions: Sessions;
  readonly tokens: ApiTokens;
  readonly links: OneTimeLinks;
  readonly audit: AuditLog;
  readonly limiter: SignInLimiter;
  readonly authenticator: Authenticator;

  private constructor(
    opened: Pick<Accounts, 'users' | 'sessions' | 'tokens' | 'links' | 'audit'>,
    limiter: SignInLimiter,
    authenticator: Authenticator,
  ) {
    this.users = opened.users;
    this.sessions = opened.sessions;
    this.tokens = opened.tokens;
    this.links = opened.links;
    this.audit = opened.audit;
    this.limiter = limiter;
    this.authenticator = authenticator;
  }

  /** Opens the collections. */
  static async open(context: ComponentContext, local: LocalToken): Promise<Accounts> {
    const { documents, clock, log } = context;
    const users = await Users.open(documents, clock);
    const sessions = await Sessions.open(documents, clock);
    const tokens = await ApiTokens.open(documents, clock);
    const links = await OneTimeLinks.open(documents, clock, users);
    const onNotNoted = (error: unknown) => log.error({ err: error }, 'audit.outcome-not-noted');
    const audit = await AuditLog.open(documents, clock, onNotNoted);
    const onUseNotNoted = (error: unknown) => log.warn({ err: error }, 'use-not-noted');
    const authenticator = new Authenticator({ sessions, users, tokens, local, onUseNotNoted });
    const opened = { users, sessions, tokens, links, audit };
    return new Accounts(opened, new SignInLimiter(clock), authenticator);
  }

  /**
   * Tells when somebody may have lost a right: also by another Queen, and after the connection to the
   * broker was away.
   */
  async watch(
    { bus }: Pick<ComponentContext, 'bus'>,
    onLoss: () => Promise<void>,
  ): Promise<Subscription> {
    const subscriptions = await Promise.all(
      [SESSIONS, API_TOKENS, USERS].map(({ name }) =>
        bus.events.on(`document.changed.${name}`, ({ body }) => {
          const change = changeSchema.safeParse(body);
          // A session or token that is written was made or used, a person's role may be another.
          if (change.success && (change.data.kind === 'deleted' || name === USERS.name)) {
            void onLoss();
          }
        }),
      ),
    );
    const stopState = bus.onState((state) => {
      if (state === 'connected') void onLoss();
    });
    return {
      cancel: async () => {
        stopState();
        for (const subscription of subscriptions) await subscription.cancel();
      },
    };
  }
}
