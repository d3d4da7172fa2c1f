/**
 * sting: carries what pheromone says to people. It alone writes `channels`, `devices`, `deliveries` and
 * `notifications`.
 */
import { dirname, join } from 'node:path';
import type { Subscription } from '@apiary/common/bus/bus.ts';
import type { Component, ComponentContext } from '@apiary/common/component.ts';
import { serveActions } from '@apiary/common/messages/actions/action.ts';
import { stingActions } from '@apiary/common/messages/actions/sting.ts';
import { Counter } from 'prom-client';
import { actionHandlers } from './actions.ts';
import { AlertLinks } from './alert-links.ts';
import { Attempts } from './attempts.ts';
import { ChannelRegistry } from './channel-registry.ts';
import { DeliveryLog } from './delivery-log.ts';
import { Devices } from './devices.ts';
import { Dispatcher } from './dispatcher.ts';
import { Intake } from './intake.ts';
import { openModel } from './model.ts';
import { OpenChannels } from './open-channels.ts';
import { type Resolve, systemResolve } from './outbound/address.ts';
import { sendOutbound } from './outbound/request.ts';
import { OutcomeJournal } from './outcome-journal.ts';
import type { Parts, StingSettings } from './parts.ts';
import { Secrets } from './secrets.ts';

/** What tests put in place of the outside. */
export interface StingOutside {
  readonly resolve?: Resolve;
  readonly random?: () => number;
}

/** Makes the component. */
export function createSting(
  context: ComponentContext,
  settings: StingSettings,
  outside: StingOutside = {},
): Component {
  return new Sting(context, settings, outside);
}

class Sting implements Component {
  readonly #context: ComponentContext;
  readonly #settings: StingSettings;
  readonly #outside: StingOutside;
  readonly #attempts: Counter<'kind' | 'outcome'>;
  #stops: (() => Promise<void>)[] = [];

  constructor(context: ComponentContext, settings: StingSettings, outside: StingOutside) {
    this.#context = context;
    this.#settings = settings;
    this.#outside = outside;
    this.#attempts = new Counter({
      name: 'apiary_sting_attempts_total',
      help: 'Attempts to deliver by kind of channel and outcome.',
      labelNames: ['kind', 'outcome'],
      registers: [context.metrics.registry],
    });
  }

  async start(): Promise<void> {
    const context = this.#context;
    const parts = await this.#open();
    const registry = new ChannelRegistry(parts);
    const channels = new OpenChannels(parts, registry);
    const devices = new Devices(parts, registry);
    const journal = new OutcomeJournal(
      join(dirname(this.#settings.keyFile), 'outcomes'),
      context.instance,
    );
    const dispatcher = new Dispatcher(parts, new Attempts(parts, channels, journal));
    const log = new DeliveryLog(parts, dispatcher);
    const intake = new Intake({ parts, channels: registry, devices, dispatcher });
    const handlers = actionHandlers({ parts, registry, devices, channels }, log);
    const address = { component: 'sting', instance: context.instance };
    const served: Subscription = await serveActions(context.bus, address, stingActions, handlers);
    this.#stops = [
      () => served.cancel(),
      // Both wait for the dispatcher to let go.
      async () => void (await Promise.all([intake.stop(), dispatcher.stop()])),
      () => log.stop(),
      () => channels.close(),
      async () => journal.close(),
    ];
    await dispatcher.start();
    log.start();
    await intake.start();
  }

  async stop(): Promise<void> {
    for (const stop of this.#stops.splice(0)) await stop();
  }

  async #open(): Promise<Parts> {
    const context = this.#context;
    const settings = this.#settings;
    const model = await openModel(context.documents);
    const secrets = await Secrets.open(settings.keyFile);
    const resolve = this.#outside.resolve ?? systemResolve;
    return {
      context,
      settings,
      model,
      secrets,
      links: new AlertLinks({ context, model, secrets, publicUrl: settings.publicUrl }),
      environment: {
        clock: context.clock,
        resolve,
        request: (request) => sendOutbound(request, resolve),
      },
      random: this.#outside.random ?? Math.random,
      attempts: this.#attempts,
    };
  }
}
