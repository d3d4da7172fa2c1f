import type { Actor, Bus } from '@apiary/common/bus/bus.ts';
import { AppError } from '@apiary/common/errors.ts';
import { callAction } from '@apiary/common/messages/actions/action.ts';
import { honeycombActions } from '@apiary/common/messages/actions/honeycomb.ts';
import type { Health } from '@apiary/common/messages/vitals.ts';
import type { Metrics } from '@apiary/common/metrics.ts';
import { openapiDocument } from '../openapi.ts';
import type { QueenSettings } from '../settings.ts';
import type { Handlers } from './handler.ts';

/** Components whose state is told, beside Queen itself. */
const COMPONENTS = ['agentmanager', 'agentmonitor', 'honeycomb', 'pheromone', 'sting'] as const;
/** A component that takes longer to say anything is called silent. */
const ANSWER_MS_MAX = 1_000;

/** What the system's handlers need. */
export interface SystemParts {
  readonly bus: Bus;
  readonly metrics: Metrics;
  readonly version: string;
  readonly readHealth: () => Promise<{ readonly health: Health }>;
  readonly broker: QueenSettings['broker'];
  /** Reads something from the documents; rejects when they cannot be reached. */
  readonly probeDocuments: () => Promise<void>;
}

type SystemRoutes = 'system' | 'health' | 'openapi' | 'healthz' | 'readyz' | 'metrics';

/** State, health and self-description. */
export function systemHandlers(parts: SystemParts): Handlers<SystemRoutes> {
  const { bus, metrics, version, broker } = parts;
  let openapi: ReturnType<typeof openapiDocument> | undefined;
  return {
    system: async ({ actor }) => {
      const [store, ...states] = await Promise.all([
        callAction(bus, honeycombActions.stats, {}, { actor, deadlineMs: ANSWER_MS_MAX }).catch(
          () => undefined,
        ),
        ...COMPONENTS.map((name) => stateOf(bus, name, actor)),
      ]);
      const components = [
        ...COMPONENTS.map((name, i) => ({ name, state: states[i] ?? ('missing' as const) })),
        { name: 'queen', state: 'running' as const },
      ];
      return { version, components, ...(broker && { broker }), ...(store && { store }) };
    },
    health: () => parts.readHealth(),
    openapi: async () => {
      // Some megabytes, made where somebody asks for it.
      openapi ??= openapiDocument(version);
      return openapi;
    },
    healthz: async () => 'ok\n',
    readyz: async () => {
      if (bus.state !== 'connected') {
        throw new AppError('bus-lost', 'The connection to the broker is being re-made.');
      }
      await parts.probeDocuments();
      return 'ready\n';
    },
    metrics: async () => await metrics.text(),
  };
}

/** Asks for what no component has: whoever is there says so, whoever is not is missing at once. */
async function stateOf(
  bus: Bus,
  component: string,
  actor: Actor,
): Promise<'running' | 'silent' | 'missing'> {
  try {
    await bus.rpc.call(
      { component },
      `${component}.presence`,
      {},
      {
        actor,
        deadlineMs: ANSWER_MS_MAX,
      },
    );
    return 'running';
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    if (error.code === 'deadline-passed') return 'silent';
    return error.code === 'not-found' ? 'running' : 'missing';
  }
}
