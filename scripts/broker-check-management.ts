/** What a RabbitMQ's management API tells of a cluster: members, partitions, alarms, replicas, policies. */
import { QUEUES } from '@apiary/common/bus/topology.ts';
import { z } from 'zod';
import type { Finding } from './broker-check.ts';
import { type Management, readManagement } from './rabbit-accounts.ts';

const nodeSchema = z.object({
  name: z.string(),
  running: z.boolean(),
  partitions: z.array(z.string()).default([]),
  mem_alarm: z.boolean().default(false),
  disk_free_alarm: z.boolean().default(false),
});
const queueSchema = z.object({
  name: z.string(),
  type: z.string().optional(),
  members: z.array(z.string()).optional(),
  online: z.array(z.string()).optional(),
});
const policySchema = z.object({
  name: z.string(),
  pattern: z.string(),
  definition: z.record(z.string(), z.unknown()),
});
type Node = z.output<typeof nodeSchema>;

/** Of what a policy may say, what makes a broker throw messages away. */
const LOSSES = ['message-ttl', 'expires', 'max-length', 'max-length-bytes', 'delivery-limit'];

/** Looks at all of it. Never rejects. */
export async function checkManagement(
  management: Management,
  virtualHost: string,
): Promise<Finding[]> {
  const what = 'cluster';
  const place = encodeURIComponent(virtualHost);
  try {
    const nodes = z.array(nodeSchema).parse(await readManagement(management, 'nodes'));
    const queues = z.array(queueSchema).parse(await readManagement(management, `queues/${place}`));
    const policies = z
      .array(policySchema)
      .parse(await readManagement(management, `policies/${place}`));
    return [...ofNodes(nodes), ...ofQueues(queues, nodes.length), ...ofPolicies(policies)];
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const text = `members, partitions, replicas and policies were not looked at: ${reason}`;
    const todo = 'give --management URL, and an account with the tag monitoring';
    return [{ state: 'unknown', what, text, todo }];
  }
}

function ofNodes(nodes: readonly Node[]): Finding[] {
  const what = 'cluster';
  const down = nodes.filter(({ running }) => !running).map(({ name }) => name);
  const findings: Finding[] = [
    {
      state: down.length > 0 ? 'bad' : nodes.length % 2 === 0 ? 'warning' : 'ok',
      what,
      text: `${nodes.length} ${nodes.length === 1 ? 'node' : 'nodes'}: ${nodes.map(({ name }) => name).join(', ')}`,
      ...(nodes.length % 2 === 0 && { todo: 'an odd number bears as many failures with one less' }),
    },
  ];
  if (down.length > 0) {
    const text = `down: ${down.join(', ')}`;
    findings.push({ state: 'bad', what, text, todo: 'start it; a majority has to run' });
  }
  const split = nodes.filter(({ partitions }) => partitions.length > 0);
  if (split.length > 0) {
    const text = `the network fell apart: ${split.map(({ name }) => name).join(', ')} lost others`;
    const todo =
      'restart the nodes of the smaller part, and set cluster_partition_handling = pause_minority';
    findings.push({ state: 'bad', what, text, todo });
  } else if (nodes.length > 1) findings.push({ state: 'ok', what, text: 'no partition' });
  for (const { name, mem_alarm: memory, disk_free_alarm: disk } of nodes) {
    if (memory) {
      const todo = 'give it memory, or raise vm_memory_high_watermark';
      findings.push({ state: 'bad', what: name, text: 'alarm: memory', todo });
    }
    if (disk) {
      const todo = 'make room on its disk';
      findings.push({ state: 'bad', what: name, text: 'alarm: disk', todo });
    }
  }
  return findings;
}

function ofQueues(queues: readonly z.output<typeof queueSchema>[], nodes: number): Finding[] {
  const what = 'queues';
  return QUEUES.filter(({ quorum }) => quorum).flatMap(({ name }): Finding[] => {
    const queue = queues.find((each) => each.name === name);
    if (!queue) return [];
    if (queue.type !== 'quorum')
      return [{ state: 'warning', what, text: `${name} is ${queue.type}` }];
    const { members = [], online = [] } = queue;
    const text = `${name}: ${online.length} of ${members.length} replicas`;
    if (online.length <= members.length / 2) {
      return [{ state: 'bad', what, text, todo: 'start the other nodes: it has no majority' }];
    }
    if (members.length < Math.min(nodes, 3)) {
      const todo = 'rabbitmq-queues grow NODE all, for each node that has none';
      return [{ state: 'warning', what, text, todo }];
    }
    return [{ state: online.length < members.length ? 'warning' : 'ok', what, text }];
  });
}

function ofPolicies(policies: readonly z.output<typeof policySchema>[]): Finding[] {
  const what = 'policies';
  const findings = policies.flatMap(({ name, pattern, definition }): Finding[] => {
    const queues = QUEUES.filter((queue) => matches(pattern, queue.name));
    const losses = LOSSES.filter((key) => key in definition);
    if (queues.length === 0 || losses.length === 0) return [];
    const text = `${name} sets ${losses.join(', ')} for ${queues.map((queue) => queue.name).join(', ')}`;
    const todo = 'take these queues out of its pattern: it makes RabbitMQ throw log data away';
    return [{ state: 'bad', what, text, todo }];
  });
  if (findings.length > 0) return findings;
  return [{ state: 'ok', what, text: 'none throws messages of Apiary away' }];
}

function matches(pattern: string, name: string): boolean {
  try {
    return new RegExp(pattern).test(name);
  } catch {
    return false;
  }
}
