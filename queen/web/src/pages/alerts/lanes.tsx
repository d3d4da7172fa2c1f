import type { Alert } from '@apiary/common/messages/alerts.ts';
import { scaleLinear } from 'd3';
import { useRef } from 'react';
import { useWidth } from '../../charts/use-width.ts';
import { countOf } from '../../components/figures.ts';
import { safeText } from '../../log-list/display.ts';
import { clockText } from '../../log-list/time-text.ts';
import { alerting } from '../../state/alerts.ts';
import { useLoaded } from '../../state/use-loaded.ts';

const DAY_MS = 86_400_000;
const LANE = 27;
const NAMES = 200;
const NARROW_NAMES = 110;
const TICKS = [0, 6, 12, 18] as const;
/** Lanes that are drawn: the rules that fired last. */
const LANES_MAX = 12;

const resolved = () => alerting.alerts('resolved');

/** The last 24 hours of firings, a lane for each rule. */
export function Lanes(props: { readonly alerts: readonly Alert[]; readonly now: number }) {
  const { now } = props;
  const ended = useLoaded(resolved).value ?? [];
  const fired = [...props.alerts, ...ended].filter(
    ({ firedMs, resolvedMs }) => firedMs !== undefined && (resolvedMs ?? now) > now - DAY_MS,
  );
  const host = useRef<HTMLDivElement>(null);
  const width = useWidth(host);
  const names = width < 600 ? NARROW_NAMES : NAMES;
  const x = scaleLinear([now - DAY_MS, now], [names, Math.max(names + 60, width - 8)]);
  const lanes = [...new Map(fired.map(({ rule, ruleName }) => [rule, ruleName]))].slice(
    0,
    LANES_MAX,
  );
  const height = lanes.length * LANE + 24;
  return (
    <section className="ap-sheet ap-lanes" aria-labelledby="lanes">
      <div className="ap-panel-head">
        <h2 id="lanes">Last 24 hours</h2>
        <span className="ap-faint">
          {fired.length === 0 ? 'nothing fired' : `fired ${countOf(fired.length, 'time')}`}
        </span>
      </div>
      <div ref={host}>
        {lanes.length === 0 ? null : (
          <svg
            width={width}
            height={height}
            role="img"
            aria-label={`${countOf(fired.length, 'firing')} of ${countOf(lanes.length, 'rule')} in 24 hours. History lists them.`}
          >
            {lanes.map(([rule, name], lane) => (
              <g key={rule} transform={`translate(0 ${lane * LANE})`}>
                <text x={14} y={17}>
                  {safeText(name).slice(0, names / 7)}
                </text>
                <line x1={names} x2={width - 8} y1={13} y2={13} />
                {fired
                  .filter((alert) => alert.rule === rule)
                  .map(({ id, severity, firedMs = now, resolvedMs = now }) => {
                    const from = x(Math.max(firedMs, now - DAY_MS));
                    const to = Math.max(from + 3, x(resolvedMs));
                    return (
                      <rect
                        key={id}
                        className={`ap-severity-${severity}`}
                        x={from}
                        y={8}
                        width={to - from}
                        height={10}
                        rx={1}
                      />
                    );
                  })}
              </g>
            ))}
            {TICKS.map((hours) => (
              <text key={hours} x={x(now - DAY_MS + hours * 3_600_000)} y={height - 6}>
                {clockText(now - DAY_MS + hours * 3_600_000).slice(0, 5)}
              </text>
            ))}
            <text className="ap-lane-now" x={width - 8} y={height - 6} textAnchor="end">
              now
            </text>
          </svg>
        )}
      </div>
    </section>
  );
}
