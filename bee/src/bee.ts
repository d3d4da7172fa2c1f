/** The agent: reads what the Hive asks for, as far as the host's owner allows, and ships it. */
import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Bus, Subscription } from '@apiary/common/bus/bus.ts';
import type { Clock } from '@apiary/common/clock.ts';
import type { Component } from '@apiary/common/component.ts';
import { HEARTBEAT_INTERVAL_MS } from '@apiary/common/limits.ts';
import type { Logger } from '@apiary/common/log.ts';
import type { AgentFacts } from '@apiary/common/messages/agent.ts';
import type { Welcome } from '@apiary/common/messages/control.ts';
import { Checkpoint } from './checkpoint.ts';
import { Commands } from './commands.ts';
import { sendControl } from './control.ts';
import { lockFolder } from './folder-lock.ts';
import { Handshaker } from './handshake.ts';
import { Heart } from './heartbeat.ts';
import { type Identity, loadIdentity } from './identity.ts';
import type { Allowance } from './inputs/file/open.ts';
import { INPUTS } from './inputs/index.ts';
import type { CheckAllowance, InputFactory, ListenTls } from './inputs/input.ts';
import { type ListenAllowance, readListenAllowance } from './inputs/listen-allowance.ts';
import { Ledger } from './ledger.ts';
import { Questions } from './questions.ts';
import { Shipper } from './shipper.ts';
import { Spools } from './spool/spools.ts';
import { Targets } from './targets.ts';

const COMMANDS_PREFETCH = 16;
const STOP_MS = 2_000;

/** What a Bee is given. Many may live in one process, each with a data folder of its own. */
export interface BeeOptions {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Logger;
  /** Holds the key and the checkpoint; made if missing. */
  readonly dataFolder: string;
  /** Folders that files may be read from. */
  readonly allow: readonly string[];
  /** Default: no program. */
  readonly checks?: CheckAllowance;
  /** Where targets may listen; default: on loopback. */
  readonly listen?: ListenAllowance;
  /** Default: a certificate of its own, and every sender. */
  readonly tls?: ListenTls;
  /** Asked at the start and at each handshake. */
  readonly facts: () => AgentFacts;
  /** Default: all that there are. */
  readonly inputs?: Readonly<Record<string, InputFactory>>;
}

interface Parts {
  readonly checkpoint: Checkpoint;
  readonly shipper: Shipper;
  readonly spools: Spools;
  readonly targets: Targets;
  readonly commands: Commands;
  readonly handshaker: Handshaker;
  readonly heart: Heart;
}

/** See the file's head. */
export class Bee implements Component {
  /** Bytes seen, read, confirmed and lost. */
  readonly ledger = new Ledger();
  readonly #options: BeeOptions;
  #identity: Identity | undefined;
  #facts: AgentFacts | undefined;
  #approval: Welcome['approval'] | undefined;
  #parts: Parts | undefined;
  #subscription: Subscription | undefined;
  #unlock: (() => Promise<void>) | undefined;

  constructor(options: BeeOptions) {
    this.#options = options;
  }

  /** The agent id; undefined before the start. */
  get id(): string | undefined {
    return this.#identity?.id;
  }

  /** What the Hive said last; undefined while it has said nothing. */
  get approval(): Welcome['approval'] | undefined {
    return this.#approval;
  }

