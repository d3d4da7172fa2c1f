import { Link } from 'wouter';
import { countOf } from '../components/figures.ts';
import { safeText } from '../log-list/display.ts';
import { clockSecondsText } from '../log-list/time-text.ts';
import type { Firing } from '../state/firings.ts';
import { flagsOf } from './flag-places.ts';

/** Hexagon flags where rules fired, each with the rule's name and the way to the alerts. */
export function Flags(props: {
  readonly firings: readonly Firing[];
  /** A moment's place in pixels. */
  readonly x: (timeMs: number) => number;
  readonly width: number;
}) {
  const flags = flagsOf(props.firings, props.x, props.width);
  return (
    <>
      {flags.map(({ left, side, roomPx, firings }) => {
        const [first] = firings;
        if (!first) return null;
        const more = firings.length - 1;
        const name = safeText(first.name);
        const label = `${name} fired at ${clockSecondsText(first.atMs)}${more > 0 ? `, and ${countOf(more, 'more firing')}` : ''}`;
        return (
          <Link
            key={first.id}
            href="/alerts"
            className="ap-flag"
            data-testid="flag"
            data-severity={first.severity}
            data-side={side}
            style={{ left }}
            title={label}
            aria-label={label}
          >
            <svg viewBox="0 0 16 16" width="12" height="12" aria-hidden="true">
              <path d="M8 1.8l5.4 3.1v6.2L8 14.2l-5.4-3.1V4.9z" />
            </svg>
            <bdi className="ap-flag-name" style={{ maxWidth: roomPx }}>
              {name}
              {more > 0 ? ` +${more}` : ''}
            </bdi>
          </Link>
        );
      })}
    </>
  );
}
