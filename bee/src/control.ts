/** Sends a Bee's own control messages: JSON, signed. */
import type { Bus } from '@apiary/common/bus/bus.ts';
import { EXCHANGE, FROM_AGENT_KEY } from '@apiary/common/bus/topology.ts';
import type {
  AgentAnswer,
  Handshake,
  Heartbeat,
  TargetReports,
} from '@apiary/common/messages/control.ts';
import { type SigningKeys, signControl } from '@apiary/common/messages/signature.ts';

const ROUTING_KEY = {
  handshake: FROM_AGENT_KEY.handshake,
  heartbeat: FROM_AGENT_KEY.heartbeat,
  'target-reports': FROM_AGENT_KEY.reply,
  answer: FROM_AGENT_KEY.reply,
} as const;

/**
 * Publishes a message to the Hive and resolves once the broker has it.
 *
 * @param expirationMs dropped by the broker when nobody took it for so long; then it need not survive either
 * @throws what `Bus.publish` throws
 */
export async function sendControl(
  bus: Bus,
  keys: SigningKeys,
  message: Handshake | Heartbeat | TargetReports | AgentAnswer,
  expirationMs?: number,
): Promise<void> {
  const body = Buffer.from(JSON.stringify(message));
  await bus.publish({
    exchange: EXCHANGE.fromAgents,
    routingKey: ROUTING_KEY[message.type],
    type: message.type,
    headers: signControl(keys, body),
    body,
    ...(expirationMs === undefined ? {} : { expirationMs, persistent: false }),
  });
}
