/** `file:///var/log/x` → `/var/log/x` */
export function shownUrl(url: string): string {
  return url.startsWith('file:///') ? url.slice(7) : url;
}
