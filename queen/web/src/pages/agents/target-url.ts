/** Targets as people type and read them. */

/** `/var/log/x` → `file:///var/log/x`; what has a scheme stays. Undefined for what cannot be one. */
export function targetUrl(typed: string): string | undefined {
  const text = typed.trim();
  if (text.startsWith('/')) return `file://${text}`;
  return /^[a-z][a-z0-9+.-]*:/i.test(text) ? text : undefined;
}

/** `file:///var/log/x` → `/var/log/x` */
export function shownUrl(url: string): string {
  return url.startsWith('file:///') ? url.slice(7) : url;
}
