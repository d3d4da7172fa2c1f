/** Who is signed in. */
import { type ActorView, actorViewSchema } from '@apiary/common/messages/access.ts';
import { z } from 'zod';
import { callApi } from './http.ts';
import { Store } from './store.ts';

const sessionSchema = z.object({ actor: actorViewSchema });

/** `unknown` until Queen has answered. */
export type SessionState =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'signed-out' }
  | { readonly kind: 'signed-in'; readonly actor: ActorView };

/** The session of this browser. */
export class Session {
  readonly state = new Store<SessionState>({ kind: 'unknown' });

  /** Asks who is signed in. @throws AppError if Queen does not answer */
  async load(): Promise<void> {
    const response = await callApi('/api/session', sessionSchema).catch((thrown: unknown) => {
      if (thrown instanceof Error && 'code' in thrown && thrown.code === 'signed-out') return null;
      throw thrown;
    });
    this.state.set(
      response ? { kind: 'signed-in', actor: response.actor } : { kind: 'signed-out' },
    );
  }

  /** Uses up a one-time link. @throws AppError if the link is used or too old */
  async redeem(token: string): Promise<void> {
    const body = { token };
    const answer = await callApi('/api/session/link', sessionSchema, { method: 'POST', body });
    this.state.set({ kind: 'signed-in', actor: answer.actor });
  }

  /** Signs in. @throws AppError `sign-in-refused`, or `too-many` after too many failures */
  async signIn(user: string, password: string): Promise<void> {
    const body = { user, password };
    const answer = await callApi('/api/session/password', sessionSchema, { method: 'POST', body });
    this.state.set({ kind: 'signed-in', actor: answer.actor });
  }

  /** Ends the session. @throws AppError */
  async signOut(): Promise<void> {
    await callApi('/api/session', z.unknown(), { method: 'DELETE' });
    this.state.set({ kind: 'signed-out' });
  }
}
