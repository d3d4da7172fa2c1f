import type { TriedAlert } from '@apiary/common/messages/actions/pheromone.ts';
import type { RuleInput } from '@apiary/common/messages/alerts.ts';
import { useState } from 'react';
import { Link } from 'wouter';
import { LimitChart } from '../../charts/limit-chart.tsx';
import { countOf, wholeNumber } from '../../components/figures.ts';
import { ScrollRegion } from '../../components/scroll-region.tsx';
import { displayPieces, safeText } from '../../log-list/display.ts';
import { LineText } from '../../log-list/line-text.tsx';
import { fullTimeText, lengthText } from '../../log-list/time-text.ts';
import { durationWords } from '../../state/time-range.ts';
import type { RuleDraft } from './rule-draft.ts';
import { limitOf, measuredTitle } from './rule-limit.ts';
import { type Tried, useTried } from './use-tried.ts';

const HOUR_MS = 3_600_000;
const SPANS_MS = [HOUR_MS, 24 * HOUR_MS, 7 * 24 * HOUR_MS] as const;
/** A preview waits for so long without a change. */
const WAIT_MS = 400;
const ROWS_MAX = 20;
const MATCHES_SHOWN = 3;

/** Conditions that no stored line tells of. */
const REPORTED: Readonly<Partial<Record<RuleInput['condition']['type'], string>>> = {
  'agent-dead':
    'It fires as soon as an approved agent’s heartbeats stop, and is over when they are back.',
  'target-failed':
    'It fires as soon as an agent says that it cannot watch a target, and is over when it can.',
};

/** What a rule would have done, tried anew while one types or moves its limit. */
export function RulePreview(props: {
  readonly rule: RuleInput | undefined;
  readonly onChange: (change: Partial<RuleDraft>) => void;
}) {
  const { rule, onChange } = props;
  const [spanMs, setSpanMs] = useState<number>(SPANS_MS[1]);
  const reported = rule && REPORTED[rule.condition.type];
  const { tried, failure } = useTried(reported ? undefined : rule, spanMs, WAIT_MS);
  if (reported) {
    return (
      <section className="ap-sheet" aria-labelledby="preview">
        <div className="ap-panel-head">
          <h2 id="preview" data-testid="preview">
            There are no lines to try it on
          </h2>
        </div>
        <p className="ap-panel-empty">{reported}</p>
      </section>
    );
  }
  return (
    <section className="ap-sheet" aria-labelledby="preview">
      <div className="ap-panel-head">
        <h2 id="preview" data-testid="preview">
          {failure ? 'It cannot be tried' : headingOf(tried, spanMs)}
        </h2>
        <select
          className="ap-input ap-span"
          aria-label="Tried on"
          value={spanMs}
          onChange={(event) => setSpanMs(Number(event.currentTarget.value))}
        >
          {SPANS_MS.map((ms) => (
            <option key={ms} value={ms}>
              {durationWords(ms)}
            </option>
          ))}
        </select>
      </div>
      {failure ? <p className="ap-panel-empty">{failure}</p> : null}
      {tried && rule ? <Measured tried={tried} rule={rule} onChange={onChange} /> : null}
      {tried ? <Result tried={tried} /> : null}
    </section>
  );
}

function headingOf(tried: Tried | undefined, spanMs: number): string {
  if (!tried) return 'Trying it…';
  const times = tried.alerts.length;
  const span = durationWords(spanMs);
  if (times === 0) return `It would not have fired in the last ${span}`;
  return `It would have fired ${times === 1 ? 'once' : countOf(times, 'time')} in the last ${span}`;
}

/** What was measured, and the limit: the one that the form holds now. */
function Measured(props: {
  readonly tried: Tried;
  readonly rule: RuleInput;
  readonly onChange: (change: Partial<RuleDraft>) => void;
}) {
  const { tried, rule, onChange } = props;
  const title = measuredTitle(rule.condition);
  if (title === undefined) return null;
  const limit = limitOf(rule.condition, tried.measured.values, onChange);
  return <LimitChart title={title} {...tried.measured} limit={limit} />;
}

function Result(props: { readonly tried: Tried }) {
  const { alerts, examined, complete } = props.tried;
  const latest = alerts.slice(-ROWS_MAX).reverse();
  return (
    <>
      <p className="ap-panel-empty">
        {countOf(examined, 'line')} of the store match
        {complete ? '' : '; there were more than could be tried, the rest is not judged'}.
      </p>
      {latest.length === 0 ? null : (
        <ScrollRegion label="Would have fired">
          <table className="ap-table">
            <thead>
              <tr>
                <th>Would have fired</th>
                <th>For</th>
                <th className="ap-number">Measured</th>
                <th>Lasted</th>
                <th>
                  <span className="ap-hidden">Lines</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {latest.map((alert) => (
                <tr key={`${alert.firedMs} ${JSON.stringify(alert.group)}`}>
                  <td>{fullTimeText(alert.firedMs).slice(0, -4)}</td>
                  <th scope="row">{safeText(Object.values(alert.group).join(', ') || 'all')}</th>
                  <td className="ap-number">{wholeNumber(Math.round(alert.value * 100) / 100)}</td>
                  <td>
                    {alert.resolvedMs === undefined
                      ? 'still firing'
                      : lengthText(Math.max(0, alert.resolvedMs - alert.firedMs))}
                  </td>
                  <td>
                    <Link href={alert.link} className="ap-link">
                      See the lines
                    </Link>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </ScrollRegion>
      )}
      <Arrives alert={latest[0]} />
    </>
  );
}

/** What people would read of the latest one. */
function Arrives(props: { readonly alert: TriedAlert | undefined }) {
  const { alert } = props;
  return (
    <div className="ap-arrives" data-testid="arrives">
      <h3>What arrives</h3>
      {alert ? (
        <div className="ap-arrives-message">
          <strong>
            <bdi>{safeText(alert.title)}</bdi>
          </strong>
          {alert.text.split('\n').map((row, index) => (
            // Rows of a text have no other name than their place.
            // biome-ignore lint/suspicious/noArrayIndexKey: see above
            <p key={index} className="ap-arrives-text">
              <bdi>{safeText(row)}</bdi>
            </p>
          ))}
          {linesShown(alert).map(({ id, text, matching }) => (
            <p key={id} className={matching ? 'ap-mono' : 'ap-mono ap-arrives-around'}>
              <LineText pieces={displayPieces(text, [], { charactersMax: 160 })} />
            </p>
          ))}
        </div>
      ) : (
        <p className="ap-faint">
          It did not fire in this time, so there is no message to show. A longer time may hold one.
        </p>
      )}
    </div>
  );
}

/** The last matches, and all that is around the last one. */
function linesShown({ lines }: TriedAlert): TriedAlert['lines'] {
  const matches = lines.filter(({ matching }) => matching).slice(-MATCHES_SHOWN);
  return lines.filter((line) => !line.matching || matches.includes(line));
}
