/** What befalls a broker: a bad network before it, or one of the nodes of its cluster. */
import type { TcpProxy } from '@apiary/common/testing/tcp-proxy.ts';
import type { ClusterNode } from '../../scripts/rabbit-cluster.ts';

/** Longer than two heartbeats of 10 s: both ends have given the connection up. */
const BLACK_HOLE_MS = 25_000;
const STALL_MS_MAX = 8_000;
const REFUSE_MS_MAX = 4_000;
/** Shorter and longer than it takes a cluster to give a node up. */
const APART_MS_MIN = 3_000;
const APART_MS_MAX = 15_000;

/** A fault: does its harm, and undoes it before it resolves. */
export interface Fault {
  readonly name: string;
  /** @returns how often it had to be helped back */
  inflict(): Promise<number>;
}

/** Every fault of the network behind a proxy. */
export function networkFaults(proxy: TcpProxy): Fault[] {
  return [
    {
      name: 'cut every connection',
      inflict: async () => {
        proxy.cut();
        return 0;
      },
    },
    {
      name: 'stalled the network',
      inflict: async () => {
        proxy.pause();
        await lasting(Math.random() * STALL_MS_MAX);
        proxy.resume();
        return 0;
      },
    },
    {
      name: 'let the network swallow everything, then cut it',
      inflict: async () => {
        proxy.pause();
        await lasting(BLACK_HOLE_MS);
        proxy.cut();
        proxy.resume();
        return 0;
      },
    },
    {
      name: 'refused connections',
      inflict: async () => {
        proxy.refuse(true);
        proxy.cut();
        await lasting(Math.random() * REFUSE_MS_MAX);
        proxy.refuse(false);
        return 0;
      },
    },
  ];
}

/** What befalls one node of a cluster at a time: it is killed, stopped, or cut off from everybody. */
export function clusterFaults(nodes: readonly ClusterNode[]): Fault[] {
  return nodes.flatMap((node) => [
    {
      name: `killed ${node.name}`,
      inflict: async () => {
        await node.kill();
        await node.start();
        return await node.joined();
      },
    },
    {
      name: `stopped and woke ${node.name}`,
      inflict: async () => {
        if (node.group === undefined) return 0;
        process.kill(-node.group, 'SIGSTOP');
        await lasting(APART_MS_MIN + Math.random() * APART_MS_MAX);
        process.kill(-node.group, 'SIGCONT');
        return await node.joined();
      },
    },
    {
      name: `cut ${node.name} off`,
      inflict: async () => {
        await node.cutOff();
        await lasting(APART_MS_MIN + Math.random() * APART_MS_MAX);
        await node.rejoin();
        return await node.joined();
      },
    },
  ]);
}

/** How long a fault lasts is the experiment itself. */
export function lasting(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
