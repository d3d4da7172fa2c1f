/**
 * Takes a file of messages in, and tells what that took. What makes and compresses the messages is not here, as it is
 * not in a honeycomb. The kernel keeps the peak of memory: no sample can miss it. Linux.
 *
 * Arguments: the store's folder, the messages, and after how many raw bytes all is sealed that is open: chunks begin anew.
 */
import { Engine } from './engine.ts';
import { type IngestFigures, ingestMessages } from './measure.ts';
import { readMessages } from './message-file.ts';
import { processMb } from './resident.ts';

const [folder = '', messages = '', sealAt] = process.argv.slice(2);
const engine = await Engine.open(folder);
const from = readMessages(messages);
const first = sealAt === undefined ? [] : [Number(sealAt)];
const parts: IngestFigures[] = [];
for (const bytesMax of [...first, Number.POSITIVE_INFINITY]) {
  parts.push(await ingestMessages(engine, from, { bytesMax }));
}
const seconds = parts.reduce((sum, part) => sum + part.seconds, 0);
const rate = parts.reduce((sum, part) => sum + part.rate * part.seconds, 0) / seconds;
const residentMb = processMb('VmHWM');
await engine.close();
process.stdout.write(JSON.stringify({ rate, seconds, residentMb }));
