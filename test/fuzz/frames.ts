/** Spoilt AMQP sessions on the broker's port: of a Bee, and of somebody with a wrong password. */
import { connect } from 'node:net';
import { goodSession } from '@apiary/hive/broker/testing/good-session.ts';
import type { AttackKind } from './attack.ts';

const ANSWER_MS_MAX = 5_000;
const HEADER_BYTES = 8;
/** Class and method of channel.open-ok: only who has signed in may see it. */
const CHANNEL_OPEN_OK = Buffer.from([0, 20, 0, 11]);

/** Sends bytes and the end; resolves with what came back, at the latest after ANSWER_MS_MAX. */
export function exchange(port: number, bytes: Buffer): Promise<Buffer> {
  return new Promise((resolve) => {
    const received: Buffer[] = [];
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    socket.setTimeout(ANSWER_MS_MAX, () => socket.destroy());
    socket.on('data', (data: Buffer) => received.push(data));
    socket.on('error', () => undefined);
    socket.once('end', () => socket.end());
    socket.once('close', () => resolve(Buffer.concat(received)));
    socket.end(bytes);
  });
}

/** See the file's head. */
export const framesAttack: AttackKind = {
  name: 'frames',
  summary: 'spoilt AMQP sessions, with and without an account',
  async open({ apiary, random }) {
    return {
      async once() {
        const isStranger = random.below(2) === 0;
        const good = goodSession('bee', isStranger ? 'wrong' : 'bee');
        const keep = random.below(8) === 0 ? 0 : HEADER_BYTES;
        const answer = await exchange(apiary.amqpPort, random.spoil(good, keep));
        if (!isStranger || !answer.includes(CHANNEL_OPEN_OK)) return undefined;
        return 'the broker opened a channel for somebody with a wrong password';
      },
      close: async () => {},
    };
  },
};
