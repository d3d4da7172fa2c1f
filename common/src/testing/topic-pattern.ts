/**
 * True if a routing key matches a topic pattern: words between dots, `*` is exactly one word, `#` any
 * number of them (AMQP 0-9-1, section 3.1.3.3).
 */
export function matchesTopic(pattern: string, routingKey: string): boolean {
  return matchesWords(pattern.split('.'), routingKey.split('.'));
}

function matchesWords(pattern: readonly string[], words: readonly string[]): boolean {
  const [first, ...rest] = pattern;
  if (first === undefined) return words.length === 0;
  if (first === '#') {
    if (rest.length === 0) return true;
    return words.some((_, skipped) => matchesWords(rest, words.slice(skipped)));
  }
  const [word, ...others] = words;
  if (word === undefined) return false;
  return (first === '*' || first === word) && matchesWords(rest, others);
}
