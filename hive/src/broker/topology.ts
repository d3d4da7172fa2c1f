/** Keeps the durable part of a virtual host in the topology log, and restores it from there. */
import { ByteReader } from './codec/byte-reader.ts';
import { ByteWriter } from './codec/byte-writer.ts';
import { type FieldTable, readTable, writeTable } from './codec/field-table.ts';
import type { Destination, Exchange } from './exchange.ts';
import type { TopologyLog, TopologyRecord } from './log/topology-log.ts';
import type { Queue } from './queue.ts';
import type { TopologyListener, VirtualHost } from './virtual-host.ts';

/** Writes changes to a {@link TopologyLog}. */
export class TopologyRecorder implements TopologyListener {
  readonly #log: TopologyLog;
  #host: VirtualHost | undefined;

  constructor(log: TopologyLog) {
    this.#log = log;
  }

  /** Applies what the log holds to a new host, writes the log anew and records from then on. */
  restore(host: VirtualHost): void {
    for (const record of this.#log.read()) applyRecord(host, record);
    this.#host = host;
    this.#log.rewrite(snapshot(host));
  }

  #append(record: TopologyRecord): void {
    const host = this.#host;
    if (!host) return;
    this.#log.append(record);
    if (this.#log.isLong) this.#log.rewrite(snapshot(host));
  }

  onExchange(exchange: Exchange): void {
    this.#append(exchangeRecord(exchange));
  }

  onExchangeGone(exchange: Exchange): void {
    this.#append({ op: 'exchange-gone', name: exchange.name });
  }

  onQueue(queue: Queue): void {
    this.#append(queueRecord(queue));
  }

  onQueueGone(queue: Queue): void {
    this.#append({ op: 'queue-gone', name: queue.name });
  }

  onBinding(source: Exchange, key: string, destination: Destination, bound: boolean): void {
    this.#append(bindingRecord(bound ? 'bind' : 'unbind', source, key, destination));
  }
}

/** Ids of the queues that exist once all records have been applied. */
export function survivingQueueIds(records: readonly TopologyRecord[]): Set<number> {
  const byName = new Map<string, number>();
  for (const record of records) {
    if (record.op === 'queue') byName.set(record.name, record.id);
    else if (record.op === 'queue-gone') byName.delete(record.name);
  }
  return new Set(byName.values());
}

function snapshot(host: VirtualHost): TopologyRecord[] {
  const records: TopologyRecord[] = [{ op: 'next-queue', id: host.nextQueueId }];
  const exchanges = [...host.exchanges.values()].filter((exchange) => exchange.persistent);
  for (const exchange of exchanges) {
    if (!isPredeclared(exchange.name)) records.push(exchangeRecord(exchange));
  }
  for (const queue of host.queues.values()) if (queue.persistent) records.push(queueRecord(queue));
  for (const source of exchanges) {
    for (const [destination, keys] of source.bindings()) {
      if (!destination.persistent) continue;
      for (const key of keys) records.push(bindingRecord('bind', source, key, destination));
    }
  }
  return records;
}

function isPredeclared(name: string): boolean {
  return name === '' || name.startsWith('amq.');
}

function exchangeRecord(exchange: Exchange): TopologyRecord {
  const { name, type, autoDelete, internal } = exchange.options;
  const table = encodeTable(exchange.options.arguments);
  return { op: 'exchange', name, type, autoDelete, internal, arguments: table };
}

function queueRecord(queue: Queue): TopologyRecord {
  const { id, name, autoDelete } = queue.options;
  return { op: 'queue', id, name, autoDelete, arguments: encodeTable(queue.options.arguments) };
}

function bindingRecord(
  op: 'bind' | 'unbind',
  source: Exchange,
  key: string,
  destination: Destination,
): TopologyRecord {
  const { kind, name } = destination;
  return { op, source: source.name, kind, destination: name, key };
}

function applyRecord(host: VirtualHost, record: TopologyRecord): void {
  switch (record.op) {
    case 'next-queue':
      host.reserveQueueIds(record.id);
      break;
    case 'exchange': {
      const { name, type, autoDelete, internal } = record;
      const table = decodeTable(record.arguments);
      host.declareExchange({ name, type, durable: true, autoDelete, internal, arguments: table });
      break;
    }
    case 'exchange-gone': {
      const exchange = host.exchanges.get(record.name);
      if (exchange) host.deleteExchange(exchange);
      break;
    }
    case 'queue': {
      const { id, name, autoDelete } = record;
      const table = decodeTable(record.arguments);
      const durable = { durable: true, owner: undefined };
      host.declareQueue({ id, name, autoDelete, ...durable, arguments: table });
      break;
    }
    case 'queue-gone': {
      const queue = host.queues.get(record.name);
      if (queue) host.deleteQueue(queue);
      break;
    }
    default:
      applyBinding(host, record);
  }
}

function applyBinding(
  host: VirtualHost,
  record: Extract<TopologyRecord, { op: 'bind' | 'unbind' }>,
): void {
  const source = host.exchanges.get(record.source);
  const destination =
    record.kind === 'queue'
      ? host.queues.get(record.destination)
      : host.exchanges.get(record.destination);
  if (!source || !destination) return;
  if (record.op === 'bind') host.bind(source, record.key, destination);
  else host.unbind(source, record.key, destination);
}

function encodeTable(table: FieldTable): string {
  const writer = new ByteWriter();
  writeTable(writer, table);
  return writer.finish().toString('base64');
}

function decodeTable(base64: string): FieldTable {
  return readTable(new ByteReader(Buffer.from(base64, 'base64')));
}
