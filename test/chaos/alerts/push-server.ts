/** APNs in a process of its own, to be killed: a push stands in the file before it is answered. */
import { appendFileSync, readFileSync } from 'node:fs';
import { ApnsServer } from '@apiary/hive/sting/testing/apns-server.ts';
import { type PushServerOrder, pushLine } from './pushes.ts';

const order: PushServerOrder = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'));
const server = new ApnsServer(order.key);
server.onPush = (push) => appendFileSync(order.pushes, pushLine(push));
await server.start(order.port);
process.on('disconnect', () => process.exit(0));
process.send?.({ type: 'ready' });
