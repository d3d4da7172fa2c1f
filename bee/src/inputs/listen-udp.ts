/**
 * UDP for inputs. A datagram has no sender that could wait: what comes while the spool is full is dropped,
 * counted and told.
 */
import { createSocket } from 'node:dgram';
import { toAppError } from '@apiary/common/errors.ts';
import type { SpoolRecord } from '../spool/frame.ts';
import { wordsOf } from '../system-error.ts';
import { allowedAddressOf } from './listen-allowance.ts';
import type { Producer, ProducerContext } from './spooled-input.ts';

const RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;

/** Listens at the target's address. @throws what the system says when it cannot */
export async function listenUdp(
  context: ProducerContext,
  read: (datagram: Buffer, peer: string) => readonly SpoolRecord[],
): Promise<Producer> {
  const { host, port } = allowedAddressOf(context.spec.url, context.listen);
  const socket = createSocket({ type: host.includes(':') ? 'udp6' : 'udp4' });
  const pending = new Set<Promise<void>>();
  socket.on('message', (datagram, { address }) => {
    const records = read(datagram, address.replace(/^::ffff:/, ''));
    const work: Promise<void> = context.spool
      .append(records)
      .catch((error: unknown) => {
        context.dropped(records.length, datagram.length, toAppError(error).message);
      })
      .finally(() => pending.delete(work));
    pending.add(work);
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.bind({ address: host, port }, () => {
      socket.off('error', reject);
      socket.on('error', (error) => context.failed(wordsOf(error)));
      resolve();
    });
  });
  try {
    socket.setRecvBufferSize(RECEIVE_BUFFER_BYTES);
  } catch (error) {
    context.log.debug({ error: wordsOf(error) }, 'udp.small-buffer');
  }
  return {
    async stop() {
      await new Promise<void>((resolve) => socket.close(resolve));
      await Promise.all(pending);
    },
  };
}
