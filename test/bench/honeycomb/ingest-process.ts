/**
 * Takes a file of messages in, and tells what that took. What makes and compresses the messages is not here, as it is
 * not in a honeycomb. The kernel keeps the peak of memory: no sample can miss it. Linux.
 */
import { Engine } from './engine.ts';
import { ingestMessages } from './measure.ts';
import { readMessages } from './message-file.ts';
import { processMb } from './resident.ts';

const [folder = '', messages = ''] = process.argv.slice(2);
const engine = await Engine.open(folder);
const figures = await ingestMessages(engine, readMessages(messages));
const residentMb = processMb('VmHWM');
await engine.close();
process.stdout.write(JSON.stringify({ ...figures, residentMb }));
