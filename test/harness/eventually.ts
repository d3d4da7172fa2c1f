/**
 * Repeats a look at something that offers no event until it holds. The deadline only bounds a failing
 * test; no test asserts on how long it took.
 */
export async function eventually<T>(
  look: () => Promise<T | undefined> | T | undefined,
  what: string,
  deadlineMs = 30_000,
): Promise<T> {
  const until = performance.now() + deadlineMs;
  let last: unknown;
  while (performance.now() < until) {
    try {
      const seen = await look();
      if (seen !== undefined) return seen;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`did not come about in time: ${what}`, { cause: last });
}
