import { useState } from 'react';
import type { Selection } from '../../charts/brush.tsx';
import { HistogramChart } from '../../charts/histogram.tsx';
import { countOf, wholeNumber } from '../../components/figures.ts';
import { IconX, IconZoomOut } from '../../components/icons.ts';
import { rangeLabel } from '../../components/range-menu.tsx';
import { levelsOf, toggleLevel } from '../../query-editor/query-edit.ts';
import type { SearchAddress } from '../../state/address.ts';
import { LEVELS_WORST_FIRST, levelTotal } from '../../state/counts.ts';
import { useFirings } from '../../state/firings.ts';
import type { SearchView } from '../../state/log-search.ts';
import type { TimeRange } from '../../state/time-range.ts';

/** The summary line with exact counts, and the lines over time. */
export function SummaryPanel(props: {
  readonly view: SearchView;
  readonly query: string;
  readonly range: TimeRange;
  readonly onChange: (change: Partial<SearchAddress>) => void;
}) {
  const { view, range, onChange } = props;
  const [selection, setSelection] = useState<Selection>();
  const firings = useFirings(view.status === 'done');
  const zoomed = selection && isInside(selection, view) ? selection : undefined;
  return (
    <section className="ap-summary" aria-label="Summary">
      <div className="ap-summary-line">
        <span className="ap-total" data-testid="total" data-total={view.counts.total}>
          <strong>{wholeNumber(view.counts.total)}</strong>
          {view.counts.total === 1 ? ' line' : ' lines'}
          {view.status === 'searching' ? ' so far' : ''}
        </span>
        <span className="ap-faint ap-from">{provenance(view)}</span>
        {zoomed ? (
          <span className="ap-selection">
            <span className="ap-selection-range">
              {rangeLabel({ kind: 'between', ...zoomed }, Date.now())}
            </span>
            <button
              type="button"
              className="ap-text-button"
              onClick={() => {
                setSelection(undefined);
                onChange({ range: { kind: 'between', ...zoomed } });
              }}
            >
              Zoom in
            </button>
            <button
              type="button"
              className="ap-text-button"
              aria-label="Clear the selected range"
              onClick={() => setSelection(undefined)}
            >
              <IconX size={15} stroke={1.6} aria-hidden="true" />
            </button>
          </span>
        ) : range.kind === 'between' ? (
          <button
            type="button"
            className="ap-text-button"
            onClick={() => onChange({ range: widened(range) })}
          >
            <IconZoomOut size={16} stroke={1.6} aria-hidden="true" />
            Zoom out
          </button>
        ) : null}
        <Levels view={view} query={props.query} onChange={onChange} />
      </div>
      {view.counts.histogram ? (
        <HistogramChart
          histogram={view.counts.histogram}
          selection={zoomed}
          firings={firings}
          onSelect={setSelection}
        />
      ) : (
        <div className="ap-histogram ap-histogram-empty" />
      )}
    </section>
  );
}

/** The levels with their counts: each a switch that edits the query. */
function Levels(props: {
  readonly view: SearchView;
  readonly query: string;
  readonly onChange: (change: Partial<SearchAddress>) => void;
}) {
  const { histogram } = props.view.counts;
  if (!histogram) return null;
  const chosen = levelsOf(props.query);
  const all = chosen.size === LEVELS_WORST_FIRST.length - 1;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would bring its own look and a legend
    <div className="ap-levels" role="group" aria-label="Levels">
      {LEVELS_WORST_FIRST.map((level) => {
        const count = levelTotal(histogram, level);
        if (level === 'none') {
          return count === 0 ? null : (
            <span key={level} className="ap-level">
              <span className="ap-key ap-key-none" />
              No level <strong>{wholeNumber(count)}</strong>
            </span>
          );
        }
        const left = !chosen.has(level);
        if (count === 0 && all) return null;
        return (
          <button
            key={level}
            type="button"
            className={left ? 'ap-level ap-level-left' : 'ap-level'}
            aria-pressed={!all && !left}
            data-level={level}
            onClick={() => props.onChange({ query: toggleLevel(props.query, level) })}
          >
            <span className={`ap-key ap-key-${level}`} />
            <span className="ap-level-name">{level}</span>
            {left ? null : <strong>{wholeNumber(count)}</strong>}
          </button>
        );
      })}
    </div>
  );
}

function provenance(view: SearchView): string {
  if (view.status === 'searching') return '';
  const hosts = view.counts.hosts > 0 ? `from ${countOf(view.counts.hosts, 'host')}, ` : '';
  return `${hosts}in ${Math.max(1, Math.round(view.elapsedMs))} ms`;
}

function isInside(selection: Selection, view: SearchView): boolean {
  const histogram = view.counts.histogram;
  return histogram !== undefined && selection.toMs > histogram.from;
}

/** Twice the range, around the same middle. */
function widened(range: { readonly fromMs: number; readonly toMs: number }): TimeRange {
  const half = (range.toMs - range.fromMs) / 2;
  return {
    kind: 'between',
    fromMs: Math.max(0, Math.floor(range.fromMs - half)),
    toMs: Math.ceil(range.toMs + half),
  };
}