  /**
   * Resolves when it reads the targets that it remembers and consumes commands. The former needs no broker; it may
   * be stopped while it waits for one.
   *
   * @throws AppError `folder-unusable`, `store-in-use`; `bus-closed` when it was stopped
   */
  async start(): Promise<void> {
    const { dataFolder, clock, log } = this.#options;
    this.#unlock = await lockFolder(dataFolder);
    const identity = await loadIdentity(dataFolder);
    this.#identity = identity;
    const checkpoint = new Checkpoint(dataFolder, clock, log);
    await checkpoint.load();
    const shipper = this.#makeShipper(identity);
    const spools = new Spools(dataFolder, { demand: shipper, ledger: this.ledger, clock, log });
    const commandsOf: { commands?: Commands } = {};
    const targets = new Targets(this.#options.inputs ?? INPUTS, {
      checkpoint,
      demand: shipper,
      ledger: this.ledger,
      clock,
      log,
      ...this.#allowance,
      spools,
      listen: this.#options.listen ?? readListenAllowance('loopback'),
      tls: this.#options.tls ?? {},
      checks: this.#options.checks ?? { folders: [], allowArguments: false },
      onState: (target, state) => {
        log.info({ target, ...state }, 'target.state');
        commandsOf.commands?.stateChanged();
      },
    });
    await targets.restore();
    spools.drainOrphans();
    const parts = this.#makeTalk(identity, shipper, targets);
    commandsOf.commands = parts.commands;
    this.#parts = { checkpoint, shipper, spools, targets, ...parts };
    this.#subscription = await this.#options.bus.consumeOwn(
      {
        prefetch: COMMANDS_PREFETCH,
        onReady: (queue) => parts.handshaker.connected(queue),
      },
      (delivery) => parts.commands.handle(delivery),
    );
    log.info({ agent: identity.id }, 'bee.started');
  }

  async stop(): Promise<void> {
    const parts = this.#parts;
    this.#parts = undefined;
    if (!parts) return;
    parts.handshaker.stop();
    parts.heart.stop();
    parts.commands.stop();
    await this.#subscription?.cancel().catch(() => undefined);
    await parts.targets.stop();
    await parts.shipper.stop(STOP_MS);
    await parts.spools.close();
    await parts.checkpoint.close();
    await this.#unlock?.();
  }

  get #allowance(): Allowance {
    const { allow, dataFolder } = this.#options;
    return { allow: allow.map(realFolder), dataFolder: realFolder(dataFolder) };
  }

  #makeShipper(identity: Identity): Shipper {
    const { bus, clock, log, facts } = this.#options;
    this.#facts = facts();
    return new Shipper({
      bus,
      clock,
      log,
      keys: identity.keys,
      host: () => this.#facts ?? facts(),
    });
  }

  #makeQuestions({ keys, id }: Identity, targets: Targets): Questions {
    const { bus, clock, log } = this.#options;
    return new Questions({
      agent: id,
      clock,
      log,
      allowance: this.#allowance,
      ledger: this.ledger,
      targets: () => targets.urls(),
      send: (answer, expirationMs) => sendControl(bus, keys, answer, expirationMs),
    });
  }

  #makeTalk(identity: Identity, shipper: Shipper, targets: Targets) {
    const { bus, clock, log } = this.#options;
    const { keys, id } = identity;
    const heart = new Heart({
      agent: id,
      clock,
      log,
      ledger: this.ledger,
      isConnected: () => bus.state === 'connected',
      send: (heartbeat, expirationMs) => sendControl(bus, keys, heartbeat, expirationMs),
    });
    const handshaker = new Handshaker({
      identity,
      clock,
      log,
      facts: () => {
        this.#facts = this.#options.facts();
        return this.#facts;
      },
      send: (handshake) => sendControl(bus, keys, handshake),
    });
    const commands = new Commands({
      agent: id,
      clock,
      log,
      targets,
      questions: this.#makeQuestions(identity, targets),
      send: (reports) => sendControl(bus, keys, reports),
      onWelcome: (welcome) => {
        if (this.#approval !== welcome.approval) {
          const { approval, reason } = welcome;
          log.info({ approval, ...(reason === undefined ? {} : { reason }) }, 'bee.approval');
        }
        this.#approval = welcome.approval;
        handshaker.answered(welcome.approval);
        this.ledger.tellAll();
        heart.start(welcome.heartbeatMs || HEARTBEAT_INTERVAL_MS);
        if (welcome.approval === 'approved') shipper.resume();
        else shipper.pause();
      },
    });
    return { heart, handshaker, commands };
  }
}

/** The real path of a folder that may have to be made first, or its name where it cannot. */
function realFolder(folder: string): string {
  const path = resolve(folder);
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
