/** The lines of an HTTP answer that comes in parts. */
import { AppError } from '@apiary/common/errors.ts';

/**
 * Lines as they come, without their ends. What is not asked for yet waits in the connection.
 *
 * @throws AppError `bus-lost` when the connection is cut before the end, however long nobody had asked for a line;
 * the signal's reason when it is aborted
 */
export async function* answerLines(
  body: ReadableStream<Uint8Array>,
  signal?: AbortSignal,
): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  const reader = body.getReader();
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) break;
      const lines = (rest + decoder.decode(value, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      yield* lines;
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw new AppError('bus-lost', 'the connection was cut before the end', { cause: error });
  } finally {
    // Ends the request where one does not want the rest; nothing is left to be told where it was cut.
    await reader.cancel().catch(() => {});
  }
  if (rest !== '') yield rest;
}
