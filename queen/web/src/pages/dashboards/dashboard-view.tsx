import type { Dashboard, Panel } from '@apiary/common/messages/dashboard.ts';
import { Button } from '@mantine/core';
import { useState } from 'react';
import { Link, useLocation, useSearchParams } from 'wouter';
import { IconArrowLeft, IconPlus, IconShare } from '../../components/icons.ts';
import { RangeMenu } from '../../components/range-menu.tsx';
import { safeText } from '../../log-list/display.ts';
import { dashboardsApi } from '../../state/dashboards.ts';
import { useServices } from '../../state/services.ts';
import { formatDuration, parseDuration, type TimeRange } from '../../state/time-range.ts';
import { NameForm } from './name-form.tsx';
import { PanelForm } from './panel-form.tsx';
import { PanelGrid } from './panel-grid.tsx';

/** One dashboard: one range and one Live for all of its panels. */
export function DashboardView(props: {
  readonly dashboard: Dashboard;
  readonly onChanged: () => Promise<void>;
}) {
  const { dashboard, onChanged } = props;
  const { notices } = useServices();
  const [, navigate] = useLocation();
  const [params, setParams] = useSearchParams();
  const [choosing, setChoosing] = useState(false);
  const [arranging, setArranging] = useState(false);
  const [adding, setAdding] = useState(false);
  const range = rangeOf(params, dashboard.range);
  const save = (change: Partial<Dashboard>, words: string) => {
    const { id, name, range: kept, panels, shared } = dashboard;
    const before = { id, name, range: kept, panels, shared };
    const put = (body: typeof before) => async () => {
      await dashboardsApi.save(body);
      await onChanged();
    };
    return notices.act(put({ ...before, ...change }), words, put(before));
  };
  const share = () => {
    const address = `${window.location.origin}/dashboards/${dashboard.id}?${new URLSearchParams(paramsOf(range))}`;
    const words = dashboard.shared
      ? 'Copied the address of this dashboard, with its range'
      : 'Copied the address. This dashboard is yours alone: share it with the team under Arrange';
    return notices.act(() => navigator.clipboard.writeText(address), words);
  };
  const remove = () =>
    notices.act(async () => {
      await dashboardsApi.remove(dashboard.id);
      navigate('/dashboards');
      await onChanged();
    }, `Removed ${dashboard.name}`);
  return (
    <div className="ap-page">
      <Link href="/dashboards" className="ap-back">
        <IconArrowLeft size={16} stroke={1.6} aria-hidden="true" />
        Dashboards
      </Link>
      <div className="ap-page-head ap-dashboard-head">
        <h1>
          <bdi>{safeText(dashboard.name)}</bdi>
        </h1>
        <span className="ap-faint">{dashboard.shared ? 'team' : 'mine'}</span>
        <RangeMenu
          range={range}
          opened={choosing}
          onOpened={setChoosing}
          onChange={(chosen) => setParams(paramsOf(chosen))}
        />
        <Button
          aria-pressed={range.kind !== 'between'}
          onClick={() => setParams(range.kind === 'between' ? {} : paramsOf(stilled(range)))}
        >
          {range.kind === 'between' ? 'Live is off' : 'Live'}
        </Button>
        <Button leftSection={<IconShare size={16} stroke={1.6} />} onClick={() => void share()}>
          Share
        </Button>
        <Button aria-pressed={arranging} onClick={() => setArranging(!arranging)}>
          {arranging ? 'Done' : 'Arrange'}
        </Button>
        <Button leftSection={<IconPlus size={16} stroke={2} />} onClick={() => setAdding(!adding)}>
          Panel
        </Button>
      </div>
      {arranging ? (
        <NameForm
          dashboard={dashboard}
          onSave={(change) => void save(change, 'Changed the dashboard')}
          onRemove={() => void remove()}
        />
      ) : null}
      {adding ? (
        <PanelForm
          onAdd={async (panel) => {
            setAdding(false);
            await save({ panels: [...dashboard.panels, panel] }, `Added ${panel.title}`);
          }}
          onCancel={() => setAdding(false)}
        />
      ) : null}
      <PanelGrid
        panels={dashboard.panels}
        range={range}
        arranging={arranging}
        onArrange={(panels: readonly Panel[], words) => void save({ panels: [...panels] }, words)}
      />
    </div>
  );
}

/** The range of the address, which is shared with it; else the dashboard's own. */
function rangeOf(params: URLSearchParams, own: string): TimeRange {
  const fromMs = Date.parse(params.get('from') ?? '');
  const toMs = Date.parse(params.get('to') ?? '');
  if (fromMs < toMs) return { kind: 'between', fromMs, toMs };
  const text = params.get('range') ?? own;
  if (text === 'all') return { kind: 'all' };
  return { kind: 'last', durationMs: parseDuration(text) ?? 900_000 };
}

function paramsOf(range: TimeRange): Record<string, string> {
  if (range.kind === 'all') return { range: 'all' };
  if (range.kind === 'last') return { range: formatDuration(range.durationMs) };
  return { from: new Date(range.fromMs).toISOString(), to: new Date(range.toMs).toISOString() };
}

/** The same stretch of time, held still. */
function stilled(range: TimeRange): TimeRange {
  const toMs = Date.now();
  const durationMs = range.kind === 'last' ? range.durationMs : 86_400_000;
  return { kind: 'between', fromMs: toMs - durationMs, toMs };
}
