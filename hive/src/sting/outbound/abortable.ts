/** Waits for work that cannot be aborted itself, no longer than its signal allows. @throws the signal's reason */
export async function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return await new Promise<T>((done, failed) => {
    const onAbort = () => failed(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    work.then(done, failed).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
