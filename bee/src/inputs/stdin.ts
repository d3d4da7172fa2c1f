/** The `stdin:` target: what is piped into the Bee's process, a record a line. */
import { createReadStream } from 'node:fs';
import { LineSplitter } from './line-splitter.ts';
import type { StartProducer } from './spooled-input.ts';

/** Producer of the `stdin:` target. */
export const startStdin: StartProducer = async (context) => {
  const input = createReadStream('', { fd: 0, autoClose: false });
  const lines = new LineSplitter();
  const read = async (): Promise<void> => {
    for await (const chunk of input) {
      const records = lines.push(chunk).map((body) => ({ body, name: 'stdin' }));
      await context.spool.appendWhenRoom(records, context.signal);
    }
    const last = lines.end().map((body) => ({ body, name: 'stdin' }));
    await context.spool.appendWhenRoom(last, context.signal);
    context.active(0, 'The input has ended.');
  };
  const reading = read().catch((error: unknown) => {
    if (!context.signal.aborted) context.failed(`stdin: ${String(error)}`);
  });
  return {
    async stop() {
      input.destroy();
      await reading;
    },
  };
};
