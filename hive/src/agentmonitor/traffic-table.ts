/** How much each agent sends, in memory: from the counters in its heartbeats. Pure; times are given. */
import { TRAFFIC_SLOT_MS } from '@apiary/common/limits/traffic.ts';
import type { Heartbeat } from '@apiary/common/messages/control.ts';
import type { AgentTraffic, TrafficChange } from '@apiary/common/messages/traffic.ts';
import { slotOf, type Trend, withValue } from '@apiary/common/trend.ts';

type Beat = Pick<Heartbeat, 'sentMs' | 'linesRead' | 'bytesConfirmed'>;

interface Flow {
  last: Beat | undefined;
  linesPerSecond: number;
  bytesPerSecond: number;
  lagBytes: number;
  trend: Trend;
  /** Lines of the newest slot, to which its heartbeats add. */
  slotLines: number;
}

/** See the file's head. */
export class TrafficTable {
  /** Of approved agents only, so it is bounded as they are. */
  readonly #flows = new Map<string, Flow>();
  readonly #changed = new Set<string>();

  /** Takes a heartbeat that counts. The first one of a Bee's life only says where its counters stand. */
  hear(agent: string, beat: Beat, nowMs: number): void {
    const flow = this.#flowOf(agent, nowMs);
    const { last } = flow;
    flow.last = beat;
    const seconds = last ? (beat.sentMs - last.sentMs) / 1_000 : 0;
    const isSameLife = last !== undefined && beat.linesRead >= last.linesRead;
    if (!isSameLife || seconds <= 0) return;
    const lines = beat.linesRead - last.linesRead;
    const bytes = Math.max(0, beat.bytesConfirmed - last.bytesConfirmed);
    this.#add(flow, lines, nowMs);
    const [linesPerSecond, bytesPerSecond] = [lines / seconds, bytes / seconds].map(rounded);
    if (linesPerSecond !== 0 || bytesPerSecond !== 0 || flow.linesPerSecond !== 0) {
      this.#changed.add(agent);
    }
    flow.linesPerSecond = linesPerSecond ?? 0;
    flow.bytesPerSecond = bytesPerSecond ?? 0;
  }

  /** Takes how far an agent's data is behind. */
  setLag(agent: string, lagBytes: number, nowMs: number): void {
    const flow = this.#flowOf(agent, nowMs);
    if (flow.lagBytes !== lagBytes) this.#changed.add(agent);
    flow.lagBytes = lagBytes;
  }

  /** An agent has died: nothing comes of it. */
  silence(agent: string): void {
    const flow = this.#flows.get(agent);
    if (!flow) return;
    Object.assign(flow, { last: undefined, linesPerSecond: 0, bytesPerSecond: 0 });
    this.#changed.add(agent);
  }

  /** Forgets an agent. */
  forget(agent: string): void {
    this.#flows.delete(agent);
    this.#changed.delete(agent);
  }

  /** What has changed since this was last asked. */
  takeChanges(): TrafficChange[] {
    const changed = [...this.#changed];
    this.#changed.clear();
    return changed.flatMap((agent) => {
      const flow = this.#flows.get(agent);
      if (!flow) return [];
      const slotLinesPerSecond = flow.trend.trend.at(-1) ?? 0;
      return { ...figuresOf(agent, flow), slotLinesPerSecond };
    });
  }

  /** All of it. */
  all(): AgentTraffic[] {
    return [...this.#flows].map(([agent, flow]) => ({
      ...figuresOf(agent, flow),
      trend: [...flow.trend.trend],
    }));
  }

  #flowOf(agent: string, nowMs: number): Flow {
    const known = this.#flows.get(agent);
    if (known) return known;
    const trend = { slotMs: slotOf(nowMs), trend: [0] };
    const still = { linesPerSecond: 0, bytesPerSecond: 0, lagBytes: 0, slotLines: 0 };
    const flow: Flow = { last: undefined, ...still, trend };
    this.#flows.set(agent, flow);
    return flow;
  }

  #add(flow: Flow, lines: number, nowMs: number): void {
    const slotMs = slotOf(nowMs);
    flow.slotLines = slotMs > flow.trend.slotMs ? lines : flow.slotLines + lines;
    const perSecond = rounded(flow.slotLines / (TRAFFIC_SLOT_MS / 1_000));
    flow.trend = withValue(flow.trend, slotMs, perSecond);
  }
}

function figuresOf(agent: string, flow: Flow) {
  const { linesPerSecond, bytesPerSecond, lagBytes, trend } = flow;
  return { agent, linesPerSecond, bytesPerSecond, lagBytes, slotMs: trend.slotMs };
}

/** To a tenth: nobody reads more of it, and it travels. */
function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}
