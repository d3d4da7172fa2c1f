import { Link } from 'wouter';
import { Sparkline } from '../../charts/sparkline.tsx';
import { AgentHexagon } from '../../components/agent-hexagon.tsx';
import { countOf, rateText } from '../../components/figures.ts';
import { useTraffic } from '../../components/use-traffic.ts';
import { safeText } from '../../log-list/display.ts';
import { useServices } from '../../state/services.ts';
import { useNow } from '../../state/use-now.ts';
import { useRecounted } from '../../state/use-recounted.ts';
import { useStore } from '../../state/use-store.ts';
import { againstUsual, usualRates } from '../../state/usual-rates.ts';
import { drawnTrend, endedSlots, trendSentence } from '../agents/drawn-trend.ts';
import { type FleetRow, fleetRows, orderOf } from '../agents/fleet-row.ts';

const ROWS_MAX = 7;

/** Who sends most, against what it sends as a rule; live. Those that are not well are told of above. */
export function LoudestPanel() {
  const { fleet } = useServices();
  const { agents, targets } = useStore(fleet.fleet);
  const traffic = useTraffic();
  // A day's average does not change while one looks: asked once, and again where no answer came.
  const { value: usual } = useRecounted('usual', 0, (signal) => usualRates(Date.now(), signal));
  const now = useNow(10_000);
  const rows = fleetRows(agents.values(), targets.values(), traffic).filter(
    ({ agent }) => agent.approval === 'approved',
  );
  const byId = new Map(rows.map((row) => [row.agent.id, row]));
  const loudest = orderOf(rows, 'rate')
    .slice(0, ROWS_MAX)
    .flatMap((id) => byId.get(id) ?? []);
  return (
    <section className="ap-sheet ap-panel" aria-labelledby="home-loudest">
      <div className="ap-panel-head">
        <h2 id="home-loudest">Loudest sources</h2>
        <span className="ap-faint">lines a second, against usual</span>
        <Link href="/agents" className="ap-link">
          All agents
        </Link>
      </div>
      <Trouble rows={rows} />
      <ol>
        {loudest.map((row) => (
          <Source key={row.agent.id} row={row} usual={usual} now={now} />
        ))}
      </ol>
    </section>
  );
}

/** One sentence on hosts that are not well, each with the way to them. */
function Trouble(props: { readonly rows: readonly FleetRow[] }) {
  const count = (state: 'dead' | 'late') =>
    props.rows.filter(({ standing }) => standing === state).length;
  const failed = props.rows.filter(({ agent }) => agent.failedTargets > 0).length;
  const [dead, late] = [count('dead'), count('late')];
  if (dead + late + failed === 0) return null;
  return (
    <p className="ap-panel-note ap-home-trouble">
      {dead > 0 ? (
        <Link href="/agents?state=dead" className="ap-bad">
          {countOf(dead, 'host')} not heard
        </Link>
      ) : null}
      {late > 0 ? (
        <Link href="/agents?state=late" className="ap-warn-text">
          {countOf(late, 'host')} behind
        </Link>
      ) : null}
      {failed > 0 ? (
        <Link href="/agents" className="ap-warn-text">
          targets failed on {countOf(failed, 'host')}
        </Link>
      ) : null}
    </p>
  );
}

function Source(props: {
  readonly row: FleetRow;
  readonly usual: ReadonlyMap<string, number> | undefined;
  readonly now: number;
}) {
  const { row, usual, now } = props;
  const { agent, standing, traffic } = row;
  const name = safeText(agent.name);
  const trend = traffic ?? { slotMs: now, trend: [] };
  const drawn = drawnTrend(trend, now);
  const compared = usual && againstUsual(meanOf(endedSlots(trend, now)), usual.get(agent.id));
  const state = standing === 'late' || standing === 'dead' ? { state: standing } : {};
  return (
    <li className="ap-home-host">
      <AgentHexagon standing={standing} />
      <Link href={`/agents/${agent.id}`} className="ap-home-host-name">
        <bdi>{name}</bdi>
      </Link>
      <span className="ap-faint ap-grow ap-home-host-tags">{safeText(row.tags.join(', '))}</span>
      <Sparkline values={drawn} width={110} label={trendSentence(name, drawn)} {...state} />
      <strong className="ap-home-rate">{rateText(traffic?.linesPerSecond ?? 0)}</strong>
      <span
        className={compared?.isUnusual ? 'ap-warn-text ap-home-usual' : 'ap-faint ap-home-usual'}
      >
        {compared?.text ?? '…'}
      </span>
    </li>
  );
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
