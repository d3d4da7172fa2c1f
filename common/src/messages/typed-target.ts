/**
 * The URL of a target that somebody typed: `/var/log/x` → `file:///var/log/x`, globs as they are; what has a scheme
 * stays. Undefined for what cannot be one, as a relative path: it is read on another host.
 */
export function typedTargetUrl(typed: string): string | undefined {
  const text = typed.trim();
  if (text.startsWith('/')) return `file://${text}`;
  return /^[a-z][a-z0-9+.-]*:/i.test(text) ? text : undefined;
}
