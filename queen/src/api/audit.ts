import type { AuditLog } from '../auth/audit-log.ts';
import type { Handlers } from './handler.ts';

/** The audit log. */
export function auditHandlers(audit: AuditLog): Handlers<'listAudit'> {
  return {
    listAudit: async ({ query }) => {
      const entries = await audit.list(query);
      const last = entries.length === query.limit ? entries.at(-1) : undefined;
      return { entries, ...(last && { next: last.id }) };
    },
  };
}
