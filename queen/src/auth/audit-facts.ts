/** What the audit log keeps of a request: who, by what, from where, and the harmless part of it. */
import { AUDIT_DETAILS_CHARS_MAX } from '@apiary/common/limits/access.ts';
import type { AuditFacts } from './audit-log.ts';
import type { Identity } from './authenticate.ts';

/**
 * Fields whose values are noted; of all others only that they were there. A list of what is harmless
 * cannot forget a secret that a new channel brings along.
 */
const PLAIN_FIELDS = new Set(
  (
    'action agents alert alerts channel channels days device enabled expected history id ids kind ' +
    'label name query reason role rule rules scopes severity silence silences state status tags ' +
    'target targets tokens type urls user users'
  ).split(' '),
);
const ITEMS_MAX = 20;

/** The facts of a request; `body` after the check of its shape. */
export function auditFacts(
  action: string,
  identity: Identity,
  address: string,
  body: unknown,
): AuditFacts {
  const { actor } = identity;
  return {
    who: actor.id,
    role: actor.role,
    via: viaOf(identity),
    address,
    action,
    details: harmless(body),
  };
}

function viaOf({ session, token, actor }: Identity): string {
  if (session) return session.via;
  if (token) return `token ${token.name}`;
  return actor.kind === 'local' ? 'local' : 'none';
}

function harmless(body: unknown): string {
  if (body === undefined || body === null || typeof body !== 'object') return '';
  const text = JSON.stringify(plain(body));
  return text.length > AUDIT_DETAILS_CHARS_MAX
    ? `${text.slice(0, AUDIT_DETAILS_CHARS_MAX - 1)}…`
    : text;
}

function plain(value: object): unknown {
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      PLAIN_FIELDS.has(name) ? shown(inner) : '…',
    ]),
  );
}

function shown(value: unknown): unknown {
  // A target or an address may bear a name and password.
  if (typeof value === 'string') return value.replace(/\/\/[^/@\s]*@/g, '//…@');
  if (Array.isArray(value)) {
    const items: unknown[] = value.slice(0, ITEMS_MAX).map(shown);
    return value.length > ITEMS_MAX ? [...items, `and ${value.length - ITEMS_MAX} more`] : items;
  }
  return value !== null && typeof value === 'object' ? plain(value) : value;
}
