/**
 * Takes a file of messages in, and tells what that took. What makes and compresses the messages is not here, as it is
 * not in a honeycomb. The kernel keeps the peak of memory: no sample can miss it. Linux.
 *
 * Arguments: the store's folder, the messages, and how many raw bytes come first. These are sealed before the rest comes, so
 * that its chunks begin anew, or with `rest` as a fourth argument they are passed over.
 */
import { Engine } from './engine.ts';
import { type IngestFigures, ingestMessages, MB } from './measure.ts';
import { readMessages } from './message-file.ts';
import { processMb } from './resident.ts';

const [folder = '', path = '', firstBytes = '0', only] = process.argv.slice(2);
const engine = await Engine.open(folder);
const messages = readMessages(path);
const parts: IngestFigures[] = [];
const bytesMax = Number(firstBytes);
if (only === 'rest') {
  for (let passed = 0; passed < bytesMax; ) passed += messages.next().value?.rawBytes ?? bytesMax;
} else parts.push(await ingestMessages(engine, messages, { bytesMax }));
parts.push(await ingestMessages(engine, messages));
const sum = (of: (part: IngestFigures) => number) => parts.reduce((all, part) => all + of(part), 0);
const [bytes, seconds] = [sum((part) => part.bytes), sum((part) => part.seconds)];
const residentMb = processMb('VmHWM');
await engine.close();
process.stdout.write(JSON.stringify({ bytes, seconds, rate: bytes / MB / seconds, residentMb }));
