/** The embedded AMQP 0-9-1 broker: for development and small sites. */
import { type Clock, systemClock } from '@apiary/common/clock.ts';
import { DiskSpace } from '@apiary/common/health/disk-space.ts';
import {
  BROKER_DISK_BYTES_MAX,
  BROKER_LOG_PENDING_BYTES_MAX,
  BROKER_MEMORY_BYTES_MAX,
} from '@apiary/common/limits/broker.ts';
import type { Logger } from '@apiary/common/log.ts';
import { newId } from '@apiary/common/random.ts';
import type { CertificatePair } from '@apiary/common/tls/certificate-file.ts';
import { type Counters, createCounters } from './counters.ts';
import { DiskAlarm } from './disk-alarm.ts';
import { Intake } from './intake.ts';
import { FolderLock } from './log/folder-lock.ts';
import { MessageLog } from './log/message-log.ts';
import { TopologyLog } from './log/topology-log.ts';
import { MemoryGauge } from './memory.ts';
import { Message } from './message.ts';
import { MessageStore } from './message-store.ts';
import { Accounts, type BrokerUser } from './permissions.ts';
import { Server } from './server.ts';
import { survivingQueueIds, TopologyRecorder } from './topology.ts';
import { VirtualHost } from './virtual-host.ts';

export type { BrokerUser } from './permissions.ts';

const HEARTBEAT_SECONDS = 60;

/** How a broker runs. */
export interface BrokerOptions {
  /** Made if missing; one broker process at a time. */
  readonly dataFolder: string;
  readonly host: string;
  /** 0 = any free one. */
  readonly port: number;
  readonly users: readonly BrokerUser[];
  /** What is proposed to clients; default 60, 0 = none. */
  readonly heartbeatSeconds?: number;
  /** Default BROKER_MEMORY_BYTES_MAX. */
  readonly memoryBytesMax?: number;
  /** Default BROKER_DISK_BYTES_MAX. */
  readonly diskBytesMax?: number;
  readonly log: Logger;
  /** With it the port speaks TLS; PEM. */
  readonly tls?: CertificatePair;
  /** A second port, on 127.0.0.1 and in the clear, for this machine's own processes. */
  readonly localPort?: number;
  readonly clock?: Clock;
  /**
   * The disk failed to sync: nothing is confirmed any more, and the process should end and be started
   * again. Default: the error is thrown as an uncaught exception.
   */
  readonly onFatal?: (error: Error) => void;
  /** Default: the disk of the data folder. */
  readonly disk?: DiskSpace;
}

/** Figures of one queue. */
export interface QueueStats {
  readonly name: string;
  readonly durable: boolean;
  /** Messages that wait for a consumer. */
  readonly ready: number;
  /** Messages that wait for an acknowledgement. */
  readonly unacked: number;
  readonly consumers: number;
  /** Body bytes of the ready messages. */
  readonly bytes: number;
}

/** What a broker tells about itself. */
export interface BrokerStats {
  readonly queues: readonly QueueStats[];
  readonly exchanges: number;
  readonly connections: number;
  readonly channels: number;
  readonly memoryBytes: number;
  /** Contents that are in memory. */
  readonly contentBytes: number;
  /** Why publishers are blocked; undefined = they are not. */
  readonly alarm: string | undefined;
  readonly log: {
    readonly segments: number;
    readonly bytes: number;
    readonly liveBytes: number;
    readonly pendingBytes: number;
    readonly syncs: number;
  };
  readonly counters: Readonly<Counters>;
}

interface Running {
  readonly lock: FolderLock;
  readonly topology: TopologyLog;
  readonly log: MessageLog;
  readonly gauge: MemoryGauge;
  readonly intake: Intake;
  readonly host: VirtualHost;
  readonly server: Server;
  readonly diskAlarm: DiskAlarm;
}

/** An AMQP 0-9-1 server on one port with one data folder. */
export class Broker {
  readonly #options: BrokerOptions;
  readonly #accounts: Accounts;
  readonly #clock: Clock;
  readonly #counters = createCounters();
  #running: Running | undefined;

  /** @throws AppError `setting-invalid` for a permission that is no regular expression. */
  constructor(options: BrokerOptions) {
    this.#options = options;
    this.#accounts = new Accounts(options.users);
    this.#clock = options.clock ?? systemClock;
  }

