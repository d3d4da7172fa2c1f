/** Resolves as `wanted` does. @throws the reason of a signal that is or gets aborted before */
export async function orAborted<T>(
  wanted: Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  if (!signal) return await wanted;
  signal.throwIfAborted();
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([wanted, promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
