import { FIELD_MEMBERS_MAX } from '@apiary/common/limits/screens.ts';
import type { QueryField } from '@apiary/common/messages/query-field.ts';
import { useState } from 'react';
import { Donut } from '../../charts/donut.tsx';
import { LineChart } from '../../charts/line-chart.tsx';
import type { ChartColor, ChartSeries } from '../../charts/series.ts';
import { SeriesTable } from '../../charts/series-table.tsx';
import { ShareBars } from '../../charts/share-bars.tsx';
import { StackedBars } from '../../charts/stacked-bars.tsx';
import { safeText } from '../../log-list/display.ts';
import { lengthText } from '../../log-list/time-text.ts';
import type { SearchAddress } from '../../state/address.ts';
import type { FieldCounts } from '../../state/search-fields.ts';
import { FieldEditor } from './field-editor.tsx';
import './fields-tab.css';
import { NewField } from './new-field.tsx';
import { useFieldCounts } from './use-field-counts.ts';

const VIEWS = ['overview', 'share', 'lines', 'bars', 'table'] as const;
type View = (typeof VIEWS)[number];
const VIEW_NAMES: Readonly<Record<View, string>> = {
  overview: 'Overview',
  share: 'Share',
  lines: 'Lines',
  bars: 'Bars',
  table: 'Table',
};
const REST_COLOR: ChartColor = 8;

/** Fields that a person defines over the lines found: members as queries, compared with one another. */
export function FieldsTab(props: {
  readonly address: SearchAddress;
  /** Lines found: it changes as lines come in. */
  readonly total: number;
  readonly onChange: (fields: readonly QueryField[]) => void;
}) {
  const { address, total, onChange } = props;
  const { fields } = address;
  const [chosen, setChosen] = useState(0);
  const at = Math.min(chosen, fields.length - 1);
  const field = fields[at];
  if (!field) {
    return (
      <div className="ap-fields-tab ap-fields-none">
        <NewField
          onAdd={(name) => onChange([{ name, members: [], rest: true }])}
          names={[]}
          explained
        />
      </div>
    );
  }
  const replace = (changed: QueryField) =>
    onChange(fields.map((other, index) => (index === at ? changed : other)));
  return (
    <div className="ap-fields-tab">
      <Compared
        key={at}
        address={address}
        field={field}
        total={total}
        editor={(counts) => (
          <>
            <FieldChoice fields={fields} at={at} onChoose={setChosen} />
            <FieldEditor
              field={field}
              counts={counts}
              onChange={replace}
              onRemove={() => {
                setChosen(0);
                onChange(fields.filter((_other, index) => index !== at));
              }}
            />
            <NewField
              names={fields.map(({ name }) => name)}
              onAdd={(name) => {
                setChosen(fields.length);
                onChange([...fields, { name, members: [], rest: true }]);
              }}
            />
          </>
        )}
      />
    </div>
  );
}

function FieldChoice(props: {
  readonly fields: readonly QueryField[];
  readonly at: number;
  readonly onChoose: (at: number) => void;
}) {
  if (props.fields.length < 2) return null;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would bring its own look and a legend
    <div className="ap-field-choice" role="group" aria-label="Fields of this query">
      {props.fields.map((field, index) => (
        <button
          key={field.name}
          type="button"
          className="ap-text-button"
          aria-pressed={index === props.at}
          onClick={() => props.onChoose(index)}
        >
          <bdi>{safeText(field.name)}</bdi>
        </button>
      ))}
    </div>
  );
}

function Compared(props: {
  readonly address: SearchAddress;
  readonly field: QueryField;
  readonly total: number;
  readonly editor: (counts: FieldCounts | undefined) => React.ReactNode;
}) {
  const { field, total } = props;
  const { query, range } = props.address;
  const { value: counts, failure } = useFieldCounts({ query, range, field }, total);
  const [view, setView] = useState<View>('overview');
  const series = counts ? seriesOf(field, counts) : [];
  return (
    <>
      <div className="ap-field-left">{props.editor(counts)}</div>
      <section className="ap-field-right" aria-label="Compared">
        {/* biome-ignore lint/a11y/useSemanticElements: a fieldset would bring its own look and a legend */}
        <div className="ap-segments" role="group" aria-label="How to compare">
          {VIEWS.map((name) => (
            <button
              key={name}
              type="button"
              aria-pressed={view === name}
              onClick={() => setView(name)}
            >
              {VIEW_NAMES[name]}
            </button>
          ))}
        </div>
        {failure ? (
          <p className="ap-bad" role="alert">
            {failure}
          </p>
        ) : null}
        {counts ? <Charts view={view} title={field.name} series={series} counts={counts} /> : null}
      </section>
    </>
  );
}

function Charts(props: {
  readonly view: View;
  readonly title: string;
  readonly series: readonly ChartSeries[];
  readonly counts: FieldCounts;
}) {
  const { view, series } = props;
  const span = props.counts;
  if (view === 'table') return <SeriesTable series={series} title={safeText(props.title)} />;
  if (view === 'share') return <ShareBars series={series} />;
  const each = <h3 className="ap-chart-title">Lines each {lengthText(span.stepMs)}</h3>;
  if (view === 'lines' || view === 'bars') {
    const Chart = view === 'lines' ? LineChart : StackedBars;
    return (
      <>
        {each}
        <Chart series={series} span={span} />
      </>
    );
  }
  return (
    <>
      <Donut series={series} noun="lines" />
      {each}
      <LineChart series={series} span={span} />
    </>
  );
}

function seriesOf(field: QueryField, counts: FieldCounts): ChartSeries[] {
  const members = field.members.slice(0, FIELD_MEMBERS_MAX).map((member, at) => ({
    key: member.name,
    name: safeText(member.name),
    // The schema lets 1 to 7 through.
    color: member.color as ChartColor,
    total: counts.members[at]?.total ?? 0,
    points: counts.members[at]?.points ?? [],
  }));
  if (!field.rest) return members;
  const rest = { key: ' rest', name: 'Everything else', color: REST_COLOR, ...counts.rest };
  return [...members, rest];
}
