import type { Panel } from '@apiary/common/messages/dashboard.ts';
import { Button } from '@mantine/core';
import { Link, useLocation } from 'wouter';
import { countOf } from '../components/figures.ts';
import { safeText } from '../log-list/display.ts';
import { dashboardsApi } from '../state/dashboards.ts';
import { useServices } from '../state/services.ts';
import { useLoaded } from '../state/use-loaded.ts';
import { useNow } from '../state/use-now.ts';
import { agoText } from './agents/ago.ts';
import { DashboardView } from './dashboards/dashboard-view.tsx';
import './dashboards.css';

/** All dashboards, or the one that the address names. */
export function DashboardsPage(props: { readonly id: string | undefined }) {
  const { value: dashboards, failure, reload } = useLoaded(dashboardsApi.list);
  const { id } = props;
  if (failure) return <Message title="The dashboards cannot be shown" text={failure} />;
  if (!dashboards) return <Message title="Dashboards" text="Loading…" />;
  if (id === undefined) return <DashboardList dashboards={dashboards} onMade={reload} />;
  const dashboard = dashboards.find((each) => each.id === id);
  if (!dashboard) {
    return (
      <Message
        title="There is no such dashboard"
        text="It was removed, or it is somebody’s own. Its owner can share it with the team."
      />
    );
  }
  return <DashboardView key={id} dashboard={dashboard} onChanged={reload} />;
}

function Message(props: { readonly title: string; readonly text: string }) {
  return (
    <div className="ap-page">
      <h1>{props.title}</h1>
      <p className="ap-faint">{props.text}</p>
    </div>
  );
}

function DashboardList(props: {
  readonly dashboards: Awaited<ReturnType<typeof dashboardsApi.list>>;
  readonly onMade: () => Promise<void>;
}) {
  const { dashboards } = props;
  const { notices } = useServices();
  const [, navigate] = useLocation();
  const now = useNow(60_000);
  const make = () =>
    notices.act(async () => {
      const { id } = await dashboardsApi.save({ name: 'New dashboard', panels: FIRST_PANELS });
      await props.onMade();
      navigate(`/dashboards/${id}`);
    }, 'Made a dashboard');
  return (
    <div className="ap-page">
      <div className="ap-page-head">
        <h1>Dashboards</h1>
        <span className="ap-faint">{countOf(dashboards.length, 'dashboard')}</span>
        <Button variant="filled" onClick={() => void make()}>
          New dashboard
        </Button>
      </div>
      {dashboards.length === 0 ? (
        <p className="ap-faint">
          None yet. A new one begins with three panels over all lines, to be changed.
        </p>
      ) : (
        <ul className="ap-sheet ap-dashboard-list" data-testid="dashboards">
          {dashboards.map(({ id, name, shared, owner, savedMs, panels }) => (
            <li key={id}>
              <Link href={`/dashboards/${id}`}>
                <bdi>{safeText(name)}</bdi>
              </Link>
              <span className="ap-grow ap-faint">{countOf(panels.length, 'panel')}</span>
              <span className="ap-faint">
                {shared ? `team, by ${safeText(owner)}` : 'mine'}, {agoText(savedMs, now)}
              </span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

const FIRST_PANELS: Panel[] = [
  { id: 'lines', title: 'Lines', kind: 'number', query: '', columns: 3 },
  { id: 'levels', title: 'By level', kind: 'bars', query: '', columns: 9 },
  { id: 'errors', title: 'Errors', kind: 'log', query: 'level:>=error', columns: 12 },
];
