/**
 * Cuts JSON objects that stand one after another, with or without white space between (as Splunk's HEC takes
 * them), without changing a character. An array of objects gives its elements.
 */
export function splitJson(text: string): string[] {
  const trimmed = text.trim();
  const inner = trimmed.startsWith('[') ? trimmed.slice(1, -1) : trimmed;
  const objects: string[] = [];
  let depth = 0;
  let start = 0;
  let isText = false;
  for (let at = 0; at < inner.length; at++) {
    const code = inner.charCodeAt(at);
    if (isText) {
      if (code === 0x5c) at++;
      else if (code === 0x22) isText = false;
    } else if (code === 0x22) isText = true;
    else if (code === 0x7b && depth++ === 0) start = at;
    else if (code === 0x7d && --depth === 0) objects.push(inner.slice(start, at + 1));
  }
  // What is left open fails as JSON where it is parsed.
  if (depth > 0) objects.push(inner.slice(start));
  return objects;
}
