/** What a bad network does to the connections between a broker and everybody who uses it. */
import type { TcpProxy } from '@apiary/common/testing/tcp-proxy.ts';

/** Longer than two heartbeats of 10 s: both ends have given the connection up. */
const BLACK_HOLE_MS = 25_000;
const STALL_MS_MAX = 8_000;
const REFUSE_MS_MAX = 4_000;

/** A fault: does its harm, and undoes it before it resolves. */
export interface NetworkFault {
  readonly name: string;
  inflict(proxy: TcpProxy): Promise<void>;
}

/** Every fault. */
export const NETWORK_FAULTS: readonly NetworkFault[] = [
  { name: 'cut every connection', inflict: async (proxy) => proxy.cut() },
  {
    name: 'stalled the network',
    inflict: async (proxy) => {
      proxy.pause();
      await lasting(Math.random() * STALL_MS_MAX);
      proxy.resume();
    },
  },
  {
    name: 'let the network swallow everything, then cut it',
    inflict: async (proxy) => {
      proxy.pause();
      await lasting(BLACK_HOLE_MS);
      proxy.cut();
      proxy.resume();
    },
  },
  {
    name: 'refused connections',
    inflict: async (proxy) => {
      proxy.refuse(true);
      proxy.cut();
      await lasting(Math.random() * REFUSE_MS_MAX);
      proxy.refuse(false);
    },
  },
];

/** How long a fault lasts is the experiment itself. */
function lasting(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
