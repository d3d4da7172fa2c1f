/** What the Hive tells a Bee: who it is to it (welcome), what to watch (set-targets), what people ask (ask). */
import type { Delivery } from '@apiary/common/bus/bus.ts';
import type { Clock } from '@apiary/common/clock.ts';
import { toAppError } from '@apiary/common/errors.ts';
import { CONTROL_MESSAGE_BYTES_MAX, TARGETS_PER_AGENT_MAX } from '@apiary/common/limits.ts';
import type { Logger } from '@apiary/common/log.ts';
import {
  type SetTargets,
  type TargetReports,
  type ToAgent,
  toAgentSchema,
  type Welcome,
} from '@apiary/common/messages/control.ts';
import type { Questions } from './questions.ts';
import type { Targets } from './targets.ts';

/** Changes of states are gathered this long before the Hive is told. */
const GATHER_MS = 100;

/** What the commands are given. */
export interface CommandsOptions {
  readonly agent: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly targets: Targets;
  readonly questions: Questions;
  readonly onWelcome: (welcome: Welcome) => void;
  readonly send: (reports: TargetReports) => Promise<void>;
}

/** See the file's head. */
export class Commands {
  readonly #options: CommandsOptions;
  #isApproved = false;
  #cancelReport: (() => void) | undefined;
  #last = '';

  constructor(options: CommandsOptions) {
    this.#options = options;
  }

  /** Does what a delivery from the command queue says. */
  async handle(delivery: Delivery): Promise<void> {
    const command = this.#read(delivery);
    // Done or not, it is not to come again: the next handshake brings the full state.
    delivery.ack();
    if (!command) return;
    try {
      if (command.type === 'welcome') await this.#welcome(command);
      else if (command.type === 'set-targets') await this.#setTargets(command);
      else if (this.#isApproved) await this.#options.questions.receive(command);
    } catch (error) {
      this.#options.log.error({ type: command.type, error: String(error) }, 'command.failed');
    }
  }

  /** A target's state has changed: the Hive is told soon. */
  stateChanged(): void {
    if (!this.#isApproved) return;
    this.#cancelReport ??= this.#options.clock.after(GATHER_MS, () => {
      this.#cancelReport = undefined;
      this.#report(undefined).catch((error: unknown) => {
        this.#options.log.warn({ code: toAppError(error).code }, 'report.failed');
      });
    });
  }

  /** Tells nothing more. */
  stop(): void {
    this.#isApproved = false;
    this.#cancelReport?.();
  }

  #read(delivery: Delivery): ToAgent | undefined {
    if (delivery.body.length > CONTROL_MESSAGE_BYTES_MAX) return undefined;
    try {
      return toAgentSchema.parse(JSON.parse(delivery.body.toString('utf8')));
    } catch (error) {
      this.#options.log.warn({ type: delivery.type, error: String(error) }, 'command.invalid');
      return undefined;
    }
  }

  async #welcome(welcome: Welcome): Promise<void> {
    this.#isApproved = welcome.approval === 'approved';
    this.#options.onWelcome(welcome);
    // One who is not approved is not told what to watch; what it watched it keeps for its return.
    if (!this.#isApproved) return;
    await this.#options.targets.apply(welcome.targets);
    this.#last = '';
    await this.#report(undefined);
  }

  async #setTargets(command: SetTargets): Promise<void> {
    if (!this.#isApproved) return;
    await this.#options.targets.apply(command.targets);
    await this.#report(command.request);
  }

  async #report(request: string | undefined): Promise<void> {
    const { agent, targets, send } = this.#options;
    const reports = targets.reports().slice(0, TARGETS_PER_AGENT_MAX);
    const text = JSON.stringify(reports);
    if (request === undefined && (reports.length === 0 || text === this.#last)) return;
    const asked = request === undefined ? {} : { request };
    await send({ type: 'target-reports', version: 1, agent, ...asked, reports });
    this.#last = text;
  }
}