  /**
   * Recovers what the folder holds and listens.
   *
   * @throws AppError `store-in-use`, `folder-unusable`, `port-busy`.
   */
  async start(): Promise<{ port: number }> {
    const lock = new FolderLock(this.#options.dataFolder);
    const running = this.#open(lock);
    this.#running = running;
    try {
      const { port } = await running.server.start({
        host: running.host,
        accounts: this.#accounts,
        counters: this.#counters,
        gauge: running.gauge,
        intake: running.intake,
        clock: this.#clock,
        logger: this.#options.log,
        heartbeatSeconds: this.#options.heartbeatSeconds ?? HEARTBEAT_SECONDS,
        countConnections: (name) => this.#countConnections(name),
      });
      this.#options.log.info({ port, host: this.#options.host }, 'broker.listening');
      return { port };
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  #open(lock: FolderLock): Running {
    const { dataFolder } = this.#options;
    const intake = new Intake();
    const topology = new TopologyLog(dataFolder);
    const queueIds = survivingQueueIds(topology.read());
    const gauge = new MemoryGauge(this.#options.memoryBytesMax ?? BROKER_MEMORY_BYTES_MAX, () =>
      intake.setAlarm('low on memory', gauge.isFull),
    );
    const { log, diskAlarm } = this.#openLog(queueIds, intake, topology);
    const counters = this.#counters;
    const store = new MessageStore({ log, gauge, counters, logger: this.#options.log });
    const recorder = new TopologyRecorder(topology);
    const host = new VirtualHost({
      clock: this.#clock,
      store,
      counters,
      topology: recorder,
      newId,
    });
    recorder.restore(host);
    this.#recover(host, log, store);
    log.startCompaction();
    const server = new Server(this.#options);
    return { lock, topology, log, gauge, intake, host, server, diskAlarm };
  }

  #openLog(queueIds: ReadonlySet<number>, intake: Intake, topology: TopologyLog) {
    const { dataFolder, diskBytesMax = BROKER_DISK_BYTES_MAX } = this.#options;
    const disk = this.#options.disk ?? new DiskSpace(dataFolder);
    const followDisk = () => {
      const isFull = log.figures().bytes > diskBytesMax;
      intake.setAlarm('low on disk', diskAlarm.isOn || isFull);
    };
    const diskAlarm = new DiskAlarm(this.#clock, disk, followDisk);
    const followPending = () => intake.setPaused(log.pendingBytes > BROKER_LOG_PENDING_BYTES_MAX);
    const log: MessageLog = new MessageLog({
      folder: dataFolder,
      clock: this.#clock,
      keepQueue: (id) => queueIds.has(id),
      syncFirst: () => topology.sync(),
      onAppended: followPending,
      onProgress: () => {
        followPending();
        followDisk();
      },
      onTrouble: (error) => {
        if (error) this.#counters.logWriteRetries++;
        if (error) this.#options.log.error({ error: error.message }, 'broker.log-write-failed');
        intake.setAlarm('disk does not take writes', error !== undefined);
      },
      onFatal: (error) => this.#onFatal(error),
      onCompactionError: (error, segment) => {
        const fields = { error: String(error), segment: segment.path };
        this.#options.log.error(fields, 'broker.compaction-failed');
      },
    });
    return { log, diskAlarm };
  }

  #onFatal(error: Error): void {
    this.#options.log.error({ error: error.message }, 'broker.disk-failed');
    if (this.#options.onFatal) this.#options.onFatal(error);
    else {
      setImmediate(() => {
        throw error;
      });
    }
  }

  #recover(host: VirtualHost, log: MessageLog, store: MessageStore): void {
    const { messages, damaged, bytesCut } = log.takeReplay();
    this.#counters.messagesRecovered += messages.length;
    this.#counters.logEntriesDamaged += damaged;
    this.#counters.logBytesCut += bytesCut;
    const queues = new Map([...host.queues.values()].map((queue) => [queue.id, queue]));
    for (const { stored, ...recovered } of messages) {
      const message = new Message({ ...recovered, content: undefined, persistent: true });
      message.stored = stored;
      const holders = stored.queues.flatMap((id) => queues.get(id) ?? []);
      store.readmit(message, holders.length);
      // Whether it was delivered before is not recorded: a client must expect that it was.
      for (const queue of holders) queue.push(message, true);
    }
    const fields = { messages: messages.length, damaged, bytesCut };
    this.#options.log.info(fields, 'broker.recovered');
  }

  #countConnections(accountName: string): number {
    let count = 0;
    for (const connection of this.#running?.server.connections ?? []) {
      if (connection.accountName === accountName) count++;
    }
    return count;
  }

  /** New connections are shown this certificate. */
  renew(pair: CertificatePair): void {
    this.#running?.server.renew(pair);
  }

  /** Tells clients, makes everything durable and lets go of the folder. Safe to call twice. */
  async stop(): Promise<void> {
    const running = this.#running;
    if (!running) return;
    this.#running = undefined;
    running.diskAlarm.close();
    await running.server.stop();
    running.host.close();
    await running.log.close();
    await running.topology.sync();
    running.topology.close();
    running.lock.release();
  }

  /** Figures of now; cheap enough for once a second. */
  stats(): BrokerStats {
    const running = this.#running;
    const connections = [...(running?.server.connections ?? [])];
    const log = running?.log.figures() ?? { segments: 0, bytes: 0, liveBytes: 0, syncs: 0 };
    return {
      queues: [...(running?.host.queues.values() ?? [])].map((queue) => ({
        name: queue.name,
        durable: queue.options.durable,
        ready: queue.readyCount,
        unacked: queue.unackedCount,
        consumers: queue.consumerCount,
        bytes: queue.readyBytes,
      })),
      exchanges: running?.host.exchanges.size ?? 0,
      connections: connections.length,
      channels: connections.reduce((sum, connection) => sum + connection.channelCount, 0),
      memoryBytes: running?.gauge.usedBytes ?? 0,
      contentBytes: running?.gauge.contentBytes ?? 0,
      alarm: running?.intake.alarm,
      log: { ...log, pendingBytes: running?.log.pendingBytes ?? 0 },
      counters: { ...this.#counters },
    };
  }
}
